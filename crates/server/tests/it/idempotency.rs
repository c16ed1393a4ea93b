//! Idempotency keys: a request is carried out once, and a repeat learns what came of it (docs/product.md, law 7).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use app::web::idempotency::{self, IdempotencyError, Scope, fingerprint};
use chrono::TimeDelta;
use serde_json::json;
use store::{DbErr, Dialect, Store, exec};
use tokio::sync::Barrier;
use vocab::{Ambient, id::AccountId};

use crate::support::{TestDb, clock::HandClock, on_both, rows, wait::until};

on_both!(
    a_repeat_learns_what_came_of_it,
    another_request_under_the_same_key_is_told,
    keys_are_apart_by_account_and_operation,
    a_refusal_that_rolled_back_stores_nothing,
    a_repeat_waits_for_the_first_and_replays,
    a_repeat_goes_on_where_the_first_rolled_back,
    a_repeat_waits_five_seconds_and_no_longer,
    of_sixteen_at_once_one_is_carried_out,
    keys_are_kept_for_their_time,
);

fn scope(account: AccountId, operation: &'static str, key: &str, amount: u32) -> Scope {
    Scope { account, operation, key: key.to_owned(), fingerprint: fingerprint(&json!({ "amount": amount })) }
}

/// An effect under a key: takes the key for a resource, then does something.
async fn carry_out(store: &Store, scope: &Scope, resource: &str) -> Result<(), IdempotencyError> {
    let ambient = &Ambient::system();
    store.write(|tx| async move { idempotency::begin(&tx, ambient, scope, resource).await }).await
}

fn is_replay_of(answer: &Result<(), IdempotencyError>, resource: &str) -> bool {
    matches!(answer, Err(IdempotencyError::Replay(told)) if told == resource)
}

async fn a_repeat_learns_what_came_of_it(db: TestDb) {
    let account = rows::account(&db.store, &Ambient::system()).await;
    let scope = scope(account, "order", "key", 1);
    assert!(idempotency::look_up(&db.store, &scope).await.is_ok(), "nobody used it yet");
    carry_out(&db.store, &scope, "ord_1").await.expect("the first is carried out");
    for answer in [idempotency::look_up(&db.store, &scope).await, carry_out(&db.store, &scope, "ord_2").await] {
        assert!(is_replay_of(&answer, "ord_1"), "{answer:?}");
    }
}

async fn another_request_under_the_same_key_is_told(db: TestDb) {
    let account = rows::account(&db.store, &Ambient::system()).await;
    carry_out(&db.store, &scope(account, "order", "key", 1), "ord_1").await.expect("the first is carried out");
    let other = scope(account, "order", "key", 2);
    for answer in [idempotency::look_up(&db.store, &other).await, carry_out(&db.store, &other, "ord_2").await] {
        assert!(matches!(answer, Err(IdempotencyError::Mismatch)), "{answer:?}");
    }
}

async fn keys_are_apart_by_account_and_operation(db: TestDb) {
    let ambient = Ambient::system();
    let (one, other) = (rows::account(&db.store, &ambient).await, rows::account(&db.store, &ambient).await);
    let apart = [
        scope(one, "order", "key", 1),
        scope(one, "deposit", "key", 1),
        scope(other, "order", "key", 1),
        scope(one, "order", "KEY", 1),
        scope(one, "order", "key ", 1),
    ];
    for (at, scope) in apart.iter().enumerate() {
        carry_out(&db.store, scope, &format!("res_{at}")).await.expect("is a key of its own");
    }
    for (at, scope) in apart.iter().enumerate() {
        assert!(is_replay_of(&idempotency::look_up(&db.store, scope).await, &format!("res_{at}")));
    }
}

async fn a_refusal_that_rolled_back_stores_nothing(db: TestDb) {
    let ambient = &Ambient::system();
    let account = rows::account(&db.store, ambient).await;
    let scope = &scope(account, "order", "key", 1);
    let refused: Result<(), IdempotencyError> = db
        .store
        .write(|tx| async move {
            idempotency::begin(&tx, ambient, scope, "ord_1").await?;
            Err(DbErr::Custom("no money".into()).into())
        })
        .await;
    assert!(matches!(refused, Err(IdempotencyError::Database(_))));
    assert!(idempotency::look_up(&db.store, scope).await.is_ok());
    carry_out(&db.store, scope, "ord_2").await.expect("the repeat is carried out");
}

