//! The table `orphans`.

use chrono::{DateTime, Utc};
use store::{Bound, Columns, ConnectionTrait, DbErr, Dialect, Listed, Listing, Narrowed, Tx, exec};
use uuid::Uuid;
use vocab::{
    PageRequest,
    id::{ItemId, OrphanId},
};

use super::{Orphan, OrphanFilter, OrphanView};

const COLUMNS: &str = "id, vendor, reference, subject, item_id, reason, created_at, resolved_at";

/// One of them from its [`COLUMNS`].
fn read(row: &mut Columns<'_>) -> Result<OrphanView, DbErr> {
    Ok(OrphanView {
        id: OrphanId::from_uuid(row.take()?),
        vendor: row.take()?,
        reference: row.take()?,
        subject: row.take()?,
        item_id: row.take::<Option<Uuid>>()?.map(ItemId::from_uuid),
        reason: row.take()?,
        created_at: row.take::<DateTime<Utc>>()?.into(),
        resolved_at: row.take::<Option<DateTime<Utc>>>()?.map(Into::into),
    })
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
    Bound::new(sql, [id.uuid().into()]).row(tx, read).await
}

pub(super) async fn resolve(tx: &Tx, id: OrphanId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "UPDATE orphans SET resolved_at = $2 WHERE id = $1 AND resolved_at IS NULL";
    exec(tx, sql, [id.uuid().into(), now.into()]).await.map(drop)
}

/// A page of them.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    filter: &OrphanFilter,
    page: &PageRequest,
) -> Result<Listed<OrphanView>, DbErr> {
    let known = if filter.resolved { "resolved_at IS NOT NULL" } else { "resolved_at IS NULL" };
    let mut narrowed = Narrowed::to(known, []);
    narrowed.and_is("vendor", filter.vendor.clone());
    let list = Listing { columns: COLUMNS, from: "orphans", newest: ("created_at", "id"), narrowed };
    list.page(db, page, read).await
}
