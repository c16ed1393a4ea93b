//! What differs between SQLite and PostgreSQL: the only file that knows.

use std::{borrow::Cow, error::Error};

use sea_orm::{ConnAcquireErr, ConnectionTrait, DbBackend, DbErr, RuntimeErr};

/// Which engine a connection speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded engine: one writer at a time.
    Sqlite,
    /// PostgreSQL 15 or later: row locks.
    Postgres,
}

impl Dialect {
    /// The engine behind a connection or transaction.
    pub fn of(db: &impl ConnectionTrait) -> Self {
        match db.get_database_backend() {
            DbBackend::Sqlite => Self::Sqlite,
            _ => Self::Postgres,
        }
    }

    /// Appended to a `SELECT`: lock the rows for this transaction. SQLite's writer is alone already.
    pub const fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// Appended to a `SELECT`: lock the rows that nobody else has locked and leave out the others.
    pub const fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// The condition of an `INSERT … SELECT` that may meet another transaction's uncommitted unique key: this one waits
    /// for it, and for whatever comes after it, so long and no longer. SQLite waits in the writer's queue before it begins.
    pub const fn bounded_wait(self) -> &'static str {
        match self {
            Self::Sqlite => "true",
            Self::Postgres => "set_config('lock_timeout', '5s', true) <> ''",
        }
    }

    /// A case-insensitive `LIKE`.
    pub const fn ilike(self) -> &'static str {
        match self {
            Self::Sqlite => "LIKE",
            Self::Postgres => "ILIKE",
        }
    }

    /// Whether the JSON array `column` contains the text bound as `placeholder`.
    pub fn array_contains(self, column: &str, placeholder: &str) -> String {
        match self {
            Self::Sqlite => format!("EXISTS (SELECT 1 FROM json_each({column}) WHERE value = {placeholder})"),
            Self::Postgres => format!("jsonb_exists({column}, {placeholder})"),
        }
    }

    /// Whether `WITH` may hold statements that write, so that several are one round trip and one transaction.
    pub const fn writes_in_with(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// The JSON object bound as `json` with one field more: the text `value` under `name`, a name of letters.
    pub fn json_with(self, json: &str, name: &str, value: &str) -> String {
        match self {
            Self::Sqlite => format!("json_set({json}, '$.{name}', {value})"),
            Self::Postgres => format!("(CAST({json} AS jsonb) || jsonb_build_object('{name}', {value}))"),
        }
    }

    /// The 32 lower-case hex digits of a `uuid` column, as they stand in our ids.
    pub fn uuid_hex(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("lower(hex({column}))"),
            Self::Postgres => format!("replace(CAST({column} AS text), '-', '')"),
        }
    }

    /// A `uuid` column as text with hyphens, as the ledger's subjects hold it.
    pub fn uuid_text(self, column: &str) -> String {
        match self {
            Self::Sqlite => {
                let part = |from: u32, length: u32| format!("substr(hex({column}), {from}, {length})");
                let parts = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)];
                format!("lower({})", parts.join(" || '-' || "))
            }
            Self::Postgres => format!("CAST({column} AS text)"),
        }
    }

    /// A migration's text in this engine's words. Migrations are written in PostgreSQL's; on SQLite the
    /// types become those of a STRICT table, and lines that say that they are PostgreSQL's alone are left out.
    pub fn migration(self, text: &str) -> String {
        match self {
            Self::Postgres => text.to_owned(),
            Self::Sqlite => text
                .lines()
                .filter(|line| !line.ends_with("; -- PostgreSQL"))
                .map(|line| {
                    if line.trim_end() == ");" {
                        return ") STRICT;".to_owned();
                    }
                    SQLITE_TYPES.iter().fold(line.to_owned(), |line, (from, to)| line.replace(from, to))
                })
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    /// Taken at the start of a migration, so that two processes that start together do not both migrate.
    pub(crate) const fn migration_lock(self) -> Option<&'static str> {
        match self {
            // BEGIN IMMEDIATE has the only write lock already.
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT pg_advisory_xact_lock(7366421)"),
        }
    }
}