/// Opens a transaction under the key and holds it open until told how it ends.
async fn held_open(
    store: Store,
    scope: Scope,
    open: Arc<Barrier>,
    lasts: Duration,
    ends_well: bool,
) -> Result<(), IdempotencyError> {
    let (ambient, scope, open) = (&Ambient::system(), &scope, &open);
    store
        .write(|tx| async move {
            idempotency::begin(&tx, ambient, scope, "ord_1").await?;
            open.wait().await;
            tokio::time::sleep(lasts).await;
            if ends_well { Ok(()) } else { Err(DbErr::Custom("no money".into()).into()) }
        })
        .await
}

async fn second_while_first_is_open(db: &TestDb, ends_well: bool) -> [Result<(), IdempotencyError>; 2] {
    let account = rows::account(&db.store, &Ambient::system()).await;
    let (scope, open) = (scope(account, "order", "key", 1), Arc::new(Barrier::new(2)));
    let lasts = Duration::from_millis(1_500);
    let first = tokio::spawn(held_open(db.store.clone(), scope.clone(), Arc::clone(&open), lasts, ends_well));
    open.wait().await;
    assert!(idempotency::look_up(&db.store, &scope).await.is_ok(), "what is not committed is not known");
    let second = carry_out(&db.store, &scope, "ord_2").await;
    [first.await.expect("joins"), second]
}

async fn a_repeat_waits_for_the_first_and_replays(db: TestDb) {
    let [first, second] = second_while_first_is_open(&db, true).await;
    assert!(first.is_ok() && is_replay_of(&second, "ord_1"), "{first:?} {second:?}");
}

async fn a_repeat_goes_on_where_the_first_rolled_back(db: TestDb) {
    let [first, second] = second_while_first_is_open(&db, false).await;
    assert!(first.is_err() && second.is_ok(), "{first:?} {second:?}");
}

/// On SQLite transactions do not overlap, so that there is nothing to wait for.
async fn a_repeat_waits_five_seconds_and_no_longer(db: TestDb) {
    if db.store.dialect() == Dialect::Sqlite {
        return;
    }
    let account = rows::account(&db.store, &Ambient::system()).await;
    let (scope, open) = (scope(account, "order", "key", 1), Arc::new(Barrier::new(2)));
    let lasts = Duration::from_secs(6);
    let first = tokio::spawn(held_open(db.store.clone(), scope.clone(), Arc::clone(&open), lasts, true));
    open.wait().await;
    let begun = Instant::now();
    let second = carry_out(&db.store, &scope, "ord_2").await;
    assert!(matches!(second, Err(IdempotencyError::InProgress)), "{second:?}");
    assert!(begun.elapsed() >= Duration::from_millis(4900) && !first.is_finished(), "{:?}", begun.elapsed());
    first.await.expect("joins").expect("the first is carried out");
}

async fn of_sixteen_at_once_one_is_carried_out(db: TestDb) {
    let account = rows::account(&db.store, &Ambient::system()).await;
    let insert = "INSERT INTO inbound_messages (sender, message_id, received_at) VALUES ('effect', $1, $2)";
    let tasks: Vec<_> = (0..16)
        .map(|nth| {
            let (store, scope) = (db.store.clone(), scope(account, "order", "key", 1));
            tokio::spawn(async move {
                let (ambient, scope, resource) = (&Ambient::system(), &scope, &format!("ord_{nth}"));
                let write = |tx| async move {
                    idempotency::begin(&tx, ambient, scope, resource).await?;
                    exec(&tx, insert, [resource.clone().into(), ambient.wall().into()]).await?;
                    Ok::<_, IdempotencyError>(())
                };
                (nth, store.write(write).await)
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("joins"));
    }
    let winners: Vec<_> = answers.iter().filter(|(_, answer)| answer.is_ok()).map(|(nth, _)| *nth).collect();
    assert_eq!(winners.len(), 1, "{answers:?}");
    let resource = format!("ord_{}", winners[0]);
    assert!(answers.iter().all(|(nth, answer)| *nth == winners[0] || is_replay_of(answer, &resource)), "{answers:?}");
}

async fn keys_are_kept_for_their_time(db: TestDb) {
    let clock = HandClock::default();
    let ambient = clock.ambient();
    let account = rows::account(&db.store, &ambient).await;
    let scope = scope(account, "order", "key", 1);
    carry_out(&db.store, &scope, "ord_1").await.expect("the first is carried out");
    let keep = TimeDelta::hours(24);
    clock.skip(Duration::from_secs(24 * 3600 - 60));
    assert_eq!(idempotency::forget_old(&db.store, &ambient, keep).await.expect("forgets"), 0);
    clock.skip(Duration::from_secs(120));
    assert_eq!(idempotency::forget_old(&db.store, &ambient, keep).await.expect("forgets"), 1);
    let forgotten = || async { idempotency::look_up(&db.store, &scope).await.is_ok().then_some(()) };
    until("the key is free again", Duration::from_secs(1), forgotten).await;
}
