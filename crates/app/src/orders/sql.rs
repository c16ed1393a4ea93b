//! The tables `orders`, `order_items` and `order_timeline`.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use store::{ConnectionTrait, DbErr, Dialect, FromQueryResult, Tx, Value, all, exec, one, placeholders};
use uuid::Uuid;
use vocab::{
    Amount, Cursor, Money, PageRequest,
    id::{AccountId, ItemId, OrderId},
};

use super::{Item, ItemState, ItemType, NewOrder, OrderStatus};

/// An order as it is stored.
#[derive(Debug, Clone, FromQueryResult)]
#[allow(missing_docs)] // the columns are explained in the migration
pub struct OrderRow {
    pub id: Uuid,
    pub order_number: String,
    pub status: String,
    pub currency: String,
    pub subtotal: i64,
    pub tax: i64,
    pub discount: i64,
    pub total: i64,
    pub billing_address: Option<Json>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
}

/// An item as it is stored.
#[derive(Debug, Clone, FromQueryResult)]
#[allow(missing_docs)] // the columns are explained in the migration
pub struct ItemRow {
    pub id: Uuid,
    pub order_id: Uuid,
    pub account_id: Uuid,
    pub item_type: String,
    pub state: String,
    pub state_since: DateTime<Utc>,
    pub placing_since: Option<DateTime<Utc>>,
    pub description: String,
    pub quantity: i64,
    pub unit_price: i64,
    pub total_price: i64,
    pub currency: String,
    pub subject: String,
    pub detail: Json,
    pub delivered_id: Option<Uuid>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
}

/// A line of an order's timeline.
#[derive(Debug, Clone, FromQueryResult)]
#[allow(missing_docs)] // the columns are explained in the migration
pub(super) struct TimelineRow {
    pub status: String,
    pub note: Option<String>,
    pub at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct StateRow {
    state: String,
}

#[derive(FromQueryResult)]
struct CountRow {
    count: i64,
}

#[derive(FromQueryResult)]
struct IdRow {
    #[allow(dead_code)] // only its presence counts
    id: Uuid,
}

fn stored<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("a row holds {text:?}")))
}

impl OrderRow {
    pub(super) fn status(&self) -> Result<OrderStatus, DbErr> {
        stored(&self.status)
    }
}

impl ItemRow {
    pub(super) fn state(&self) -> Result<ItemState, DbErr> {
        stored(&self.state)
    }

    pub(super) fn item_type(&self) -> Result<ItemType, DbErr> {
        stored(&self.item_type)
    }

    pub(super) fn item(&self) -> Result<Item, DbErr> {
        Ok(Item {
            id: ItemId::from_uuid(self.id),
            order: OrderId::from_uuid(self.order_id),
            account: AccountId::from_uuid(self.account_id),
            subject: self.subject.clone(),
            price: Money::new(Amount::from_micros(self.total_price), stored(&self.currency)?),
            detail: self.detail.clone(),
        })
    }
}

pub(super) const ORDER: &str = "id, order_number, status, currency, subtotal, tax, discount, total, billing_address, created_at, \
                     updated_at, completed_at, cancelled_at";
pub(super) const ITEM: &str = "id, order_id, account_id, item_type, state, state_since, placing_since, description, quantity, unit_price, \
                    total_price, currency, subject, detail, delivered_id, error_code, error_message";

pub(super) async fn insert_order(
    tx: &Tx,
    id: OrderId,
    new: &NewOrder,
    number: &str,
    subtotal: Money,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO orders (id, account_id, user_id, order_number, status, currency, subtotal, tax, discount, \
               total, billing_address, created_at, updated_at) \
               VALUES ($1, $2, $3, $4, 'PENDING', $5, $6, 0, 0, $6, $7, $8, $8)";
    let values = [
        id.uuid().into(),
        new.account.uuid().into(),
        new.user.uuid().into(),
        number.into(),
        subtotal.currency.as_str().into(),
        subtotal.amount.micros().into(),
        new.billing_address.clone().into(),
        now.into(),
    ];
    exec(tx, sql, values).await.map(drop)
}

pub(super) async fn insert_item(
    tx: &Tx,
    position: usize,
    item_type: ItemType,
    item: &Item,
    description: &str,
    state: ItemState,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO order_items (id, order_id, account_id, position, item_type, state, state_since, \
               description, quantity, unit_price, total_price, currency, subject, detail, error_code, error_message) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10, $11, $12, $13, $14)";
    let lost = (state == ItemState::Refused).then_some("NUMBER_NOT_AVAILABLE");
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
    ];
    exec(tx, sql, values).await.map(drop)
}

