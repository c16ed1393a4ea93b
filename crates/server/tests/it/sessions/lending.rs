//! Who gets a number.

use std::collections::HashSet;

use app::{
    ledger,
    sessions::{NewSession, SessionError},
    web::idempotency::{Scope, fingerprint},
};
use chrono::TimeDelta;
use futures::future::join_all;
use store::{FromQueryResult, Store, exec, one};
use vocab::{Amount, Currency, Money};

use super::stock::{COOL_DOWN, World};
use crate::support::{TestDb, on_both, rows};

on_both!(
    nobody_gets_a_number_that_somebody_has,
    a_number_cools_down_before_it_is_lent_again,
    a_wish_for_a_country_is_kept,
    what_was_passed_over_is_found_in_the_end,
    a_session_is_paid_for_once_or_not_begun,
    one_key_borrows_once,
);

/// 256 at once, from two processes, on a hundred numbers.
async fn nobody_gets_a_number_that_somebody_has(db: TestDb) {
    let world = World::with(&db, 100).await;
    let account = rows::account(&world.store, &world.ambient).await;
    let other = World::beside(&db, &world.ambient);
    let borrowers = (0..256).map(|at| {
        let world = if at % 2 == 0 { world.clone() } else { other.clone() };
        tokio::spawn(async move { world.borrow(account).await })
    });
    let mut lent = Vec::new();
    for borrowed in join_all(borrowers).await {
        match borrowed.expect("no borrower panics") {
            Ok(session) => lent.push(session.phone_number),
            Err(SessionError::NoneFree { next }) => assert!(next.is_some(), "all are lent, so one comes back"),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(lent.len(), 100, "every number is lent");
    assert_eq!(lent.iter().collect::<HashSet<_>>().len(), 100, "none twice");
    assert_eq!(world.told("SESSION_STARTED").await, 100);
    if world.store.dialect().writes_in_with() {
        assert!(transactions(&world.store).await < 100, "those who come at once are served together");
    }
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

/// In how many transactions the sessions were written, on PostgreSQL.
async fn transactions(store: &Store) -> i64 {
    let sql = "SELECT COUNT(DISTINCT CAST(xmin AS text)) AS count FROM number_sessions";
    one::<Count>(store.fresh(), sql, []).await.expect("counts").map_or(0, |row| row.count)
}

async fn a_number_cools_down_before_it_is_lent_again(db: TestDb) {
    let world = World::with(&db, 1).await;
    let account = rows::account(&world.store, &world.ambient).await;
    let first = world.borrow(account).await.expect("it is free");
    let until = first.expires_at + COOL_DOWN;
    let refused = world.borrow(account).await;
    assert!(matches!(refused, Err(SessionError::NoneFree { next: Some(next) }) if next == until), "{refused:?}");
    world.ambient.set_offset(until - world.ambient.wall() - TimeDelta::seconds(5));
    assert!(world.borrow(account).await.is_err(), "its time is over and it still cools down");
    world.ambient.advance(TimeDelta::seconds(5));
    let second = world.borrow(account).await.expect("nobody wrote anything, and it is free");
    assert_eq!(second.phone_number, first.phone_number);
    world.sessions.end(account, second.id).await.expect("it ends");
    assert!(world.borrow(account).await.is_err(), "ended by hand, it cools down too");
    world.ambient.advance(COOL_DOWN);
    world.borrow(account).await.expect("and is free sooner than its time would have been over");
}

async fn a_wish_for_a_country_is_kept(db: TestDb) {
    let world = World::with(&db, 9).await;
    world.stock(1, "GB").await;
    let account = rows::account(&world.store, &world.ambient).await;
    let wish = NewSession { country: Some("GB".parse().expect("a country")), ..world.wish(account) };
    assert_eq!(world.start(&wish).await.expect("there is one").country.as_str(), "GB");
    assert!(matches!(world.start(&wish).await, Err(SessionError::NoneFree { next: Some(_) })));
    let wish = NewSession { country: Some("FR".parse().expect("a country")), ..world.wish(account) };
    assert!(matches!(world.start(&wish).await, Err(SessionError::NoneFree { next: None })));
    for _ in 0..9 {
        assert_eq!(world.borrow(account).await.expect("one of the rest").country.as_str(), "US");
    }
}

/// A number may become free behind the place where a process goes on looking.
async fn what_was_passed_over_is_found_in_the_end(db: TestDb) {
    let world = World::with(&db, 16).await;
    let account = rows::account(&world.store, &world.ambient).await;
    for _ in 0..16 {
        world.borrow(account).await.expect("one of sixteen");
    }
    let long_ago = world.ambient.business() - TimeDelta::days(1);
    let sql = "UPDATE pool_numbers SET free_from = $1 WHERE lane < 2";
    world.store.write_one(sql, [long_ago.into()]).await.expect("frees four");
    for _ in 0..4 {
        world.borrow(account).await.expect("one of the four");
    }
    assert!(world.borrow(account).await.is_err());
}

async fn a_session_is_paid_for_once_or_not_begun(db: TestDb) {
    let world = World::with(&db, 2).await;
    let account = rows::account(&world.store, &world.ambient).await;
    let rule = "INSERT INTO pricing_rules (id, product, country, profit_type, profit_value, priority, is_active, created_at) \
                VALUES ($1, 'SESSION', 'US', 'FIXED', 250000, 1, $2, $3)";
    let values = [world.ambient.uuid().into(), true.into(), world.ambient.wall().into()];
    world.store.write_one(rule, values).await.expect("a rule");
    let refused = world.borrow(account).await;
    assert!(matches!(refused, Err(SessionError::InsufficientBalance { .. })), "{refused:?}");
    assert_eq!(world.told("SESSION_STARTED").await, 0);
    let (ambient, gift) = (&world.ambient, Money::new(Amount::from_micros(300_000), Currency::USD));
    let given =
        world.store.write(|tx| async move { ledger::adjust(&tx, ambient, account, "gift", gift, "test").await });
    let _ = given.await.expect("money");
    let session = world.borrow(account).await.expect("a quarter is there");
    assert_eq!(session.price.amount.to_string(), "0.25");
    assert!(world.borrow(account).await.is_err(), "five cents are not enough, and the other number stays free");
    ledger::verify(&world.store).await.expect("the ledger adds up");
    let free = "UPDATE pool_numbers SET lane = lane WHERE free_from <= $1";
    let free = world.store.write(|tx| async move { exec(&tx, free, [ambient.business().into()]).await }).await;
    assert_eq!(free.expect("counts"), 1);
}

async fn one_key_borrows_once(db: TestDb) {
    let world = World::with(&db, 8).await;
    let account = rows::account(&world.store, &world.ambient).await;
    let scope = Scope { account, operation: "sessions.create", key: "k".into(), fingerprint: fingerprint(&"body") };
    let wish = NewSession { scope: Some(scope), ..world.wish(account) };
    let started = join_all((0..8).map(|_| world.sessions.start(&wish))).await;
    let started: Vec<_> = started.into_iter().map(|started| started.expect("begun or replayed")).collect();
    assert_eq!(started.iter().filter(|started| !started.replayed).count(), 1);
    assert!(started.iter().all(|other| other.session == started[0].session));
    assert_eq!(world.told("SESSION_STARTED").await, 1);
}
