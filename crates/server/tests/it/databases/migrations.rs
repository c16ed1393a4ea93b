//! The schema is brought up to date once, however many start together.

use store::FromQueryResult;
use store::one;

use crate::support::{TestDb, on_both};

on_both!(empty: a_second_migration_finds_nothing_to_do, six_that_start_together_migrate_once);

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

async fn a_second_migration_finds_nothing_to_do(db: TestDb) {
    let applied = db.store.migrate().await.expect("migrates");
    let known: Vec<_> = store::migrations::texts().iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(applied, known);
    assert_eq!(db.store.migrate().await.expect("migrates again"), Vec::<String>::new());
}

async fn six_that_start_together_migrate_once(db: TestDb) {
    let mut processes = Vec::new();
    for _ in 0..6 {
        let store = db.again().await;
        processes.push(tokio::spawn(async move { store.migrate().await }));
    }
    let mut applied = 0;
    for process in processes {
        applied += process.await.expect("joins").expect("migrates").len();
    }
    assert_eq!(applied, store::migrations::texts().len());
    let sql = "SELECT COUNT(*) AS count FROM business_clock";
    let rows: Option<Count> = one(db.store.reader(), sql, []).await.expect("reads");
    assert_eq!(rows.map(|row| row.count), Some(1), "what a migration inserts is there once");
}