const SQLITE_TYPES: &[(&str, &str)] = &[
    (" uuid", " BLOB"),
    (" timestamptz", " TEXT"),
    (" jsonb", " TEXT"),
    (" bytea", " BLOB"),
    (" bigint", " INTEGER"),
    (" integer", " INTEGER"),
    (" boolean", " INTEGER"),
    (" text", " TEXT"),
];

/// Whether an error only says that somebody else was faster, and the transaction may be run again.
pub fn is_contention(error: &DbErr) -> bool {
    let (DbErr::Exec(runtime) | DbErr::Query(runtime) | DbErr::Conn(runtime)) = error else { return false };
    let RuntimeErr::SqlxError(error) = runtime else { return false };
    let Some(code) = error.as_database_error().and_then(sqlx::error::DatabaseError::code) else { return false };
    // PostgreSQL: serialization_failure, deadlock_detected. SQLite: BUSY and its extended codes.
    matches!(code.as_ref(), "40001" | "40P01" | "5" | "6" | "261" | "517")
}

/// Whether a statement gave up waiting for another transaction ([`Dialect::bounded_wait`]).
pub fn is_lock_timeout(error: &DbErr) -> bool {
    matches!(code(error), Some(code) if code == "55P03")
}

/// What the database complains of when one of several statements does not change the row that it must change.
const MISSING: &str = "of several statements, rows that one had to change were";

/// One, if the statement of this name in `WITH` changed a row; an error if it did not. SQL has no word for giving up, so
/// it is a number that is none, which says in the database's log what it stands for.
pub(crate) fn must_change(name: &str) -> String {
    format!("(SELECT CASE COUNT(*) WHEN 0 THEN CAST('{MISSING} ' || COUNT(*) AS bigint) ELSE 1 END FROM {name})")
}

/// Whether it is that error, or another transaction's row was in the way: nothing happened.
pub(crate) fn is_missing(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return false;
    };
    error.as_database_error().is_some_and(|error| error.is_unique_violation() || error.message().contains(MISSING))
}

fn code(error: &DbErr) -> Option<Cow<'_, str>> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return None;
    };
    error.as_database_error().and_then(sqlx::error::DatabaseError::code)
}

/// Whether an error, whatever wraps it, says that the database cannot be reached just now. What was asked may be
/// asked again later.
pub fn is_unreachable(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let lost = matches!(error.downcast_ref(), Some(RuntimeErr::SqlxError(error)) if is_lost(error));
        if lost || error.is::<ConnAcquireErr>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
        // What a server that hangs up in the middle of the handshake is taken for.
        sqlx::Error::Protocol(_) => true,
        // PostgreSQL: connection exceptions, too_many_connections, the server shuts down or starts.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("08") || matches!(code.as_ref(), "53300" | "57P01" | "57P02" | "57P03")
        }),
        _ => false,
    }
}

/// The unique or foreign key that an error names: its constraint on PostgreSQL, its columns on SQLite
/// (`orders.id`). `None` for any other error.
pub fn violated_constraint(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(runtime) | DbErr::Query(runtime)) = error else { return None };
    let RuntimeErr::SqlxError(error) = runtime else { return None };
    let error = error.as_database_error()?;
    if !error.is_unique_violation() && !error.is_foreign_key_violation() {
        return None;
    }
    Some(error.constraint().map_or_else(|| error.message().to_owned(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_becomes_strict_on_sqlite() {
        let text = "CREATE TABLE t (\n    id uuid PRIMARY KEY,\n    at timestamptz NOT NULL\n);";
        assert_eq!(
            Dialect::Sqlite.migration(text),
            "CREATE TABLE t (\n    id BLOB PRIMARY KEY,\n    at TEXT NOT NULL\n) STRICT;"
        );
        assert_eq!(Dialect::Postgres.migration(text), text);
    }

    #[test]
    fn what_only_one_engine_knows_is_left_out_of_the_other() {
        let text = "DROP INDEX a;\nALTER TABLE t SET (fillfactor = 50); -- PostgreSQL\nDROP INDEX b;";
        assert_eq!(Dialect::Sqlite.migration(text), "DROP INDEX a;\nDROP INDEX b;");
        assert_eq!(Dialect::Postgres.migration(text), text);
    }
}
