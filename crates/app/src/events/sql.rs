//! The `events` table.

use chrono::{DateTime, Utc};
use store::{Bound, ConnectionTrait, DbErr, FromQueryResult, Store, one};
use uuid::Uuid;

use super::{EventKind, Fact};

#[derive(FromQueryResult)]
struct OneRow {}

/// How many facts are numbered at once.
pub(super) const BATCH: u64 = 2_000;

/// The last number that was given: the maximum, in words that both engines answer from the index.
const LAST: &str = "(SELECT seq FROM events WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1)";

pub(super) fn insertion(id: Uuid, at: DateTime<Utc>, fact: Fact) -> Bound {
    let sql = "INSERT INTO events (id, kind, account_id, subject, data, occurred_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        id.into(),
        fact.kind.as_str().into(),
        fact.account.uuid().into(),
        fact.subject.into(),
        fact.data.into(),
        at.into(),
    ];
    Bound::new(sql, values)
}

/// A statement that appends a fact for each row of `from`: for writers that make it true in the same statement. The
/// texts are expressions over that row; `data` is JSON.
pub fn insert_selected(
    id: &str,
    kind: EventKind,
    account: &str,
    subject: &str,
    data: &str,
    at: &str,
    from: &str,
) -> String {
    format!(
        "INSERT INTO events (id, kind, account_id, subject, data, occurred_at) \
         SELECT {id}, '{kind}', {account}, {subject}, {data}, {at} FROM {from}"
    )
}

pub(super) async fn any_unnumbered(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let sql = "SELECT CAST(1 AS bigint) AS present FROM events WHERE seq IS NULL LIMIT 1";
    Ok(one::<OneRow>(db, sql, []).await?.is_some())
}

/// Gives the oldest facts without a number the next ones, at most [`BATCH`] of them, and says how many those were.
pub(super) async fn number_next(store: &Store) -> Result<u64, DbErr> {
    let sql = format!(
        "UPDATE events SET seq = numbered.seq FROM \
         (SELECT id, COALESCE({LAST}, 0) + ROW_NUMBER() OVER (ORDER BY id) AS seq FROM \
         (SELECT id FROM events WHERE seq IS NULL ORDER BY id LIMIT {BATCH}) AS oldest) AS numbered \
         WHERE events.id = numbered.id AND events.seq IS NULL"
    );
    store.write_one(&sql, []).await
}

/// Deletes numbered facts that are older than this, oldest first. The last one stays: numbers go on from it.
pub(super) async fn forget(store: &Store, before: DateTime<Utc>) -> Result<u64, DbErr> {
    let sql = format!(
        "DELETE FROM events WHERE seq IN (SELECT seq FROM (SELECT seq, occurred_at FROM events WHERE seq < {LAST} \
         ORDER BY seq LIMIT $2) AS oldest WHERE occurred_at < $1)"
    );
    store.write_in_batches(&sql, before.into(), []).await
}