/// Locks an order; says whether it is there.
pub(super) async fn lock_order(tx: &Tx, id: OrderId) -> Result<bool, DbErr> {
    let sql = format!("SELECT id FROM orders WHERE id = $1{}", Dialect::of(tx).for_update());
    Ok(one::<IdRow>(tx, &sql, [id.uuid().into()]).await?.is_some())
}

/// Locks an account's order; says whether it is there.
pub(super) async fn lock_order_of(tx: &Tx, account: AccountId, id: OrderId) -> Result<bool, DbErr> {
    let sql = format!("SELECT id FROM orders WHERE id = $1 AND account_id = $2{}", Dialect::of(tx).for_update());
    Ok(one::<IdRow>(tx, &sql, [id.uuid().into(), account.uuid().into()]).await?.is_some())
}

pub(super) async fn begin_placing(
    tx: &Tx,
    item: ItemId,
    now: DateTime<Utc>,
    wall: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let sql = "UPDATE order_items SET state = 'PLACING', state_since = $2, placing_since = $3 \
               WHERE id = $1 AND state = 'HELD'";
    Ok(exec(tx, sql, [item.uuid().into(), now.into(), wall.into()]).await? == 1)
}

pub(super) async fn move_item(
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

pub(super) async fn deliver_item(tx: &Tx, item: ItemId, delivered: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "UPDATE order_items SET state = 'DELIVERED', state_since = $2, delivered_id = $3 WHERE id = $1";
    exec(tx, sql, [item.uuid().into(), now.into(), delivered.into()]).await.map(drop)
}

/// Puts other detail with an item.
pub(super) async fn set_detail(tx: &Tx, item: ItemId, detail: Json) -> Result<(), DbErr> {
    exec(tx, "UPDATE order_items SET detail = $2 WHERE id = $1", [item.uuid().into(), detail.into()]).await.map(drop)
}

pub(super) async fn refuse_item(
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

/// Whether the order moved from `from` to `to`.
pub(super) async fn move_order(
    tx: &Tx,
    id: OrderId,
    from: OrderStatus,
    to: OrderStatus,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let sql = "UPDATE orders SET status = $3, updated_at = $4 WHERE id = $1 AND status = $2";
    let values = [id.uuid().into(), from.as_str().into(), to.as_str().into(), now.into()];
    Ok(exec(tx, sql, values).await? == 1)
}

pub(super) async fn end_order(tx: &Tx, id: OrderId, status: OrderStatus, now: DateTime<Utc>) -> Result<(), DbErr> {
    let column = if status == OrderStatus::Cancelled { "cancelled_at" } else { "completed_at" };
    let sql = format!("UPDATE orders SET status = $2, updated_at = $3, {column} = $3 WHERE id = $1");
    exec(tx, &sql, [id.uuid().into(), status.as_str().into(), now.into()]).await.map(drop)
}

/// Adds a line to the timeline. The order's row is locked, so positions are taken one after another.
pub(super) async fn append_timeline(
    tx: &Tx,
    order: OrderId,
    status: OrderStatus,
    note: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO order_timeline (order_id, position, status, note, at) \
               VALUES ($1, (SELECT COUNT(*) FROM order_timeline WHERE order_id = $1), $2, $3, $4)";
    let values = [order.uuid().into(), status.as_str().into(), note.map(str::to_owned).into(), now.into()];
    exec(tx, sql, values).await.map(drop)
}

pub(super) async fn item(db: &impl ConnectionTrait, id: ItemId) -> Result<Option<ItemRow>, DbErr> {
    one(db, &format!("SELECT {ITEM} FROM order_items WHERE id = $1"), [id.uuid().into()]).await
}

pub(super) async fn item_state(tx: &Tx, id: ItemId) -> Result<Option<ItemState>, DbErr> {
    let row: Option<StateRow> = one(tx, "SELECT state FROM order_items WHERE id = $1", [id.uuid().into()]).await?;
    row.map(|row| stored(&row.state)).transpose()
}

pub(super) async fn item_states(tx: &Tx, order: OrderId) -> Result<Vec<ItemState>, DbErr> {
    let rows: Vec<StateRow> =
        all(tx, "SELECT state FROM order_items WHERE order_id = $1", [order.uuid().into()]).await?;
    rows.iter().map(|row| stored(&row.state)).collect()
}

pub(super) async fn order(
    db: &impl ConnectionTrait,
    account: AccountId,
    id: OrderId,
) -> Result<Option<OrderRow>, DbErr> {
    let sql = format!("SELECT {ORDER} FROM orders WHERE id = $1 AND account_id = $2");
    one(db, &sql, [id.uuid().into(), account.uuid().into()]).await
}

pub(super) async fn items(
    db: &impl ConnectionTrait,
    account: AccountId,
    order: OrderId,
) -> Result<Vec<ItemRow>, DbErr> {
    let sql = format!("SELECT {ITEM} FROM order_items WHERE order_id = $1 AND account_id = $2 ORDER BY position");
    all(db, &sql, [order.uuid().into(), account.uuid().into()]).await
}

/// The items of several orders, in their order.
pub(super) async fn items_of(
    db: &impl ConnectionTrait,
    account: AccountId,
    orders: &[Uuid],
) -> Result<Vec<ItemRow>, DbErr> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {ITEM} FROM order_items WHERE account_id = $1 AND order_id IN ({}) ORDER BY order_id, position",
        placeholders(2, orders.len())
    );
    let mut values: Vec<Value> = vec![account.uuid().into()];
    values.extend(orders.iter().map(|id| (*id).into()));
    all(db, &sql, values).await
}

