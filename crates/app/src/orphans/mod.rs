//! What a vendor holds for us, or took our money for, and no row of ours explains. It is shown to the operator and never
//! released by itself (product.md, law 5): what looks unexplained to us may be in use.

mod sql;

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::{Bound, ConnectionTrait, DbErr, Tx};
use utoipa::ToSchema;
use vocab::{
    Ambient, Cursor, PageRequest,
    id::{ItemId, OrphanId},
};

use crate::web::{List, Timestamp};

/// Something at a vendor that no row of ours explains.
#[derive(Debug, Clone, Copy)]
pub struct Orphan<'a> {
    /// The vendor's name.
    pub vendor: &'a str,
    /// The vendor's id of it; our own key where the vendor never told one.
    pub reference: &'a str,
    /// The number, or what was bought.
    pub subject: &'a str,
    /// The item that may have brought it.
    pub item: Option<ItemId>,
    /// What we know of it.
    pub reason: &'a str,
}

/// An orphan as the operator sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "orp_019bc0fd89c07c3a9d52b8e6f16f7270", "vendor": "twilio",
    "reference": "PN9c28ff209bea756b23761c2fef0a7fb1", "subject": "+14155552671",
    "reason": "at the carrier and in no customer's hands", "createdAt": "2026-01-15T09:25:00.102Z",
}))]
pub struct OrphanView {
    /// Its id.
    pub id: OrphanId,
    /// Who holds it.
    pub vendor: String,
    /// The vendor's id of it; our own key where the vendor never told one.
    pub reference: String,
    /// The number, or what was bought.
    pub subject: String,
    /// The order item that may have brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_id: Option<ItemId>,
    /// What we know of it.
    pub reason: String,
    /// Since when it is known.
    pub created_at: Timestamp,
    /// When it was explained: by what we learnt later, or by an operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
}

/// What a list of orphans is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct OrphanFilter {
    /// At this vendor.
    pub vendor: Option<String>,
    /// Those that are explained, instead of those that are not.
    pub resolved: bool,
}

/// Shows it to the operator; says whether it is new.
pub async fn report(tx: &Tx, ambient: &Ambient, orphan: &Orphan<'_>) -> Result<bool, DbErr> {
    sql::insert(tx, OrphanId::new(ambient), orphan, ambient.business()).await
}

/// What a vendor names like this is explained now, if it was an orphan.
pub async fn explain(tx: &Tx, vendor: &str, reference: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    explaining(vendor, reference, now).exec(tx).await.map(drop)
}

/// The same as one of several statements.
pub fn explaining(vendor: &str, reference: &str, now: DateTime<Utc>) -> Bound {
    sql::explaining(vendor, reference, now)
}

/// An operator has dealt with it. Says how it was and how it is; `None` if there is no such orphan.
pub async fn resolve(tx: &Tx, id: OrphanId, now: DateTime<Utc>) -> Result<Option<(OrphanView, OrphanView)>, DbErr> {
    let Some(before) = sql::lock(tx, id).await? else { return Ok(None) };
    sql::resolve(tx, id, now).await?;
    let after = OrphanView { resolved_at: before.resolved_at.or(Some(now.into())), ..before.clone() };
    Ok(Some((before, after)))
}

/// A page of them, the newest first.
pub async fn page(
    db: &impl ConnectionTrait,
    filter: &OrphanFilter,
    page: &PageRequest,
) -> Result<List<OrphanView>, DbErr> {
    let listed = sql::page(db, filter, page).await?;
    Ok(List::of(listed, page, |row| Cursor { at: row.created_at.0, id: row.id.uuid() }))
}
