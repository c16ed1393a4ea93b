//! The engine's promises, on the embedded database.

use sea_orm::{DbErr, FromQueryResult};

use crate::{Settings, Store, exec, one};

#[derive(FromQueryResult)]
struct Offset {
    offset_micros: i64,
}

async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&Settings::sqlite(&folder.path().join("db"))).await.expect("opens");
    (folder, store)
}

#[tokio::test]
async fn two_processes_that_start_together_both_end_up_migrated() {
    let (folder, first) = store().await;
    let second = Store::open(&Settings::sqlite(&folder.path().join("db"))).await.expect("opens");
    let (a, b) = tokio::join!(first.migrate(), second.migrate());
    let (a, b) = (a.expect("migrates"), b.expect("migrates"));
    assert_eq!(a.len().min(b.len()), 0, "one of them found nothing to do");
    assert!(!a.is_empty() || !b.is_empty());
}

#[tokio::test]
async fn a_failed_transaction_leaves_nothing_behind() {
    let (_folder, store) = store().await;
    store.migrate().await.expect("migrates");
    let result: Result<(), DbErr> = store
        .write(|tx| async move {
            exec(&tx, "UPDATE business_clock SET offset_micros = $1", [7_i64.into()]).await?;
            Err(DbErr::Custom("no".into()))
        })
        .await;
    assert!(result.is_err());
    let row: Option<Offset> = one(store.reader(), "SELECT offset_micros FROM business_clock", []).await.expect("reads");
    assert_eq!(row.map(|row| row.offset_micros), Some(0));
}

#[tokio::test]
async fn thirty_two_writers_lose_nothing() {
    let (_folder, store) = store().await;
    store.migrate().await.expect("migrates");
    let writers = (0..32).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                let add = "UPDATE business_clock SET offset_micros = offset_micros + 1";
                store.write(|tx| async move { exec(&tx, add, []).await }).await.expect("writes");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("joins");
    }
    let row: Option<Offset> = one(store.reader(), "SELECT offset_micros FROM business_clock", []).await.expect("reads");
    assert_eq!(row.map(|row| row.offset_micros), Some(640));
}
