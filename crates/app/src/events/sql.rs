//! The `events` table.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, FromQueryResult, Store, Tx, all, exec, one};
use uuid::Uuid;

use super::{EventKind, Fact};

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

#[derive(FromQueryResult)]
struct SeqRow {
    seq: i64,
}

pub(super) async fn insert(tx: &Tx, id: Uuid, at: DateTime<Utc>, fact: Fact) -> Result<(), DbErr> {
    let sql = "INSERT INTO events (id, kind, account_id, subject, data, occurred_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        id.into(),
        fact.kind.as_str().into(),
        fact.account.uuid().into(),
        fact.subject.into(),
        fact.data.into(),
        at.into(),
    ];
    exec(tx, sql, values).await.map(drop)
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
    let row: Option<IdRow> = one(db, "SELECT id FROM events WHERE seq IS NULL LIMIT 1", []).await?;
    Ok(row.is_some())
}

pub(super) async fn unnumbered(tx: &Tx, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    let sql = "SELECT id FROM events WHERE seq IS NULL ORDER BY id LIMIT $1";
    let rows: Vec<IdRow> = all(tx, sql, [i64::try_from(limit).unwrap_or(i64::MAX).into()]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

pub(super) async fn last_seq(tx: &Tx) -> Result<i64, DbErr> {
    let row: Option<SeqRow> = one(tx, "SELECT COALESCE(MAX(seq), 0) AS seq FROM events", []).await?;
    Ok(row.map_or(0, |row| row.seq))
}

/// Deletes numbered facts that are older than this, oldest first. The last one stays: numbers go on from it.
pub(super) async fn forget(store: &Store, before: DateTime<Utc>) -> Result<u64, DbErr> {
    let sql = "DELETE FROM events WHERE seq IN (SELECT seq FROM (SELECT seq, occurred_at FROM events \
               WHERE seq < (SELECT MAX(seq) FROM events) ORDER BY seq LIMIT $2) AS oldest WHERE occurred_at < $1)";
    store.write_in_batches(sql, before.into(), []).await
}

pub(super) async fn number(tx: &Tx, id: Uuid, seq: i64) -> Result<(), DbErr> {
    exec(tx, "UPDATE events SET seq = $2 WHERE id = $1 AND seq IS NULL", [id.into(), seq.into()]).await.map(drop)
}
