//! `ledger verify` finds what was changed behind the ledger's back, and names it.

use app::ledger::{self, Fault};
use store::{DbErr, Store, exec};
use uuid::Uuid;
use vocab::{
    Currency,
    id::{ItemId, PaymentId},
};

use super::{Books, usd};
use crate::support::{TestDb, on_both, rows};

on_both!(
    verify_names_what_was_tampered_with,
    verify_says_what_it_summed,
    every_kind_of_posting_adds_up,
    the_database_knows_the_kinds_of_account,
);

const BALANCE: &str = "a wallet's balance is the sum of its entries";
const HELD: &str = "what a wallet holds is the sum of its open holds";
const TAKEN: &str = "a captured hold was taken once, at its amount";
const CAPTURED: &str = "as much was captured as the captured holds held";

const WAY: &str = "an entry moves money the way its posting's kind does";

/// What is done, which law breaks, and what the fault names, where `W` is the wallet's code.
const TAMPERINGS: &[(&str, &str, &str)] = &[
    ("UPDATE wallets SET balance = balance + 1", BALANCE, "W"),
    ("UPDATE wallets SET balance = balance - 10000000", BALANCE, "W"),
    ("UPDATE ledger_entries SET amount = amount + 1 WHERE credit LIKE 'wallet:%'", BALANCE, "W"),
    ("UPDATE ledger_entries SET currency = 'EUR'", BALANCE, "W"),
    ("DELETE FROM ledger_entries WHERE credit LIKE 'wallet:%'", BALANCE, "W"),
    ("UPDATE ledger_entries SET credit = 'revenue:USAGE' WHERE credit LIKE 'wallet:%'", BALANCE, "W"),
    ("UPDATE wallets SET held = held - 1", HELD, "W"),
    ("UPDATE holds SET amount = amount + 1 WHERE state = 'OPEN'", HELD, "W"),
    ("DELETE FROM holds WHERE state = 'OPEN'", HELD, "W"),
    ("UPDATE holds SET state = 'RELEASED', closed_at = created_at WHERE state = 'OPEN'", HELD, "W"),
    ("UPDATE holds SET amount = 3 WHERE state = 'CAPTURED'", TAKEN, "expected 3, found 1150000"),
    ("UPDATE holds SET state = 'CAPTURED' WHERE state = 'RELEASED'", TAKEN, "expected 1150000, found 0"),
    ("DELETE FROM holds WHERE state = 'CAPTURED'", CAPTURED, "expected 0, found 1150000"),
    ("UPDATE holds SET state = 'RELEASED' WHERE state = 'CAPTURED'", CAPTURED, "expected 0, found 1150000"),
    (
        "UPDATE ledger_entries SET debit = 'processor:NOBODY' WHERE debit = 'processor:STRIPE'",
        WAY,
        "DEPOSIT from processor:NOBODY to W",
    ),
    ("UPDATE ledger_entries SET debit = 'adjustments' WHERE debit LIKE 'processor:%'", WAY, "DEPOSIT from adjustments"),
    ("UPDATE ledger_entries SET credit = 'revenue:NOTHING' WHERE credit = 'revenue:NUMBER'", WAY, "revenue:NOTHING"),
    ("UPDATE ledger_postings SET kind = 'GIFT' WHERE kind = 'DEPOSIT'", WAY, "GIFT from processor:STRIPE"),
    (
        "INSERT INTO ledger_postings (id, kind, subject, period, created_at) \
         SELECT subject, 'DEPOSIT', 'pay_of_nobody', '', created_at FROM holds WHERE state = 'OPEN'",
        "every posting has entries",
        "DEPOSIT pay_of_nobody",
    ),
    (
        "INSERT INTO ledger_entries (posting_id, line, debit, credit, amount, currency) \
         SELECT id, 2, 'adjustments', 'wallet:nobody', 5, 'USD' FROM ledger_postings WHERE kind = 'DEPOSIT'",
        "an entry names a wallet that exists",
        "wallet:nobody",
    ),
];

