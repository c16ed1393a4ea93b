//! The table `orders` and its timeline.

use chrono::{DateTime, Utc};
use store::{Bound, ConnectionTrait, DbErr, Dialect, FromQueryResult, QueryResult, Store, Tx, all, exec, one};
use uuid::Uuid;
use vocab::{
    Amount, Money,
    id::{AccountId, OrderId},
};

use super::rows::{ITEM, ItemRow, ORDER, OrderRow, TimelineRow};
use crate::orders::{NewOrder, OrderStatus};

#[derive(FromQueryResult)]
struct IdRow {
    #[allow(dead_code)] // only its presence counts
    id: Uuid,
}

/// Writes an order that is new.
pub(in crate::orders) fn inserting_order(
    id: OrderId,
    new: &NewOrder,
    (number, status): (&str, OrderStatus),
    subtotal: Money,
    now: DateTime<Utc>,
) -> Bound {
    let sql = "INSERT INTO orders (id, account_id, user_id, order_number, status, currency, subtotal, tax, discount, \
               total, billing_address, created_at, updated_at) \
               VALUES ($1, $2, $3, $4, $9, $5, $6, 0, 0, $6, $7, $8, $8)";
    let values = [
        id.uuid().into(),
        new.account.uuid().into(),
        new.user.uuid().into(),
        number.into(),
        subtotal.currency.as_str().into(),
        subtotal.amount.micros().into(),
        new.billing_address.clone().into(),
        now.into(),
        status.as_str().into(),
    ];
    Bound::new(sql, values)
}

/// Locks an order; says whether it is there.
pub(in crate::orders) async fn lock_order(tx: &Tx, id: OrderId) -> Result<bool, DbErr> {
    let sql = format!("SELECT id FROM orders WHERE id = $1{}", Dialect::of(tx).for_update());
    Ok(one::<IdRow>(tx, &sql, [id.uuid().into()]).await?.is_some())
}

/// Locks an account's order; says whether it is there.
pub(in crate::orders) async fn lock_order_of(tx: &Tx, account: AccountId, id: OrderId) -> Result<bool, DbErr> {
    let sql = format!("SELECT id FROM orders WHERE id = $1 AND account_id = $2{}", Dialect::of(tx).for_update());
    Ok(one::<IdRow>(tx, &sql, [id.uuid().into(), account.uuid().into()]).await?.is_some())
}

/// Whether the order moved from `from` to `to`.
pub(in crate::orders) async fn move_order(
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

pub(in crate::orders) async fn end_order(
    tx: &Tx,
    id: OrderId,
    status: OrderStatus,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let column = if status == OrderStatus::Cancelled { "cancelled_at" } else { "completed_at" };
    let sql = format!("UPDATE orders SET status = $2, updated_at = $3, {column} = $3 WHERE id = $1");
    exec(tx, &sql, [id.uuid().into(), status.as_str().into(), now.into()]).await.map(drop)
}

/// Completes an order, which changes a row if its items are being placed.
pub(in crate::orders) fn completing_order(id: OrderId, now: DateTime<Utc>) -> Bound {
    let sql = "UPDATE orders SET status = 'COMPLETED', updated_at = $2, completed_at = $2 \
               WHERE id = $1 AND status = 'PROCESSING'";
    Bound::new(sql, [id.uuid().into(), now.into()])
}

/// Adds to what was given back. The order's row is locked.
pub(in crate::orders) async fn add_refund(tx: &Tx, id: OrderId, sum: Amount, now: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "UPDATE orders SET refunded = refunded + $2, updated_at = $3 WHERE id = $1";
    exec(tx, sql, [id.uuid().into(), sum.micros().into(), now.into()]).await.map(drop)
}

/// Archives orders that ended before then, batch by batch; says how many.
pub(in crate::orders) async fn archive(store: &Store, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let sql = "UPDATE orders SET archived_at = $3 WHERE id IN (SELECT id FROM orders \
               WHERE archived_at IS NULL AND created_at < $1 AND updated_at < $1 \
               AND status IN ('COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED') ORDER BY created_at, id LIMIT $2)";
    store.write_in_batches(sql, before.into(), [now.into()]).await
}

/// Adds a line to the timeline. The order's row is locked, so positions are taken one after another.
pub(in crate::orders) async fn append_timeline(
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

pub(in crate::orders) async fn order(
    db: &impl ConnectionTrait,
    account: AccountId,
    id: OrderId,
) -> Result<Option<OrderRow>, DbErr> {
    let sql = format!("SELECT {ORDER} FROM orders WHERE id = $1 AND account_id = $2");
    one(db, &sql, [id.uuid().into(), account.uuid().into()]).await
}

/// An order with its items, in one statement.
pub(in crate::orders) struct Whole {
    pub order: OrderRow,
    pub items: Vec<ItemRow>,
    /// How many lines of its timeline are written down.
    pub told: i64,
}

struct WholeRow {
    order: OrderRow,
    item: ItemRow,
    told: i64,
}

impl FromQueryResult for WholeRow {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self {
            order: OrderRow::from_query_result(row, "o_")?,
            item: ItemRow::from_query_result(row, "i_")?,
            told: row.try_get("", "told")?,
        })
    }
}

pub(in crate::orders) async fn whole(
    db: &impl ConnectionTrait,
    account: AccountId,
    id: OrderId,
) -> Result<Option<Whole>, DbErr> {
    let sql = format!(
        "SELECT {}, {}, (SELECT COUNT(*) FROM order_timeline WHERE order_id = o.id) AS told \
         FROM orders o JOIN order_items i ON i.order_id = o.id \
         WHERE o.id = $1 AND o.account_id = $2 ORDER BY i.position",
        prefixed("o", ORDER),
        prefixed("i", ITEM)
    );
    let rows: Vec<WholeRow> = all(db, &sql, [id.uuid().into(), account.uuid().into()]).await?;
    let mut whole: Option<Whole> = None;
    for WholeRow { order, item, told } in rows {
        whole.get_or_insert(Whole { order, items: Vec::new(), told }).items.push(item);
    }
    Ok(whole)
}

/// `a.id AS a_id, …`: columns of one of several tables.
fn prefixed(table: &str, columns: &str) -> String {
    let named = columns.split(", ").map(|column| format!("{table}.{column} AS {table}_{column}"));
    named.collect::<Vec<_>>().join(", ")
}

pub(in crate::orders) async fn timeline(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<TimelineRow>, DbErr> {
    let sql = "SELECT status, note, at FROM order_timeline WHERE order_id = $1 ORDER BY position";
    all(db, sql, [order.uuid().into()]).await
}
