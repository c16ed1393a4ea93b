//! Each rule of the ledger once, on purpose.

use std::sync::Arc;

use app::ledger::{HoldError, LedgerError, Once};
use store::DbErr;
use tokio::sync::Barrier;
use uuid::Uuid;
use vocab::{
    Amount, Currency, Money,
    id::{AccountId, PaymentId},
};

use super::{Books, usd};
use crate::support::{TestDb, on_both, rows};

on_both!(
    of_thirty_two_holds_for_the_last_dollar_one_wins,
    a_hold_is_captured_once_by_any_number_at_once,
    a_hold_ends_one_way,
    holds_go_down_to_the_credit_limit_and_no_further,
    usage_may_go_below_and_then_blocks_spending,
    a_movement_is_above_zero,
    a_key_works_once_and_only_if_committed,
    currencies_do_not_mix,
    an_amount_that_does_not_fit_is_refused_whole,
    nothing_is_held_for_whom_nobody_knows,
);

async fn paid_in(db: &TestDb, money: Money) -> (Books, AccountId) {
    let books = Books::new(&db.store);
    let account = rows::account(&db.store, &books.ambient).await;
    let payment = PaymentId::new(&books.ambient);
    assert_eq!(books.deposit(account, payment, money).await.expect("deposits"), Once::Done);
    (books, account)
}

async fn sums(books: &Books, account: AccountId) -> (Amount, Amount) {
    let wallet = books.wallet(account, Currency::USD).await;
    (wallet.balance, wallet.held)
}

fn amounts(balance: &str, held: &str) -> (Amount, Amount) {
    (usd(balance).amount, usd(held).amount)
}

/// Runs the same at once, so often.
async fn at_once<T, F>(times: usize, run: impl Fn() -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(times));
    let tasks: Vec<_> = (0..times)
        .map(|_| {
            let (barrier, run) = (Arc::clone(&barrier), run());
            tokio::spawn(async move {
                barrier.wait().await;
                run.await
            })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.expect("joins"));
    }
    results
}

async fn of_thirty_two_holds_for_the_last_dollar_one_wins(db: TestDb) {
    let (books, account) = paid_in(&db, usd("1")).await;
    let results = at_once(32, || {
        let (books, subject) = (books.clone(), books.ambient.uuid());
        async move { books.hold(account, subject, usd("1")).await }
    })
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for lost in results.into_iter().filter_map(Result::err) {
        match lost {
            HoldError::InsufficientBalance { available, needed } => {
                assert_eq!((available, needed), (Amount::ZERO, usd("1").amount));
            }
            HoldError::Database(error) => panic!("{error}"),
        }
    }
    assert_eq!(sums(&books, account).await, amounts("1", "1"));
    books.add_up().await;
}

async fn a_hold_is_captured_once_by_any_number_at_once(db: TestDb) {
    let (books, account) = paid_in(&db, usd("5")).await;
    let subject = books.ambient.uuid();
    books.hold(account, subject, usd("2")).await.expect("holds");
    let results = at_once(16, || {
        let books = books.clone();
        async move { books.capture(subject).await.expect("captures, or finds it captured") }
    })
    .await;
    assert_eq!(results.iter().filter(|once| **once == Once::Done).count(), 1);
    assert_eq!(sums(&books, account).await, amounts("3", "0"));
    books.add_up().await;
}

async fn a_hold_ends_one_way(db: TestDb) {
    let (books, account) = paid_in(&db, usd("5")).await;
    let [taken, back] = [books.ambient.uuid(), books.ambient.uuid()];
    for subject in [taken, back] {
        books.hold(account, subject, usd("2")).await.expect("holds");
    }
    let again = books.hold(account, taken, usd("1")).await;
    assert!(matches!(again, Err(HoldError::Database(_))), "a subject is held for once");
    assert_eq!(books.capture(taken).await.expect("captures"), Once::Done);
    assert_eq!(books.release(back).await.expect("releases"), Once::Done);
    assert_eq!(books.release(back).await.expect("is released"), Once::AlreadyDone);
    let late = [books.capture(back).await, books.release(taken).await];
    for (late, state) in late.into_iter().zip(["RELEASED", "CAPTURED"]) {
        assert!(matches!(&late, Err(LedgerError::HoldEnded { state: ended, .. }) if ended == state), "{late:?}");
    }
    assert_eq!(sums(&books, account).await, amounts("3", "0"));
    books.add_up().await;
}

async fn holds_go_down_to_the_credit_limit_and_no_further(db: TestDb) {
    let (books, account) = paid_in(&db, usd("1.5")).await;
    books.grant_credit(account, usd("5")).await;
    books.hold(account, books.ambient.uuid(), usd("6.5")).await.expect("down to the limit");
    let beyond = books.hold(account, books.ambient.uuid(), usd("0.000001")).await;
    assert!(matches!(beyond, Err(HoldError::InsufficientBalance { .. })), "{beyond:?}");
    books.hold(account, books.ambient.uuid(), usd("0")).await.expect("nothing is always there");
    assert_eq!(sums(&books, account).await, amounts("1.5", "6.5"));
    books.add_up().await;
}

