//! The PostgreSQL of the run: databases made, copied and dropped, and its log read.

use std::{fs, time::Duration};

use anyhow::{Context, bail};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use url::Url;

use crate::cpu;

/// An administrator's connection.
pub(crate) struct Admin {
    connection: PgConnection,
    url: Url,
}

impl Admin {
    /// Connects to the server whose admin URL this is.
    pub(crate) async fn connect(url: &str) -> anyhow::Result<Self> {
        let url = Url::parse(url).context("NUMBERLINE_TEST_PG is no URL")?;
        let connection = PgConnection::connect(url.as_str()).await.context("cannot reach PostgreSQL")?;
        Ok(Self { connection, url })
    }

    /// The URL of a database of this server.
    pub(crate) fn url_of(&self, database: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(database);
        url
    }

    /// Runs statements.
    pub(crate) async fn run(&mut self, sql: impl Into<String>) -> anyhow::Result<()> {
        let sql = sql.into();
        sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut self.connection).await.context(sql)?;
        Ok(())
    }

    /// Runs statements in a database.
    pub(crate) async fn run_in(&self, database: &str, sql: impl Into<String>) -> anyhow::Result<()> {
        let connection = PgConnection::connect(self.url_of(database).as_str()).await?;
        let mut there = Self { connection, url: self.url.clone() };
        there.run(sql).await?;
        Ok(there.connection.close().await?)
    }

    /// The first column of the last row in a database, as text.
    pub(crate) async fn text_in(&self, database: &str, sql: impl Into<String>) -> anyhow::Result<String> {
        let connection = PgConnection::connect(self.url_of(database).as_str()).await?;
        Self { connection, url: self.url.clone() }.text(sql).await
    }

    /// The first column of the last row, as text.
    pub(crate) async fn text(&mut self, sql: impl Into<String>) -> anyhow::Result<String> {
        let sql = sql.into();
        let rows = sqlx::raw_sql(AssertSqlSafe(sql.clone())).fetch_all(&mut self.connection).await.context(sql)?;
        Ok(rows.last().context("there is no row")?.try_get_unchecked::<String, _>(0)?)
    }

    /// An empty database of this name.
    pub(crate) async fn fresh(&mut self, database: &str) -> anyhow::Result<()> {
        self.drop(database).await?;
        self.run(format!("CREATE DATABASE {database}")).await
    }

    /// A copy of a database, whose connections are cut.
    pub(crate) async fn copy(&mut self, from: &str, to: &str) -> anyhow::Result<()> {
        self.drop(to).await?;
        self.run(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{from}'")).await?;
        // A backend that was told to end takes a moment.
        for _ in 0..50 {
            if self.run(format!("CREATE DATABASE {to} TEMPLATE {from}")).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("cannot copy {from}: something is connected to it")
    }

    /// Drops a database if it is there.
    pub(crate) async fn drop(&mut self, database: &str) -> anyhow::Result<()> {
        self.run(format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")).await
    }

    /// The server's first process, if it runs on this machine.
    pub(crate) async fn postmaster(&mut self) -> anyhow::Result<Option<u32>> {
        let backend: u32 = self.text("SELECT pg_backend_pid()::text").await?.parse()?;
        let is_postgres =
            |pid: &u32| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres");
        Ok(cpu::parent(backend).filter(is_postgres))
    }

    /// How long the server's log is. Fails where it cannot be read, as where it goes elsewhere.
    pub(crate) async fn log_size(&mut self) -> anyhow::Result<u64> {
        Ok(self.text(format!("SELECT size::text FROM pg_stat_file({LOG})")).await?.parse()?)
    }

    /// The server's log from this byte on.
    pub(crate) async fn log_from(&mut self, from: u64) -> anyhow::Result<String> {
        self.text(format!("SELECT convert_from(pg_read_binary_file({LOG}, {from}, 1000000000), 'UTF8')")).await
    }
}

/// Where the log is: where the server says, or where scripts/with-postgres has it written.
const LOG: &str = "coalesce(current_setting('data_directory') || '/' || pg_current_logfile(), \
                   current_setting('data_directory') || '/../server.log')";
