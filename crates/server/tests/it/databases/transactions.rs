//! The write transaction: all or nothing, and again where it lost a race.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use store::{DbErr, Dialect, FromQueryResult, Store, Tx, dialect::is_lock_timeout, exec, one};
use tokio::sync::{Barrier, Notify};

use crate::support::{TestDb, on_both, wait::until};

on_both!(
    an_error_leaves_nothing_behind,
    a_dropped_transaction_leaves_nothing_behind,
    writers_of_one_row_lose_nothing,
    a_transaction_that_lost_is_run_again,
    an_error_that_is_no_race_is_not_repeated,
    a_snapshot_does_not_move_and_does_not_write,
    a_wait_for_a_lock_is_bounded,
    readers_leave_room_for_writers,
);

#[derive(FromQueryResult)]
struct Row {
    value: i64,
}

/// Two counters with names, for transactions to fight over.
async fn counters(db: &TestDb) {
    let table = "CREATE TABLE counters (\n    name text PRIMARY KEY,\n    value bigint NOT NULL\n);";
    let dialect = db.store.dialect();
    let made = db.store.write(|tx| async move {
        store::ConnectionTrait::execute_unprepared(&tx, &dialect.migration(table)).await?;
        exec(&tx, "INSERT INTO counters (name, value) VALUES ('a', 0), ('b', 0)", []).await
    });
    assert_eq!(made.await.expect("two counters"), 2);
}

async fn add(tx: &Tx, name: &str, by: i64) -> Result<i64, DbErr> {
    let sql = "UPDATE counters SET value = value + $2 WHERE name = $1 RETURNING value";
    let row: Option<Row> = one(tx, sql, [name.into(), by.into()]).await?;
    row.map(|row| row.value).ok_or(DbErr::RecordNotUpdated)
}

async fn value(store: &Store, name: &str) -> i64 {
    let row: Option<Row> =
        one(store.fresh(), "SELECT value FROM counters WHERE name = $1", [name.into()]).await.expect("reads");
    row.expect("the counter is there").value
}

async fn an_error_leaves_nothing_behind(db: TestDb) {
    counters(&db).await;
    let refused: Result<(), DbErr> = db
        .store
        .write(|tx| async move {
            add(&tx, "a", 7).await?;
            Err(DbErr::Custom("no".into()))
        })
        .await;
    assert!(refused.is_err());
    assert_eq!(value(&db.store, "a").await, 0);
}

/// A request whose client has left is dropped in the middle.
async fn a_dropped_transaction_leaves_nothing_behind(db: TestDb) {
    counters(&db).await;
    let endless = db.store.write(|tx| async move {
        add(&tx, "a", 7).await?;
        std::future::pending::<Result<(), DbErr>>().await
    });
    assert!(tokio::time::timeout(Duration::from_millis(200), endless).await.is_err());
    db.store.write(|tx| async move { add(&tx, "a", 1).await }).await.expect("the row is not locked");
    assert_eq!(value(&db.store, "a").await, 1);
}

