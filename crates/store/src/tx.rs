//! The write transaction: the one way to change the database.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, FromQueryResult, IsolationLevel,
    QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::{Dialect, Store, Value, all, dialect::is_contention, exec};

/// How often a transaction that lost a race is run again.
const ATTEMPTS: u32 = 8;

/// How many rows a cleaning job changes in one transaction.
const BATCH: i64 = 1_000;

/// A handle on an open write transaction. Clones are the same transaction; none may outlive the closure
/// that [`Store::write`] ran.
#[derive(Debug, Clone)]
pub struct Tx(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    transaction: DatabaseTransaction,
    contended: AtomicBool,
}

impl Tx {
    pub(crate) fn transaction(&self) -> &DatabaseTransaction {
        &self.0.transaction
    }

    fn watch<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if result.as_ref().is_err_and(is_contention) {
            self.0.contended.store(true, Ordering::Relaxed);
        }
        result
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.0.transaction.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.watch(self.0.transaction.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.watch(self.0.transaction.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.watch(self.0.transaction.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.watch(self.0.transaction.query_all_raw(statement).await)
    }
}

impl Store {
    /// Runs `work` in a write transaction and commits if it succeeds; anything else rolls back.
    ///
    /// Begins IMMEDIATE on SQLite: a deferred transaction that later writes fails under load. A
    /// transaction that lost to another one is run again from the start, so `work` must have no effect
    /// outside of the database: no call to a vendor, nothing sent.
    pub async fn write<T, E, F, Fut>(&self, work: F) -> Result<T, E>
    where
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<DbErr>,
    {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let tx = self.begin().await?;
            let result = work(tx.clone()).await;
            let inner = Arc::into_inner(tx.0)
                .ok_or_else(|| DbErr::Custom("a transaction handle outlived its transaction".into()))?;
            let contended = inner.contended.load(Ordering::Relaxed);
            let result = match result {
                Ok(value) => match inner.transaction.commit().await {
                    Ok(()) => return Ok(value),
                    Err(error) if is_contention(&error) && attempt < ATTEMPTS => None,
                    Err(error) => Some(Err(error.into())),
                },
                Err(error) => {
                    inner.transaction.rollback().await?;
                    if contended && attempt < ATTEMPTS { None } else { Some(Err(error)) }
                }
            };
            if let Some(result) = result {
                return result;
            }
            tokio::time::sleep(Duration::from_millis(u64::from(attempt * attempt))).await;
        }
    }

    /// Runs one statement as a transaction of its own and says how many rows it changed: for answers that
    /// somebody waits for. Tried again if it lost a race.
    pub async fn write_one(&self, sql: &str, values: impl IntoIterator<Item = Value> + Clone) -> Result<u64, DbErr> {
        self.again(|| exec(&self.writer, sql, values.clone())).await
    }

    /// Runs one statement, and again where it lost a race.
    pub(crate) async fn again<T, Fut>(&self, run: impl Fn() -> Fut) -> Result<T, DbErr>
    where
        Fut: Future<Output = Result<T, DbErr>>,
    {
        let mut attempt = 0;
        loop {
            attempt += 1;
            match run().await {
                Err(error) if is_contention(&error) && attempt < ATTEMPTS => {}
                result => return result,
            }
        }
    }

    /// Runs one statement again and again, each time in a transaction of its own, until it finds less than a batch to
    /// change: so that what is cleaned away holds nobody up, however much it is. `$1` is `before`, `$2` the most rows it
    /// may change, the others follow. Says how many rows were changed.
    pub async fn write_in_batches(
        &self,
        sql: &str,
        before: Value,
        more: impl IntoIterator<Item = Value>,
    ) -> Result<u64, DbErr> {
        let values: Vec<Value> = [before, BATCH.into()].into_iter().chain(more).collect();
        let mut changed = 0;
        loop {
            let batch = self.write_one(sql, values.clone()).await?;
            changed += batch;
            if i64::try_from(batch).is_ok_and(|batch| batch < BATCH) {
                return Ok(changed);
            }
        }
    }

    /// Runs one statement that writes and returns as a transaction of its own, and gives its first row. Tried again if it
    /// lost a race.
    pub async fn write_row<R: FromQueryResult>(&self, sql: &str, values: &[Value]) -> Result<Option<R>, DbErr> {
        Ok(self.write_rows(sql, values).await?.into_iter().next())
    }

    /// The same, with all its rows.
    pub async fn write_rows<R: FromQueryResult>(&self, sql: &str, values: &[Value]) -> Result<Vec<R>, DbErr> {
        self.again(|| all(&self.writer, sql, values.iter().cloned())).await
    }

    /// Runs `work` on one unchanging picture of the database, for sums that must agree with each other.
    /// Writes fail.
    pub async fn snapshot<T, E, F, Fut>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<DbErr>,
    {
        let options = match self.dialect() {
            // A deferred transaction on a read-only connection is a snapshot from its first read.
            Dialect::Sqlite => TransactionOptions::default(),
            Dialect::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
        };
        let transaction = self.reader().pool().begin_with_options(options).await?;
        work(Tx(Arc::new(Inner { transaction, contended: AtomicBool::new(false) }))).await
    }

    #[allow(clippy::disallowed_methods)] // the one place that begins
    async fn begin(&self) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.writer.begin_with_options(options).await?;
        Ok(Tx(Arc::new(Inner { transaction, contended: AtomicBool::new(false) })))
    }
}
