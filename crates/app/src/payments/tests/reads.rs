//! Lists, single payments and the account's money; and what `verify` finds.

use chrono::TimeDelta;
use ports::processor::ChargeStatus;
use store::exec;
use vocab::{PageRequest, id::AccountId};

use super::super::{Filter, PaymentStatus, verify};
use super::{World, amount, dollars, tenant};
use crate::ledger;

#[tokio::test]
async fn pages_and_cursors_show_the_same_newest_first() {
    let world = World::new().await;
    for sum in 1..=5 {
        world.deposit(&dollars(&sum.to_string())).await;
        world.clock.forward(TimeDelta::milliseconds(if sum == 3 { 0 } else { 500 }));
    }
    let all = world.history().await;
    assert_eq!(all.first().map(|payment| payment.money.amount), Some(amount("5")));
    let (filter, mut seen) = (Filter::default(), Vec::new());
    let mut request = PageRequest::Page { page: 1, limit: 2 };
    loop {
        let list = world.payments.history(world.account, &filter, &request).await.expect("reads");
        assert_eq!(list.pagination.total, matches!(request, PageRequest::Page { .. }).then_some(5));
        seen.extend(list.data);
        let Some(cursor) = list.pagination.next_cursor else { break };
        request = PageRequest::After { cursor: cursor.parse().expect("a cursor of ours"), limit: 2 };
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn filters_narrow_and_tenants_do_not_see_each_other() {
    let world = World::new().await;
    world.deposit(&dollars("1")).await;
    world.clock.forward(TimeDelta::hours(1));
    world.till.answers_charge([Ok(ChargeStatus::Failed { code: None })]);
    let failed = world.deposit(&dollars("2")).await.payment;
    let page = PageRequest::Page { page: 1, limit: 10 };
    let count = async |account: AccountId, filter: Filter| {
        let list = world.payments.history(account, &filter, &page).await.expect("reads");
        assert_eq!(u64::try_from(list.data.len()).ok(), list.pagination.total);
        list.data.len()
    };
    let of = |statuses: &[PaymentStatus]| Filter { statuses: statuses.to_vec(), ..Filter::default() };
    assert_eq!(count(world.account, of(&[PaymentStatus::Failed])).await, 1);
    assert_eq!(count(world.account, of(&[PaymentStatus::Failed, PaymentStatus::Succeeded])).await, 2);
    let at = Some(failed.created_at);
    assert_eq!(count(world.account, Filter { from: at, ..Filter::default() }).await, 1);
    assert_eq!(count(world.account, Filter { before: at, ..Filter::default() }).await, 1);
    let (other, _) = tenant(&world.store, &world.ambient, "b@example.com").await;
    assert_eq!(count(other, Filter::default()).await, 0);
    assert_eq!(world.payments.find(other, failed.id).await.expect("reads"), None);
}

#[tokio::test]
async fn the_account_shows_what_is_available_and_what_is_held() {
    let world = World::new().await;
    world.deposit(&dollars("10")).await;
    let (ambient, account, subject) = (&world.ambient, world.account, world.ambient.uuid());
    let money = vocab::Money::new(amount("4"), vocab::Currency::USD);
    world
        .store
        .write(|tx| async move { ledger::hold(&tx, ambient, account, subject, money).await })
        .await
        .expect("is held");
    let billing = world.payments.billing_account(account).await.expect("reads").expect("is there");
    assert_eq!((billing.wallet.available(), billing.wallet.balance), (amount("6"), amount("10")));
    assert_eq!((billing.wallet.held, billing.suspended), (amount("4"), None));
    assert!(world.payments.billing_account(AccountId::new(ambient)).await.expect("reads").is_none());
}

#[tokio::test]
async fn verify_finds_payments_and_deposits_that_do_not_match() {
    for change in [
        "UPDATE payments SET amount = amount + 1",
        "UPDATE payments SET status = 'FAILED'",
        "DELETE FROM payments",
        "UPDATE ledger_postings SET subject = 'pay_other'",
    ] {
        let world = World::new().await;
        world.deposit(&dollars("10")).await;
        let sums = verify(&world.store).await.expect("agrees");
        assert_eq!((sums.payments, sums.came_in, sums.deposits), (1, 1, 1));
        world.store.write(|tx| async move { exec(&tx, change, []).await }).await.expect("writes");
        assert!(verify(&world.store).await.is_err(), "{change}");
    }
}
