//! What becomes of an item that waits for what it is for: its line says so, in a transaction of the line's own. The
//! order is locked first ([`lock`]), so that an item ends once, however many want to end it.

use store::{DbErr, Tx};
use uuid::Uuid;
use vocab::{
    Ambient,
    id::{AccountId, ItemId, OrderId},
};

use super::{ItemState, settle, sql};
use crate::{
    ledger::{self, LedgerError, Revenue},
    web::error::ErrorCode,
};

/// An item in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedItem {
    /// The item.
    pub item: ItemId,
    /// Its order.
    pub order: OrderId,
    /// Its buyer.
    pub account: AccountId,
}

/// Locks an order for this transaction: whatever its items become is decided by one transaction at a time.
pub async fn lock(tx: &Tx, order: OrderId) -> Result<(), DbErr> {
    sql::lock_order(tx, order).await.map(drop)
}

/// Whether an item that is given up was cancelled by its buyer or an operator, rather than refused.
pub async fn is_cancelled(tx: &Tx, item: ItemId) -> Result<bool, DbErr> {
    Ok(sql::item_state(tx, item).await? == Some(ItemState::Cancelled))
}

/// PLACED → DELIVERED: it came, and it is paid for.
pub async fn deliver_placed(
    tx: &Tx,
    ambient: &Ambient,
    placed: PlacedItem,
    delivered: Uuid,
    revenue: Revenue,
    note: &str,
) -> Result<(), LedgerError> {
    require_placed(tx, placed).await?;
    sql::deliver_item(tx, placed.item, delivered, ambient.business()).await?;
    let _ = ledger::capture(tx, ambient, placed.item.uuid(), revenue, note).await?;
    settle::follow(tx, ambient, placed.order, placed.account, None).await?;
    Ok(())
}

/// PLACED → CANCELLED: its buyer gave it up, and the money is back.
pub async fn cancel_placed(
    tx: &Tx,
    ambient: &Ambient,
    placed: PlacedItem,
    note: Option<&str>,
) -> Result<(), LedgerError> {
    require_placed(tx, placed).await?;
    sql::move_item(tx, placed.item, &[ItemState::Placed], ItemState::Cancelled, ambient.business()).await?;
    give_back(tx, ambient, placed, note).await
}

/// PLACED → REFUSED: it did not come, and the money is back.
pub async fn refuse_placed(
    tx: &Tx,
    ambient: &Ambient,
    placed: PlacedItem,
    code: ErrorCode,
    message: &str,
) -> Result<(), LedgerError> {
    require_placed(tx, placed).await?;
    sql::refuse_item(tx, placed.item, code.as_str(), message, ambient.business()).await?;
    give_back(tx, ambient, placed, Some(message)).await
}

async fn give_back(tx: &Tx, ambient: &Ambient, placed: PlacedItem, note: Option<&str>) -> Result<(), LedgerError> {
    let _ = ledger::release(tx, ambient, placed.item.uuid()).await?;
    settle::follow(tx, ambient, placed.order, placed.account, note).await?;
    Ok(())
}

async fn require_placed(tx: &Tx, placed: PlacedItem) -> Result<(), DbErr> {
    match sql::item_state(tx, placed.item).await? {
        Some(ItemState::Placed) => Ok(()),
        state => Err(DbErr::Custom(format!("item {} does not wait, it is {state:?}", placed.item))),
    }
}
