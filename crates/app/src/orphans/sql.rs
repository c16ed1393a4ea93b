//! The table `orphans`.

use chrono::{DateTime, Utc};
use store::{Bound, ConnectionTrait, DbErr, Dialect, FromQueryResult, Tx, Value, all, exec, one};
use uuid::Uuid;
use vocab::{
    Cursor, PageRequest,
    id::{ItemId, OrphanId},
};

use super::{Orphan, OrphanFilter, OrphanView};

const COLUMNS: &str = "id, vendor, reference, subject, item_id, reason, created_at, resolved_at";

#[derive(FromQueryResult)]
struct OrphanRow {
    id: Uuid,
    vendor: String,
    reference: String,
    subject: String,
    item_id: Option<Uuid>,
    reason: String,
    created_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
}

impl From<OrphanRow> for OrphanView {
    fn from(row: OrphanRow) -> Self {
        Self {
            id: OrphanId::from_uuid(row.id),
            vendor: row.vendor,
            reference: row.reference,
            subject: row.subject,
            item_id: row.item_id.map(ItemId::from_uuid),
            reason: row.reason,
            created_at: row.created_at.into(),
            resolved_at: row.resolved_at.map(Into::into),
        }
    }
}

/// Writes it, unless it is known; says whether it is new.
pub(super) async fn insert(tx: &Tx, id: OrphanId, orphan: &Orphan<'_>, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let sql = "INSERT INTO orphans (id, vendor, reference, subject, item_id, reason, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (vendor, reference) DO NOTHING";
    let values = [
        id.uuid().into(),
        orphan.vendor.into(),
        orphan.reference.into(),
        orphan.subject.into(),
        orphan.item.map(vocab::Id::uuid).into(),
        orphan.reason.into(),
        now.into(),
    ];
    Ok(exec(tx, sql, values).await? == 1)
}

pub(super) fn explaining(vendor: &str, reference: &str, now: DateTime<Utc>) -> Bound {
    let sql = "UPDATE orphans SET resolved_at = $3 WHERE vendor = $1 AND reference = $2 AND resolved_at IS NULL";
    Bound::new(sql, [vendor.into(), reference.into(), now.into()])
}

/// One of them, locked until the transaction ends.
pub(super) async fn lock(tx: &Tx, id: OrphanId) -> Result<Option<OrphanView>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM orphans WHERE id = $1{}", Dialect::of(tx).for_update());
    let row: Option<OrphanRow> = one(tx, &sql, [id.uuid().into()]).await?;
    Ok(row.map(Into::into))
}

pub(super) async fn resolve(tx: &Tx, id: OrphanId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "UPDATE orphans SET resolved_at = $2 WHERE id = $1 AND resolved_at IS NULL";
    exec(tx, sql, [id.uuid().into(), now.into()]).await.map(drop)
}

fn conditions(filter: &OrphanFilter) -> (String, Vec<Value>) {
    let known = if filter.resolved { "resolved_at IS NOT NULL" } else { "resolved_at IS NULL" };
    match &filter.vendor {
        Some(vendor) => (format!("{known} AND vendor = $1"), vec![vendor.clone().into()]),
        None => (known.to_owned(), Vec::new()),
    }
}

/// A page of them, and one more row if there is one.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    filter: &OrphanFilter,
    page: &PageRequest,
) -> Result<Vec<OrphanView>, DbErr> {
    let (mut narrowed, mut values) = conditions(filter);
    if let PageRequest::After { cursor: Cursor { at, id }, .. } = page {
        values.extend([(*at).into(), (*id).into()]);
        narrowed += &format!(" AND (created_at, id) < (${}, ${})", values.len() - 1, values.len());
    }
    values.push((i64::from(page.limit()) + 1).into());
    values.push(i64::try_from(page.offset()).unwrap_or(i64::MAX).into());
    let sql = format!(
        "SELECT {COLUMNS} FROM orphans WHERE {narrowed} ORDER BY created_at DESC, id DESC LIMIT ${} OFFSET ${}",
        values.len() - 1,
        values.len()
    );
    let rows: Vec<OrphanRow> = all(db, &sql, values).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// How many the filter leaves; stops counting at `cap`.
pub(super) async fn count(db: &impl ConnectionTrait, filter: &OrphanFilter, cap: u64) -> Result<u64, DbErr> {
    let (narrowed, values) = conditions(filter);
    store::count(db, &format!("orphans WHERE {narrowed}"), values, cap).await
}
