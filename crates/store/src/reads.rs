//! Reads outside of a transaction.
//!
//! A pool asks each connection that comes back whether it still holds. For a read of one statement that is as long a way
//! again as the statement's own, so on PostgreSQL some connections are lent by the pool once and stay with the readers.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement, Values,
};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, Connection, PgPool, Postgres, pool::PoolConnection, postgres::PgRow};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::open::{RESTED, WAIT};

/// So old a connection is given back to the pool, which ends old ones.
const OLD: Duration = Duration::from_secs(30 * 60);

/// Where reads outside of a transaction go.
#[derive(Debug, Clone)]
pub struct Reads {
    pool: DatabaseConnection,
    kept: Option<Arc<Kept>>,
}

impl Reads {
    /// Through this pool, a connection for each read.
    pub(crate) fn pooled(pool: DatabaseConnection) -> Self {
        Self { pool, kept: None }
    }

    /// Through up to half of this pool's connections, which stay lent: the others are for whoever writes.
    pub(crate) fn kept(pool: DatabaseConnection, connections: u32) -> Self {
        let places = usize::try_from(connections / 2).unwrap_or_default();
        let kept = (places > 0).then(|| Kept {
            pool: pool.get_postgres_connection_pool().clone(),
            places: Semaphore::new(places),
            idle: Mutex::default(),
        });
        Self { pool, kept: kept.map(Arc::new) }
    }

    /// The pool itself.
    pub(crate) fn pool(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// Gives back every connection that is kept and keeps no other.
    pub(crate) fn close(&self) {
        if let Some(kept) = &self.kept {
            kept.places.close();
            kept.idle().clear();
        }
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Reads {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.pool.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.pool.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.kept {
            Some(kept) => Ok(kept.rows(statement).await?.into_iter().next().map(QueryResult::from)),
            None => self.pool.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.kept {
            Some(kept) => Ok(kept.rows(statement).await?.into_iter().map(QueryResult::from).collect()),
            None => self.pool.query_all_raw(statement).await,
        }
    }
}

/// Connections that the pool has lent.
#[derive(Debug)]
struct Kept {
    pool: PgPool,
    places: Semaphore,
    idle: Mutex<Vec<Lent>>,
}

#[derive(Debug)]
struct Lent {
    connection: PoolConnection<Postgres>,
    since: Instant,
    used: Instant,
}

impl Kept {
    async fn rows(&self, statement: Statement) -> Result<Vec<PgRow>, DbErr> {
        let _place = self.place().await?;
        let mut lent = self.lent().await.map_err(unreachable)?;
        let values = SqlxValues(statement.values.unwrap_or_else(|| Values(Vec::new())));
        let query = sqlx::query_with(AssertSqlSafe(statement.sql), values);
        // One that fails, or whose reader goes away meanwhile, falls back to the pool, which looks after it.
        let rows = query.fetch_all(&mut *lent.connection).await.map_err(failed)?;
        lent.used = Instant::now();
        let mut idle = self.idle();
        // Looked at under the lock: whoever closes empties the list after it has closed the places.
        if !self.places.is_closed() {
            idle.push(lent);
        }
        Ok(rows)
    }

    async fn place(&self) -> Result<SemaphorePermit<'_>, DbErr> {
        if let Ok(place) = self.places.try_acquire() {
            return Ok(place);
        }
        match tokio::time::timeout(WAIT, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)),
            Err(_) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        }
    }

    async fn lent(&self) -> Result<Lent, sqlx::Error> {
        loop {
            let Some(mut lent) = self.idle().pop() else { break };
            let is_young = lent.since.elapsed() < OLD;
            // One that lay idle may have lost its server meanwhile.
            if is_young && (lent.used.elapsed() < RESTED || lent.connection.ping().await.is_ok()) {
                return Ok(lent);
            }
        }
        let now = Instant::now();
        Ok(Lent { connection: self.pool.acquire().await?, since: now, used: now })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Lent>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

fn unreachable(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
    }
}
