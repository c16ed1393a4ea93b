//! Opening a database: pools that we set up ourselves, under one ORM connection type.

use std::{path::PathBuf, str::FromStr, time::Duration};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::{
    ConnectOptions, Connection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{Dialect, Reads};

/// After so long a connection to PostgreSQL is asked whether it still holds before it is used.
pub(crate) const RESTED: Duration = Duration::from_secs(1);

/// So long a connection to PostgreSQL is waited for.
pub(crate) const WAIT: Duration = Duration::from_secs(10);

/// Which database, and how many connections to it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `postgres://…`, or `sqlite://path`.
    pub url: String,
    /// A read replica's URL; reads go to `url` without one.
    pub read_url: Option<String>,
    /// Connections to PostgreSQL, or readers of SQLite.
    pub connections: u32,
    /// Whether a commit survives a power loss on SQLite. Tests may do without.
    pub durable: bool,
    /// Whether a missing SQLite file is made.
    pub create: bool,
}

impl Settings {
    /// The embedded database in this file.
    pub fn sqlite(path: &std::path::Path) -> Self {
        Self {
            url: format!("sqlite://{}", path.display()),
            read_url: None,
            connections: 4,
            durable: true,
            create: true,
        }
    }

    /// PostgreSQL at this URL.
    pub fn postgres(url: impl Into<String>) -> Self {
        Self { url: url.into(), read_url: None, connections: 32, durable: true, create: true }
    }
}

/// Why a database could not be opened, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL names no engine we know.
    #[error("DATABASE_URL must start with postgres:// or sqlite://")]
    UnknownEngine,
    /// The URL does not parse.
    #[error("DATABASE_URL is malformed: {0}")]
    Malformed(sqlx::Error),
    /// The folder of the SQLite file cannot be made.
    #[error("cannot create {path}: {error}; make it writable or set DATA_DIR")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The SQLite file is not there, and was not to be made.
    #[error("there is no database at {0}; set DATABASE_URL or DATA_DIR to that of the server, or start one first")]
    Missing(PathBuf),
    /// The server does not answer or refuses us.
    #[error("cannot reach the database: {0}; is it running, and are user, password and name right?")]
    Unreachable(sqlx::Error),
}

/// A database: one way to write, one to read.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) writer: DatabaseConnection,
    reader: Reads,
    fresh: Reads,
}

impl Store {
    /// Opens the pools. Creates the SQLite file if it is missing; does not migrate.
    pub async fn open(settings: &Settings) -> Result<Self, OpenError> {
        if settings.url.starts_with("sqlite:") {
            sqlite(settings).await
        } else if settings.url.starts_with("postgres://") || settings.url.starts_with("postgresql://") {
            let writer = postgres(&settings.url, settings.connections).await?;
            let fresh = Reads::kept(writer.clone(), settings.connections);
            let reader = match &settings.read_url {
                Some(url) => Reads::kept(postgres(url, settings.connections).await?, settings.connections),
                None => fresh.clone(),
            };
            Ok(Self { writer, reader, fresh })
        } else {
            Err(OpenError::UnknownEngine)
        }
    }

    /// For reads outside of a transaction. May lag behind a write where a replica is set up.
    pub fn reader(&self) -> &Reads {
        &self.reader
    }

    /// For reads that must see every commit so far, outside of a transaction.
    pub fn fresh(&self) -> &Reads {
        &self.fresh
    }

    /// Which engine this is.
    pub fn dialect(&self) -> Dialect {
        Dialect::of(&self.writer)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.reader.execute_unprepared("SELECT 1").await.map(drop)
    }

    /// Finishes what runs and closes every connection.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close();
        self.fresh.close();
        self.reader.pool().clone().close().await?;
        self.writer.close().await
    }
}

/// One writer connection, whose pool is the fair queue, and read-only ones beside it.
async fn sqlite(settings: &Settings) -> Result<Store, OpenError> {
    let options = SqliteConnectOptions::from_str(&settings.url).map_err(OpenError::Malformed)?;
    if !settings.create && !options.get_filename().exists() {
        return Err(OpenError::Missing(options.get_filename().to_owned()));
    }
    if let Some(folder) = options.get_filename().parent() {
        std::fs::create_dir_all(folder).map_err(|error| OpenError::Folder { path: folder.to_owned(), error })?;
    }
    let synchronous = if settings.durable { SqliteSynchronous::Full } else { SqliteSynchronous::Off };
    let options = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true)
        .statement_cache_capacity(512);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(30))
        .test_before_acquire(false)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_with(options.clone())
        .await
        .map_err(OpenError::Unreachable)?;
    let reader = SqlitePoolOptions::new()
        .max_connections(settings.connections)
        .acquire_timeout(Duration::from_secs(30))
        .test_before_acquire(false)
        .connect_with(options.create_if_missing(false).read_only(true))
        .await
        .map_err(OpenError::Unreachable)?;
    let reader = Reads::pooled(SqlxSqliteConnector::from_sqlx_sqlite_pool(reader));
    Ok(Store {
        writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
        // Readers of the one file see each commit; the one writer connection is not to be held up.
        fresh: reader.clone(),
        reader,
    })
}

async fn postgres(url: &str, connections: u32) -> Result<DatabaseConnection, OpenError> {
    let options = PgConnectOptions::from_str(url).map_err(OpenError::Malformed)?.statement_cache_capacity(512);
    // A pool tries for as long as it waits, without a word, and in the end says only that it waited.
    options.connect().await.map_err(OpenError::Unreachable)?.close().await.map_err(OpenError::Unreachable)?;
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(WAIT)
        .test_before_acquire(false)
        // Busy connections are not asked each time; one that lay idle may have lost its server meanwhile.
        .before_acquire(|connection, told| {
            Box::pin(async move { Ok(told.idle_for < RESTED || connection.ping().await.is_ok()) })
        })
        .connect_with(options)
        .await
        .map_err(OpenError::Unreachable)?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}
