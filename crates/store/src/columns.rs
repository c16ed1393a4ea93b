//! Reading a row column by column, in the order of its `SELECT`.
//!
//! `FromQueryResult` looks every column up by its name in every row and writes an error's text for every NULL. That is
//! nothing for one row, and the larger part of the work for a page of them.

use std::str::FromStr;

use sea_orm::{ConnectionTrait, DbErr, QueryResult, RuntimeErr};
use serde::de::DeserializeOwned;
use sqlx::{Decode, Postgres, Row, Sqlite, Type, types::Json};

use crate::{Bound, query::statement};

/// What a column may be read as on both engines; an `Option` where it may be NULL. A `&str` is the text where it lies.
pub trait Column<'r>: Decode<'r, Postgres> + Type<Postgres> + Decode<'r, Sqlite> + Type<Sqlite> {}

impl<'r, T: Decode<'r, Postgres> + Type<Postgres> + Decode<'r, Sqlite> + Type<Sqlite>> Column<'r> for T {}

/// A row whose columns are taken one after another.
pub struct Columns<'r> {
    row: &'r QueryResult,
    at: usize,
}

impl<'r> Columns<'r> {
    /// This row's, from the first.
    pub const fn of(row: &'r QueryResult) -> Self {
        Self { row, at: 0 }
    }

    /// The next column.
    pub fn take<T: Column<'r>>(&mut self) -> Result<T, DbErr> {
        let at = self.at;
        self.at += 1;
        let read = match (self.row.try_as_pg_row(), self.row.try_as_sqlite_row()) {
            // What types a table's columns have does not change from row to row: not compared again for each of them.
            (Some(row), _) => row.try_get_unchecked(at),
            (_, Some(row)) => row.try_get(at),
            _ => return Err(DbErr::Type("a row of neither engine".into())),
        };
        read.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))
    }

    /// Leaves out so many columns.
    pub fn skip(&mut self, columns: usize) {
        self.at += columns;
    }

    /// The next column, a word that only we have written.
    pub fn word<T: FromStr>(&mut self) -> Result<T, DbErr> {
        let text: &str = self.take()?;
        text.parse().map_err(|_| DbErr::Type(format!("a row's column {} holds {text:?}", self.at)))
    }

    /// The next column, a JSON text.
    pub fn json<T: DeserializeOwned + 'r>(&mut self) -> Result<T, DbErr> {
        self.take().map(|Json(value)| value)
    }
}

impl Bound {
    /// Every row, read by `read`. The statement must have a limit of its own.
    pub async fn rows<T>(
        self,
        db: &impl ConnectionTrait,
        mut read: impl FnMut(&mut Columns<'_>) -> Result<T, DbErr>,
    ) -> Result<Vec<T>, DbErr> {
        let rows = db.query_all_raw(statement(db, &self.sql, self.values)).await?;
        // Collecting results has no room beforehand and would move large rows again and again.
        let mut all = Vec::with_capacity(rows.len());
        for row in &rows {
            all.push(read(&mut Columns::of(row))?);
        }
        Ok(all)
    }

    /// The first row, if there is one, read by `read`.
    pub async fn row<T>(
        self,
        db: &impl ConnectionTrait,
        read: impl Fn(&mut Columns<'_>) -> Result<T, DbErr>,
    ) -> Result<Option<T>, DbErr> {
        let row = db.query_one_raw(statement(db, &self.sql, self.values)).await?;
        row.map(|row| read(&mut Columns::of(&row))).transpose()
    }
}
