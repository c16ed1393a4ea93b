//! Versioned migrations, one file a change, never edited after landing.

use sea_orm_migration::prelude::*;

use crate::{Dialect, Store};

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        const MIGRATIONS: &[(&str, &str)] = &[$(($name, include_str!(concat!($name, ".sql")))),+];
    };
}

migrations! {
    "0001_access",
    "0002_ledger",
    "0003_journal_and_jobs",
    "0004_orders",
    "0005_numbers",
    "0006_payments",
    "0007_calls",
    "0008_sessions",
    "0009_verifications",
    "0011_audit",
    "0012_lean_orders",
    "0013_failing_jobs",
    "0014_texts_told_apart",
}

/// Every migration's name and text, oldest first: what a schema is made of.
pub const fn texts() -> &'static [(&'static str, &'static str)] {
    MIGRATIONS
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        MIGRATIONS.iter().map(|&(name, text)| Box::new(SqlFile { name, text }) as Box<dyn MigrationTrait>).collect()
    }
}

struct SqlFile {
    name: &'static str,
    text: &'static str,
}

impl MigrationName for SqlFile {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SqlFile {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let text = Dialect::of(db).migration(self.text);
        db.execute_unprepared(&text).await.map(drop)
    }
}

impl Store {
    /// Brings the schema up to date and says which migrations were applied. Safe when two processes
    /// start together: one migrates, the other waits and finds nothing to do.
    pub async fn migrate(&self) -> Result<Vec<String>, DbErr> {
        self.write(|tx| async move {
            if let Some(lock) = Dialect::of(&tx).migration_lock() {
                tx.execute_unprepared(lock).await?;
            }
            let transaction = tx.transaction();
            let pending = Migrator::get_pending_migrations(transaction).await?;
            let names = pending.iter().map(|migration| migration.name().to_owned()).collect();
            Migrator::up(transaction, None).await?;
            Ok(names)
        })
        .await
    }
}
