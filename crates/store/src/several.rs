//! Statements that belong together and need nothing of each other, run as one.
//!
//! Each statement costs its way to the database and back, and a transaction two more. Where the engine lets `WITH` hold
//! statements that write, all of them go in one, which is its own transaction; elsewhere they run one after another.

use sea_orm::{ConnectionTrait, DbErr};

use crate::{
    Bound, Dialect, Store, Tx, Value,
    dialect::{is_missing, must_change},
    exec,
    query::statement,
};

/// Statements that write, in the order in which they take their locks. None sees what another one of them wrote, and no
/// two may change the same row.
#[derive(Debug, Clone, Default)]
pub struct Several(Vec<Part>);

#[derive(Debug, Clone)]
struct Part {
    bound: Bound,
    must: bool,
}

/// What one of several was to change is not there, or what it was to write is; nothing happened.
#[derive(Debug, thiserror::Error)]
enum Undone {
    #[error("what one of several statements was to change is not there")]
    Missing,
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl Several {
    /// Adds a statement that changes what it finds, if anything.
    pub fn may(&mut self, bound: Bound) {
        self.0.push(Part { bound, must: false });
    }

    /// Adds a statement without whose row nothing of it all may happen. A row that is unique and there already is the same.
    pub fn must(&mut self, bound: Bound) {
        self.0.push(Part { bound, must: true });
    }

    /// Adds all of another's, after those that are here.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// One statement of all, for engines on which [`Dialect::writes_in_with`] holds. Each is counted, in their order, so
    /// that they run in it.
    pub fn in_one(&self) -> (String, Vec<Value>) {
        let (mut parts, mut counts, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for (at, Part { bound, must }) in self.0.iter().enumerate() {
            let sql = if *must { without_conflict(&bound.sql) } else { &bound.sql };
            parts.push(format!("s{at} AS ({} RETURNING 1)", renumbered(sql, values.len())));
            counts.push(if *must { must_change(&format!("s{at}")) } else { format!("(SELECT COUNT(*) FROM s{at})") });
            values.extend(bound.values.iter().cloned());
        }
        (format!("WITH {} SELECT {}", parts.join(", "), counts.join(", ")), values)
    }

    async fn each(&self, tx: &Tx) -> Result<(), Undone> {
        for Part { bound, must } in &self.0 {
            if exec(tx, &bound.sql, bound.values.iter().cloned()).await? == 0 && *must {
                return Err(Undone::Missing);
            }
        }
        Ok(())
    }
}

impl Store {
    /// Runs all of them as a transaction of their own and says whether they happened: not where one that must change a
    /// row did not, or what one writes is there already. Tried again if they lost a race.
    pub async fn write_several(&self, several: &Several) -> Result<bool, DbErr> {
        let done = match self.dialect() {
            Dialect::Postgres => {
                let (sql, values) = several.in_one();
                self.again(|| self.writer.query_one_raw(statement(&self.writer, &sql, values.clone()))).await
            }
            Dialect::Sqlite => return self.write_each(several).await,
        };
        match done {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn write_each(&self, several: &Several) -> Result<bool, DbErr> {
        match self.write(|tx| async move { several.each(&tx).await }).await {
            Ok(()) => Ok(true),
            Err(Undone::Missing) => Ok(false),
            Err(Undone::Database(error)) if is_missing(&error) => Ok(false),
            Err(Undone::Database(error)) => Err(error),
        }
    }
}

/// The text without `ON CONFLICT … DO NOTHING`: where no row ends everything, the conflict may do so itself, which costs
/// the engine less.
fn without_conflict(sql: &str) -> &str {
    let insert = sql.strip_suffix("DO NOTHING").and_then(|sql| sql.rsplit_once(" ON CONFLICT"));
    insert.map_or(sql, |(insert, _)| insert)
}

/// The text with `$1` as the parameter after `offset` others.
fn renumbered(sql: &str, offset: usize) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut pieces = sql.split('$');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number = piece[..digits].parse().map_or(0, |number: usize| number + offset);
        out.push_str(&format!("${number}{}", &piece[digits..]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_through() {
        let mut several = Several::default();
        several.must(Bound::new("UPDATE a SET b = $2 WHERE c = $1", [1.into(), 2.into()]));
        several.must(Bound::new("INSERT INTO f VALUES ($1) ON CONFLICT (g) DO NOTHING", [4.into()]));
        several.may(Bound::new("DELETE FROM d WHERE e = $1", [3.into()]));
        let (sql, values) = several.in_one();
        let written = "WITH s0 AS (UPDATE a SET b = $2 WHERE c = $1 RETURNING 1), \
                       s1 AS (INSERT INTO f VALUES ($3) RETURNING 1), s2 AS (DELETE FROM d WHERE e = $4 RETURNING 1)";
        let (first, second) = (must_change("s0"), must_change("s1"));
        assert_eq!(sql, format!("{written} SELECT {first}, {second}, (SELECT COUNT(*) FROM s2)"));
        assert_eq!(values.len(), 4);
    }
}