async fn usage_may_go_below_and_then_blocks_spending(db: TestDb) {
    let (books, account) = paid_in(&db, usd("1")).await;
    let usage = books.ambient.uuid();
    assert_eq!(books.usage(account, usage, usd("1.0085")).await.expect("charges"), Once::Done);
    assert_eq!(books.usage(account, usage, usd("1.0085")).await.expect("was charged"), Once::AlreadyDone);
    assert_eq!(sums(&books, account).await, amounts("-0.0085", "0"));
    for price in ["0.01", "0"] {
        let refused = books.hold(account, books.ambient.uuid(), usd(price)).await;
        assert!(matches!(refused, Err(HoldError::InsufficientBalance { .. })), "{price}: {refused:?}");
    }
    let _ = books.deposit(account, PaymentId::new(&books.ambient), usd("1")).await.expect("deposits");
    books.hold(account, books.ambient.uuid(), usd("0.99")).await.expect("there is money again");
    books.add_up().await;
}

async fn a_movement_is_above_zero(db: TestDb) {
    let (books, account) = paid_in(&db, usd("5")).await;
    for bad in ["0", "-1"] {
        let payment = PaymentId::new(&books.ambient);
        let tried = [
            books.deposit(account, payment, usd(bad)).await,
            books.usage(account, books.ambient.uuid(), usd(bad)).await,
        ];
        assert!(tried.iter().all(|tried| matches!(tried, Err(LedgerError::NotPositive))), "{bad}: {tried:?}");
    }
    assert!(matches!(books.adjust(account, "zero", usd("0")).await, Err(LedgerError::NotPositive)));
    assert!(books.hold(account, books.ambient.uuid(), usd("-1")).await.is_err(), "a hold of less than nothing");
    assert_eq!(books.adjust(account, "less", usd("-7")).await.expect("adjusts"), Once::Done);
    assert_eq!(books.adjust(account, "less", usd("-7")).await.expect("was adjusted"), Once::AlreadyDone);
    assert_eq!(books.adjust(account, "more", usd("3.25")).await.expect("adjusts"), Once::Done);
    assert_eq!(sums(&books, account).await, amounts("1.25", "0"));
    books.add_up().await;
}

async fn a_key_works_once_and_only_if_committed(db: TestDb) {
    let (books, account) = paid_in(&db, usd("1")).await;
    let payment = PaymentId::new(&books.ambient);
    let lost: Result<(), LedgerError> = books
        .store
        .write(|tx| {
            let books = &books;
            async move {
                let _ = app::ledger::deposit(&tx, &books.ambient, account, payment, "STRIPE", usd("3")).await?;
                Err(DbErr::Custom("the rest of the transaction failed".into()).into())
            }
        })
        .await;
    assert!(lost.is_err());
    assert_eq!(sums(&books, account).await, amounts("1", "0"));
    assert_eq!(books.deposit(account, payment, usd("3")).await.expect("deposits"), Once::Done);
    assert_eq!(books.deposit(account, payment, usd("3")).await.expect("was deposited"), Once::AlreadyDone);
    assert_eq!(sums(&books, account).await, amounts("4", "0"));
    books.add_up().await;
}

async fn currencies_do_not_mix(db: TestDb) {
    let (books, account) = paid_in(&db, usd("5")).await;
    let euro: Currency = "EUR".parse().expect("known");
    let price = Money::new(usd("1").amount, euro);
    let refused = books.hold(account, books.ambient.uuid(), price).await;
    assert!(matches!(refused, Err(HoldError::InsufficientBalance { .. })), "{refused:?}");
    let _ = books.deposit(account, PaymentId::new(&books.ambient), price).await.expect("deposits");
    books.hold(account, books.ambient.uuid(), price).await.expect("there are euros now");
    assert_eq!(sums(&books, account).await, amounts("5", "0"));
    books.add_up().await;
}

async fn an_amount_that_does_not_fit_is_refused_whole(db: TestDb) {
    let (books, account) = paid_in(&db, Money::new(Amount::from_micros(i64::MAX), Currency::USD)).await;
    let more = books.deposit(account, PaymentId::new(&books.ambient), usd("0.000001")).await;
    assert!(matches!(more, Err(LedgerError::Database(_))), "{more:?}");
    assert_eq!(books.wallet(account, Currency::USD).await.balance.micros(), i64::MAX);
    books.add_up().await;
}

async fn nothing_is_held_for_whom_nobody_knows(db: TestDb) {
    let books = Books::new(&db.store);
    let stranger = AccountId::new(&books.ambient);
    let refused = books.hold(stranger, books.ambient.uuid(), usd("0")).await;
    assert!(matches!(refused, Err(HoldError::InsufficientBalance { .. })), "{refused:?}");
    assert!(books.deposit(stranger, PaymentId::new(&books.ambient), usd("1")).await.is_err());
    for ended in [books.capture(Uuid::nil()).await, books.release(Uuid::nil()).await] {
        assert!(matches!(ended, Err(LedgerError::NoHold(_))), "{ended:?}");
    }
    books.add_up().await;
}
