//! What other holders of numbers ask: the claims. One number has one owner, whoever that is (product.md, law 9).

use chrono::{DateTime, Utc};
use store::{DbErr, Store, Tx};
use uuid::Uuid;
use vocab::{
    E164,
    id::{AccountId, ItemId},
};

use super::sql::claims;

/// Which of these somebody has, or cools down at that time.
pub async fn taken(store: &Store, numbers: &[&E164], now: DateTime<Utc>) -> Result<Vec<E164>, DbErr> {
    claims::taken(store.fresh(), numbers, now).await
}

/// Claims a number for an order's item; says whether it won.
pub async fn claim(tx: &Tx, number: &str, account: AccountId, item: ItemId, now: DateTime<Utc>) -> Result<bool, DbErr> {
    claims::claim(tx, number, account, item, now).await
}

/// Gives up what this very item claimed.
pub async fn give_up(tx: &Tx, number: &str, item: ItemId) -> Result<(), DbErr> {
    claims::give_up(tx, number, item).await
}

/// The item's claim becomes the pool's; says whether the claim was there.
pub async fn pool(tx: &Tx, number: &str, item: ItemId, pool_number: Uuid) -> Result<bool, DbErr> {
    claims::pool(tx, number, item, pool_number).await
}

/// Claims a number that the operator owns already for the pool; says whether it won.
pub async fn adopt(tx: &Tx, number: &str, pool_number: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    claims::adopt(tx, number, pool_number, now).await
}

/// The number leaves the pool and stays the operator's: nobody can order it, and the pool may have it again.
pub async fn reserve(tx: &Tx, pool_number: Uuid) -> Result<(), DbErr> {
    claims::reserve(tx, pool_number).await
}

/// The number leaves the pool and is gone at the carrier: it is nobody's, from then on (business time).
pub async fn leave(tx: &Tx, pool_number: Uuid, cooling_until: DateTime<Utc>) -> Result<(), DbErr> {
    claims::leave(tx, pool_number, cooling_until).await
}
