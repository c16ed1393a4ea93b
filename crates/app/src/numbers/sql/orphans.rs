//! `orphans`: what a vendor holds for us that we cannot explain.

use chrono::{DateTime, Utc};
use store::{DbErr, Tx, exec};
use uuid::Uuid;
use vocab::id::ItemId;

/// Something at a vendor that no row of ours explains.
#[derive(Debug, Clone, Copy)]
pub struct Orphan<'a> {
    /// The vendor's name.
    pub vendor: &'a str,
    /// The vendor's id of it.
    pub reference: &'a str,
    /// The number.
    pub subject: &'a str,
    /// The item that may have brought it.
    pub item: Option<ItemId>,
    /// What we know of it.
    pub reason: &'a str,
}

/// Shows it to the operator; says whether it is new.
pub(crate) async fn report(tx: &Tx, id: Uuid, now: DateTime<Utc>, orphan: &Orphan<'_>) -> Result<bool, DbErr> {
    let sql = "INSERT INTO orphans (id, vendor, reference, subject, item_id, reason, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (vendor, reference) DO NOTHING";
    let values = [
        id.into(),
        orphan.vendor.into(),
        orphan.reference.into(),
        orphan.subject.into(),
        orphan.item.map(vocab::Id::uuid).into(),
        orphan.reason.into(),
        now.into(),
    ];
    Ok(exec(tx, sql, values).await? == 1)
}

/// It is explained now: somebody bought the number it was.
pub(in crate::numbers) async fn resolve(
    tx: &Tx,
    vendor: &str,
    reference: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "UPDATE orphans SET resolved_at = $3 WHERE vendor = $1 AND reference = $2 AND resolved_at IS NULL";
    exec(tx, sql, [vendor.into(), reference.into(), now.into()]).await.map(drop)
}