/// A wallet with a deposit, a usage charge and a hold in every state.
async fn settled(db: &TestDb) -> (Books, String) {
    let books = Books::new(&db.store);
    let account = rows::account(&db.store, &books.ambient).await;
    let _ = books.deposit(account, PaymentId::new(&books.ambient), usd("10")).await.expect("deposits");
    let [open, taken, back]: [Uuid; 3] = std::array::from_fn(|_| books.ambient.uuid());
    for subject in [open, taken, back] {
        books.hold(account, subject, usd("1.15")).await.expect("holds");
    }
    let _ = books.capture(taken).await.expect("captures");
    let _ = books.release(back).await.expect("releases");
    let _ = books.usage(account, books.ambient.uuid(), usd("0.0085")).await.expect("charges");
    assert_eq!(books.wallet(account, Currency::USD).await.balance, usd("8.8415").amount);
    (books, format!("wallet:{}", account.uuid().simple()))
}

/// Verifies the books as they are after `sql`, which is then undone.
async fn after(store: &Store, sql: &str) -> Result<ledger::Sums, Fault> {
    const TABLES: [&str; 4] = ["ledger_entries", "ledger_postings", "holds", "wallets"];
    let keep = |tx| async move {
        for table in TABLES {
            exec(&tx, &format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"), []).await?;
        }
        exec(&tx, sql, []).await
    };
    assert!(store.write(keep).await.unwrap_or_else(|error| panic!("{sql}: {error}")) > 0, "nothing matched: {sql}");
    let verdict = ledger::verify(store).await;
    let restore = |tx| async move {
        for table in TABLES {
            exec(&tx, &format!("DELETE FROM {table}"), []).await?;
        }
        for table in TABLES.iter().rev() {
            // PostgreSQL checks foreign keys at once: wallets first, entries last.
            exec(&tx, &format!("INSERT INTO {table} SELECT * FROM kept_{table}"), []).await?;
            exec(&tx, &format!("DROP TABLE kept_{table}"), []).await?;
        }
        Ok::<_, DbErr>(())
    };
    store.write(restore).await.expect("the books are as before");
    verdict
}

async fn verify_names_what_was_tampered_with(db: TestDb) {
    let (books, code) = settled(&db).await;
    for (sql, expected, named) in TAMPERINGS {
        match after(&books.store, sql).await {
            Err(Fault::Broken { law, what }) => {
                assert_eq!(law, *expected, "{sql}");
                assert!(what.contains(&named.replace('W', &code)), "{sql}: {what}");
            }
            other => panic!("{sql}: {other:?}"),
        }
        books.add_up().await;
    }
}

async fn verify_says_what_it_summed(db: TestDb) {
    let (books, _) = settled(&db).await;
    let sums = ledger::verify(&books.store).await.expect("adds up");
    assert_eq!((sums.postings, sums.entries, sums.wallets, sums.open_holds), (3, 3, 1, 1));
}

async fn every_kind_of_posting_adds_up(db: TestDb) {
    let (books, _) = settled(&db).await;
    let operator = rows::account(&db.store, &books.ambient).await;
    for (key, money) in [("goodwill", usd("2")), ("a correction", usd("-1"))] {
        let _ = books.adjust(operator, key, money).await.expect("adjusts");
    }
    let (item, ambient) = (ItemId::new(&books.ambient), &books.ambient);
    let cost = |tx| async move { ledger::pool_cost(&tx, ambient, operator, item, "twilio", usd("1.15")).await };
    let _ = db.store.write(cost).await.expect("posts");
    let sums = ledger::verify(&books.store).await.expect("adds up");
    assert_eq!(sums.postings, 6);
}

async fn the_database_knows_the_kinds_of_account(db: TestDb) {
    let (books, _) = settled(&db).await;
    for side in ["debit", "credit"] {
        let sql = format!("UPDATE ledger_entries SET {side} = 'somebody'");
        let refused = books.store.write_one(&sql, []).await.expect_err("there is no such account");
        assert!(refused.to_string().contains(&format!("ledger_entries_{side}_known")), "{refused}");
    }
}
