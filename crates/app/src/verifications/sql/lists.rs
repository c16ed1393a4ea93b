//! `verifications`, many at once: pages, counts, and those that nobody looks after.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, FromQueryResult, Listed, Listing, Narrowed, Value, all, one, placeholders};
use uuid::Uuid;
use vocab::{
    PageRequest,
    id::{AccountId, VerificationId},
};

use super::rentals::{COLUMNS, read};
use crate::verifications::model::{Filter, Standing, Verification, VerificationStatus};

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// Rentals that wait and have no step of this kind, or whose time (business) is over while the step sleeps (wall).
pub(in crate::verifications) async fn unwatched(
    db: &impl ConnectionTrait,
    step: &str,
    (now, wall): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<VerificationId>, DbErr> {
    // The first list is the partial index's.
    let sql = "SELECT v.id AS id FROM verifications v LEFT JOIN steps s ON s.kind = $1 AND s.subject = v.id \
               WHERE v.status IN ('PENDING', 'PROCESSING', 'WAITING_FOR_SMS', 'CANCELLING') \
               AND v.status IN ('WAITING_FOR_SMS', 'CANCELLING') \
               AND (s.subject IS NULL OR (v.expires_at <= $2 AND s.next_attempt_at > $3 AND s.lease_until IS NULL)) \
               LIMIT $4";
    let rows: Vec<IdRow> = all(db, sql, [step.into(), now.into(), wall.into(), limit.into()]).await?;
    Ok(rows.into_iter().map(|row| VerificationId::from_uuid(row.id)).collect())
}

#[derive(FromQueryResult)]
struct WatchedRow {
    supplier: String,
    count: i64,
}

/// How many rentals have a step of this kind, by supplier; each that was bought after `young` counts `attention` times.
pub(in crate::verifications) async fn watched(
    db: &impl ConnectionTrait,
    step: &str,
    young: DateTime<Utc>,
    attention: u32,
) -> Result<Vec<(String, u32)>, DbErr> {
    let sql = "SELECT v.supplier AS supplier, \
               CAST(SUM(CASE WHEN v.bought_at > $2 THEN CAST($3 AS bigint) ELSE 1 END) AS bigint) AS count \
               FROM steps s JOIN verifications v ON v.id = s.subject \
               WHERE s.kind = $1 AND v.supplier IS NOT NULL GROUP BY v.supplier";
    let rows: Vec<WatchedRow> = all(db, sql, [step.into(), young.into(), i64::from(attention).into()]).await?;
    Ok(rows.into_iter().map(|row| (row.supplier, u32::try_from(row.count).unwrap_or(u32::MAX))).collect())
}

#[derive(FromQueryResult)]
struct CountRow {
    count: i64,
}

/// How many rentals an account has open.
pub(in crate::verifications) async fn open_count(db: &impl ConnectionTrait, account: AccountId) -> Result<i64, DbErr> {
    let sql = "SELECT COUNT(*) AS count FROM verifications WHERE account_id = $1 \
               AND status IN ('PENDING', 'PROCESSING', 'WAITING_FOR_SMS', 'CANCELLING')";
    Ok(one::<CountRow>(db, sql, [account.uuid().into()]).await?.map_or(0, |row| row.count))
}

/// How many rentals an account has ordered since then.
pub(in crate::verifications) async fn count_since(
    db: &impl ConnectionTrait,
    account: AccountId,
    since: DateTime<Utc>,
) -> Result<i64, DbErr> {
    let sql = "SELECT COUNT(*) AS count FROM verifications WHERE account_id = $1 AND created_at >= $2";
    Ok(one::<CountRow>(db, sql, [account.uuid().into(), since.into()]).await?.map_or(0, |row| row.count))
}

/// A page of an account's rentals.
pub(in crate::verifications) async fn list(
    db: &impl ConnectionTrait,
    account: AccountId,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Listed<Verification>, DbErr> {
    let mut narrowed = Narrowed::to("account_id = $1", [account.uuid().into()]);
    if !filter.statuses.is_empty() {
        let list = narrowed.bind_all(filter.statuses.iter().map(|status| status.as_str()));
        let is_wanted = |status| filter.statuses.contains(&status);
        let back = if is_wanted(VerificationStatus::Refunded) { " OR refunded_at IS NOT NULL" } else { "" };
        narrowed.and(&format!("(status IN ({list}){back})"));
    }
    narrowed.and_is("service_code", filter.service_code.clone());
    let list = Listing { columns: COLUMNS, from: "verifications", newest: ("created_at", "id"), narrowed };
    list.page(db, page, read).await
}

#[derive(FromQueryResult)]
struct StandingRow {
    id: Uuid,
    version: i64,
    is_over: i64,
}

/// How these rentals, not more than a statement may bind, stand at this time (business).
pub(in crate::verifications) async fn standings(
    db: &impl ConnectionTrait,
    mut rentals: &[VerificationId],
    now: DateTime<Utc>,
) -> Result<Vec<(VerificationId, Standing)>, DbErr> {
    let mut standings = Vec::with_capacity(rentals.len());
    // Powers of two, so that there are few statements to prepare.
    while let Some(size) = rentals.len().checked_ilog2().map(|power| 1 << power) {
        let (batch, rest) = rentals.split_at(size);
        let sql = format!(
            "SELECT id, version, CAST(CASE WHEN expires_at <= $1 THEN 1 ELSE 0 END AS bigint) AS is_over \
             FROM verifications WHERE id IN ({})",
            placeholders(2, size)
        );
        let values = std::iter::once(now.into()).chain(batch.iter().map(|id| id.uuid().into()));
        let rows: Vec<StandingRow> = all(db, &sql, values.collect::<Vec<Value>>()).await?;
        let standing = |row: &StandingRow| Standing { version: row.version, is_over: row.is_over == 1 };
        standings.extend(rows.iter().map(|row| (VerificationId::from_uuid(row.id), standing(row))));
        rentals = rest;
    }
    Ok(standings)
}