async fn writers_of_one_row_lose_nothing(db: TestDb) {
    counters(&db).await;
    let writers: Vec<_> = (0..32)
        .map(|_| {
            let store = db.store.clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    store.write(|tx| async move { add(&tx, "a", 1).await }).await.expect("writes");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("joins");
    }
    assert_eq!(value(&db.store, "a").await, 640);
}

/// Two transactions that lock two rows in opposite order: PostgreSQL ends one of them, which is run again. On SQLite
/// the second begins when the first is over. The one that is run again may take its first row before the other has
/// woken up, and then one of them loses once more.
async fn a_transaction_that_lost_is_run_again(db: TestDb) {
    counters(&db).await;
    let overlap = db.store.dialect() == Dialect::Postgres;
    let (both_have_one, runs) = (&Barrier::new(2), &AtomicU32::new(0));
    let cross = |first: &'static str, second: &'static str| {
        db.store.write(move |tx| async move {
            let run = runs.fetch_add(1, Ordering::SeqCst);
            add(&tx, first, 1).await?;
            if overlap && run < 2 {
                both_have_one.wait().await;
            }
            add(&tx, second, 1).await
        })
    };
    let (one, other) = tokio::join!(cross("a", "b"), cross("b", "a"));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!((value(&db.store, "a").await, value(&db.store, "b").await), (2, 2));
    let runs = runs.load(Ordering::SeqCst);
    assert!(if overlap { runs > 2 } else { runs == 2 }, "{runs} runs");
}

async fn an_error_that_is_no_race_is_not_repeated(db: TestDb) {
    counters(&db).await;
    let runs = &AtomicU32::new(0);
    let twice = "INSERT INTO counters (name, value) VALUES ('a', 0)";
    let refused: Result<u64, DbErr> = db
        .store
        .write(|tx| async move {
            runs.fetch_add(1, Ordering::SeqCst);
            exec(&tx, twice, []).await
        })
        .await;
    assert!(refused.is_err());
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

async fn a_snapshot_does_not_move_and_does_not_write(db: TestDb) {
    counters(&db).await;
    let store = &db.store;
    let read = "SELECT value FROM counters WHERE name = 'a'";
    let seen: Result<(i64, i64), DbErr> = store
        .snapshot(|tx| async move {
            let before: Option<Row> = one(&tx, read, []).await?;
            store.write(|tx| async move { add(&tx, "a", 1).await }).await?;
            let after: Option<Row> = one(&tx, read, []).await?;
            Ok((before.map_or(-1, |row| row.value), after.map_or(-1, |row| row.value)))
        })
        .await;
    assert_eq!(seen.expect("reads"), (0, 0));
    assert_eq!(value(store, "a").await, 1);
    let written: Result<i64, DbErr> = store.snapshot(|tx| async move { add(&tx, "a", 1).await }).await;
    assert!(written.is_err(), "a snapshot is read-only");
}

async fn a_wait_for_a_lock_is_bounded(db: TestDb) {
    if db.store.dialect() == Dialect::Sqlite {
        return;
    }
    let bounded = format!("SELECT 1 WHERE {}", db.store.dialect().bounded_wait().replace("5s", "100ms"));
    let bounded = bounded.as_str();
    counters(&db).await;
    let store = &db.store;
    let blocked: Result<(), DbErr> = store
        .write(|tx| async move {
            add(&tx, "a", 1).await?;
            let second: Result<i64, DbErr> = store
                .write(|tx| async move {
                    store::ConnectionTrait::execute_unprepared(&tx, bounded).await?;
                    add(&tx, "a", 1).await
                })
                .await;
            assert!(second.is_err_and(|error| is_lock_timeout(&error)), "it gives up by the lock's time-out");
            Ok(())
        })
        .await;
    blocked.expect("the first goes on");
    assert_eq!(value(store, "a").await, 1);
}

/// However many readers wait for the database, whoever writes gets a connection.
async fn readers_leave_room_for_writers(db: TestDb) {
    counters(&db).await;
    if db.store.dialect() == Dialect::Sqlite {
        // Its writer has a connection of its own, and a reader waits for nobody.
        return;
    }
    const READERS: usize = 12;
    let (locked, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let holder = {
        let (store, locked, release) = (db.store.clone(), Arc::clone(&locked), Arc::clone(&release));
        tokio::spawn(async move {
            store
                .write(|tx| {
                    let (locked, release) = (Arc::clone(&locked), Arc::clone(&release));
                    async move {
                        exec(&tx, "SELECT pg_advisory_xact_lock(7)", []).await?;
                        locked.notify_one();
                        release.notified().await;
                        Ok::<(), DbErr>(())
                    }
                })
                .await
        })
    };
    locked.notified().await;
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let store = db.store.clone();
            tokio::spawn(async move {
                let sql = "SELECT CAST(1 AS bigint) AS value FROM pg_advisory_xact_lock_shared(7)";
                one::<Row>(store.fresh(), sql, []).await
            })
        })
        .collect();
    let outside = db.again().await;
    until("readers wait", Duration::from_secs(60), || async {
        let sql = "SELECT COUNT(*) AS value FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = \
                   (SELECT oid FROM pg_database WHERE datname = current_database())";
        let waiting = one::<Row>(outside.fresh(), sql, []).await.expect("reads").expect("a count").value;
        (waiting > 0).then_some(())
    })
    .await;
    let written = db.store.write(|tx| async move { add(&tx, "a", 1).await }).await;
    assert_eq!(written.expect("a writer has a connection"), 1);
    release.notify_one();
    holder.await.expect("no panic").expect("commits");
    for reader in readers {
        // Which of them had to wait too long for its turn is the database's to say.
        let _ = reader.await.expect("no panic");
    }
    assert_eq!(value(&db.store, "a").await, 1, "and readers get on");
}