pub(super) async fn timeline(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<TimelineRow>, DbErr> {
    let sql = "SELECT status, note, at FROM order_timeline WHERE order_id = $1 ORDER BY position";
    all(db, sql, [order.uuid().into()]).await
}

/// What a list of orders is narrowed to.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub statuses: Vec<OrderStatus>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    /// `created_at`, `total` or `status`, and whether upwards.
    pub sort: (&'static str, bool),
}

impl Filter {
    fn conditions(&self, account: AccountId) -> (String, Vec<Value>) {
        let mut text = "account_id = $1".to_owned();
        let mut values: Vec<Value> = vec![account.uuid().into()];
        if !self.statuses.is_empty() {
            text += &format!(" AND status IN ({})", placeholders(values.len() + 1, self.statuses.len()));
            values.extend(self.statuses.iter().map(|status| status.as_str().into()));
        }
        for (operator, bound) in [(">=", self.from), ("<", self.to)] {
            if let Some(bound) = bound {
                values.push(bound.into());
                text += &format!(" AND created_at {operator} ${}", values.len());
            }
        }
        (text, values)
    }
}

pub(super) async fn list(
    db: &impl ConnectionTrait,
    account: AccountId,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Vec<OrderRow>, DbErr> {
    let (mut conditions, mut values) = filter.conditions(account);
    let (column, ascending) = filter.sort;
    let direction = if ascending { "ASC" } else { "DESC" };
    let mut order = format!("{column} {direction}, id {direction}");
    if let PageRequest::After { cursor: Cursor { at, id }, .. } = page {
        values.push((*at).into());
        values.push((*id).into());
        conditions += &format!(" AND (created_at, id) < (${}, ${})", values.len() - 1, values.len());
        order = "created_at DESC, id DESC".into();
    }
    // One row more than asked for tells whether there is a next page.
    values.push((i64::from(page.limit()) + 1).into());
    values.push(i64::try_from(page.offset()).unwrap_or(i64::MAX).into());
    let sql = format!(
        "SELECT {ORDER} FROM orders WHERE {conditions} ORDER BY {order} LIMIT ${} OFFSET ${}",
        values.len() - 1,
        values.len()
    );
    all(db, &sql, values).await
}

/// How many orders the filter leaves; stops counting at `cap`.
pub(super) async fn count(
    db: &impl ConnectionTrait,
    account: AccountId,
    filter: &Filter,
    cap: u64,
) -> Result<u64, DbErr> {
    let (conditions, mut values) = filter.conditions(account);
    values.push(i64::try_from(cap).unwrap_or(i64::MAX).into());
    let sql = format!(
        "SELECT COUNT(*) AS count FROM (SELECT 1 FROM orders WHERE {conditions} LIMIT ${}) AS counted",
        values.len()
    );
    let row: Option<CountRow> = one(db, &sql, values).await?;
    Ok(row.and_then(|row| u64::try_from(row.count).ok()).unwrap_or(0))
}

/// An account's orders in figures.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub(super) struct Totals {
    pub orders: i64,
    pub pending: i64,
    pub spent: i64,
}

pub(super) async fn totals(db: &impl ConnectionTrait, account: AccountId) -> Result<Totals, DbErr> {
    let sql = "SELECT (SELECT COUNT(*) FROM orders WHERE account_id = $1) AS orders, \
               (SELECT COUNT(*) FROM orders WHERE account_id = $1 AND status IN ('PENDING', 'PROCESSING')) AS pending, \
               (SELECT CAST(COALESCE(SUM(total_price), 0) AS bigint) FROM order_items \
                WHERE account_id = $1 AND state = 'DELIVERED') AS spent";
    let row = one(db, sql, [account.uuid().into()]).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("totals".into()))
}
