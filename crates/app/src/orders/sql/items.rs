//! The table `order_items`.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use store::{Bound, ConnectionTrait, DbErr, FromQueryResult, Tx, Value, all, exec, one, placeholders};
use uuid::Uuid;
use vocab::id::{AccountId, ItemId, OrderId};

use super::rows::{ITEM, ItemRow, stored};
use crate::orders::{Item, ItemState, ItemType};

#[derive(FromQueryResult)]
struct StateRow {
    state: String,
}

/// An item that is written with its order.
pub(in crate::orders) struct NewItem<'a> {
    pub position: usize,
    pub item_type: ItemType,
    pub item: &'a Item,
    pub description: &'a str,
    /// Whether somebody else has it.
    pub is_lost: bool,
    /// Wall time from which it is being placed, where this process does that at once.
    pub placing_since: Option<DateTime<Utc>>,
}

pub(in crate::orders) fn inserting_item(new: &NewItem<'_>, now: DateTime<Utc>) -> Bound {
    let NewItem { position, item_type, item, description, is_lost, placing_since } = *new;
    let sql = "INSERT INTO order_items (id, order_id, account_id, position, item_type, state, state_since, \
               description, quantity, unit_price, total_price, currency, subject, detail, error_code, error_message, \
               placing_since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10, $11, $12, $13, $14, $15)";
    let state = match (is_lost, placing_since) {
        (true, _) => ItemState::Refused,
        (false, Some(_)) => ItemState::Placing,
        (false, None) => ItemState::Held,
    };
    let lost = is_lost.then_some("NUMBER_NOT_AVAILABLE");
    let values = [
        item.id.uuid().into(),
        item.order.uuid().into(),
        item.account.uuid().into(),
        i64::try_from(position).unwrap_or(i64::MAX).into(),
        item_type.as_str().into(),
        state.as_str().into(),
        now.into(),
        description.into(),
        item.price.amount.micros().into(),
        item.price.currency.as_str().into(),
        item.subject.clone().into(),
        item.detail.clone().into(),
        lost.map(str::to_owned).into(),
        lost.map(|_| "The number is not available.".to_owned()).into(),
        placing_since.into(),
    ];
    Bound::new(sql, values)
}

/// Delivers an item, which changes a row if it is being placed.
pub(in crate::orders) fn delivering_item(item: ItemId, delivered: Uuid, now: DateTime<Utc>) -> Bound {
    let sql = "UPDATE order_items SET state = 'DELIVERED', state_since = $2, delivered_id = $3 \
               WHERE id = $1 AND state = 'PLACING'";
    Bound::new(sql, [item.uuid().into(), now.into(), delivered.into()])
}

pub(in crate::orders) async fn begin_placing(
    tx: &Tx,
    item: ItemId,
    now: DateTime<Utc>,
    wall: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let sql = "UPDATE order_items SET state = 'PLACING', state_since = $2, placing_since = $3 \
               WHERE id = $1 AND state = 'HELD'";
    Ok(exec(tx, sql, [item.uuid().into(), now.into(), wall.into()]).await? == 1)
}

/// Whether the item was still being placed since `since`, and now is since `wall`.
pub(in crate::orders) async fn place_again(
    tx: &Tx,
    item: ItemId,
    since: DateTime<Utc>,
    wall: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let sql = "UPDATE order_items SET placing_since = $3 WHERE id = $1 AND state = 'PLACING' AND placing_since = $2";
    Ok(exec(tx, sql, [item.uuid().into(), since.into(), wall.into()]).await? == 1)
}

pub(in crate::orders) async fn move_item(
    tx: &Tx,
    item: ItemId,
    from: &[ItemState],
    to: ItemState,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    debug_assert!(from.iter().all(|state| state.may_become(to)), "a move that does not exist");
    let sql = format!(
        "UPDATE order_items SET state = $2, state_since = $3 WHERE id = $1 AND state IN ({})",
        placeholders(4, from.len())
    );
    let mut values: Vec<Value> = vec![item.uuid().into(), to.as_str().into(), now.into()];
    values.extend(from.iter().map(|state| state.as_str().into()));
    Ok(exec(tx, &sql, values).await? == 1)
}

pub(in crate::orders) async fn deliver_item(
    tx: &Tx,
    item: ItemId,
    delivered: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "UPDATE order_items SET state = 'DELIVERED', state_since = $2, delivered_id = $3 WHERE id = $1";
    exec(tx, sql, [item.uuid().into(), now.into(), delivered.into()]).await.map(drop)
}

/// Puts other detail with an item.
pub(in crate::orders) async fn set_detail(tx: &Tx, item: ItemId, detail: Json) -> Result<(), DbErr> {
    exec(tx, "UPDATE order_items SET detail = $2 WHERE id = $1", [item.uuid().into(), detail.into()]).await.map(drop)
}

pub(in crate::orders) async fn refuse_item(
    tx: &Tx,
    item: ItemId,
    code: &str,
    message: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "UPDATE order_items SET state = 'REFUSED', state_since = $2, error_code = $3, error_message = $4 \
               WHERE id = $1";
    exec(tx, sql, [item.uuid().into(), now.into(), code.into(), message.into()]).await.map(drop)
}

pub(in crate::orders) async fn item(db: &impl ConnectionTrait, id: ItemId) -> Result<Option<ItemRow>, DbErr> {
    one(db, &format!("SELECT {ITEM} FROM order_items WHERE id = $1"), [id.uuid().into()]).await
}

pub(in crate::orders) async fn item_state(tx: &Tx, id: ItemId) -> Result<Option<ItemState>, DbErr> {
    let row: Option<StateRow> = one(tx, "SELECT state FROM order_items WHERE id = $1", [id.uuid().into()]).await?;
    row.map(|row| stored(&row.state)).transpose()
}

pub(in crate::orders) async fn item_states(tx: &Tx, order: OrderId) -> Result<Vec<ItemState>, DbErr> {
    let rows: Vec<StateRow> =
        all(tx, "SELECT state FROM order_items WHERE order_id = $1", [order.uuid().into()]).await?;
    rows.iter().map(|row| stored(&row.state)).collect()
}

pub(in crate::orders) async fn items(
    db: &impl ConnectionTrait,
    account: AccountId,
    order: OrderId,
) -> Result<Vec<ItemRow>, DbErr> {
    let sql = format!("SELECT {ITEM} FROM order_items WHERE order_id = $1 AND account_id = $2 ORDER BY position");
    all(db, &sql, [order.uuid().into(), account.uuid().into()]).await
}
