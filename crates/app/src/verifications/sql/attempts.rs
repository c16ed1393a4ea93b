//! `supplier_attempts`: purchases that were begun, and what became of them.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, FromQueryResult, Store, Tx, all, exec};
use vocab::id::ItemId;

/// A purchase that was begun.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::verifications) struct Attempt {
    pub position: i64,
    pub supplier: String,
    pub vendor_service: String,
    pub vendor_country: String,
    pub purchase_key: String,
    pub state: String,
    pub reason: Option<String>,
    /// Wall time.
    pub began_at: DateTime<Utc>,
}

impl Attempt {
    /// Whether nobody knows what became of it.
    pub(in crate::verifications) fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "TRYING" | "UNKNOWN")
    }

    /// Whether it got a number.
    pub(in crate::verifications) fn is_bought(&self) -> bool {
        self.state == "BOUGHT"
    }
}

pub(in crate::verifications) async fn of_item(db: &impl ConnectionTrait, item: ItemId) -> Result<Vec<Attempt>, DbErr> {
    let sql = "SELECT position, supplier, vendor_service, vendor_country, purchase_key, state, reason, began_at \
               FROM supplier_attempts WHERE item_id = $1 ORDER BY position LIMIT 1000";
    all(db, sql, [item.uuid().into()]).await
}

/// Puts a purchase down before it is sent. Refused where the item has one that is open or got a number, and where
/// another took this place: the schema's law, so whoever asks.
pub(in crate::verifications) async fn begin(tx: &Tx, item: ItemId, attempt: &Attempt) -> Result<bool, DbErr> {
    let sql = "INSERT INTO supplier_attempts (item_id, position, supplier, vendor_service, vendor_country, \
               purchase_key, state, began_at) VALUES ($1, $2, $3, $4, $5, $6, 'TRYING', $7) ON CONFLICT DO NOTHING";
    let values = [
        item.uuid().into(),
        attempt.position.into(),
        attempt.supplier.clone().into(),
        attempt.vendor_service.clone().into(),
        attempt.vendor_country.clone().into(),
        attempt.purchase_key.clone().into(),
        attempt.began_at.into(),
    ];
    Ok(exec(tx, sql, values).await? == 1)
}

/// Forgets purchases that were begun before then and whose end is known; says how many.
pub(in crate::verifications) async fn forget(store: &Store, before: DateTime<Utc>) -> Result<u64, DbErr> {
    let sql = "DELETE FROM supplier_attempts WHERE (item_id, position) IN (SELECT item_id, position \
               FROM supplier_attempts WHERE began_at < $1 AND state IN ('REFUSED', 'BOUGHT') LIMIT $2)";
    store.write_in_batches(sql, before.into(), []).await
}

/// Says what became of the attempts of an item that are open.
pub(in crate::verifications) async fn end_open(
    tx: &Tx,
    item: ItemId,
    state: &str,
    reason: Option<&str>,
) -> Result<(), DbErr> {
    let sql = "UPDATE supplier_attempts SET state = $2, reason = $3 \
               WHERE item_id = $1 AND state IN ('TRYING', 'UNKNOWN')";
    exec(tx, sql, [item.uuid().into(), state.into(), reason.map(str::to_owned).into()]).await.map(drop)
}
