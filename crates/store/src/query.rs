//! Running a statement that reads the same on both engines: `$1` placeholders, `RETURNING`, upserts.

use std::borrow::Cow;

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};

/// A statement with its values.
#[derive(Debug, Clone)]
pub struct Bound {
    pub(crate) sql: Cow<'static, str>,
    pub(crate) values: Vec<Value>,
}

impl Bound {
    /// This text with these values.
    pub fn new(sql: impl Into<Cow<'static, str>>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { sql: sql.into(), values: values.into_iter().collect() }
    }

    /// Runs it and says how many rows it changed.
    pub async fn exec(self, db: &impl ConnectionTrait) -> Result<u64, DbErr> {
        exec(db, &self.sql, self.values).await
    }
}

pub(crate) fn statement(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// Runs a statement and says how many rows it changed.
pub async fn exec(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, DbErr> {
    Ok(db.execute_raw(statement(db, sql, values)).await?.rows_affected())
}

/// The first row, if there is one.
pub async fn one<R: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<R>, DbErr> {
    let row = db.query_one_raw(statement(db, sql, values)).await?;
    row.map(|row| R::from_query_result(&row, "")).transpose()
}

/// Every row. The statement must have a limit of its own.
pub async fn all<R: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<R>, DbErr> {
    let rows = db.query_all_raw(statement(db, sql, values)).await?;
    rows.iter().map(|row| R::from_query_result(row, "")).collect()
}

/// `$first, $first+1, …`, `count` of them, for an `IN` list.
pub fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
