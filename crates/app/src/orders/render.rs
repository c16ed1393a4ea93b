//! Shows orders: rows become the shapes of [`view`](super::view).

use serde_json::Value;
use store::DbErr;
use uuid::Uuid;
use vocab::{
    Amount, Currency,
    id::{AccountId, NumberId, OrderId},
};

use super::{
    ItemType, OrderStatus, Orders, Sums,
    sql::{self, ItemRow, OrderRow, ShownItem, ShownOrder, TimelineRow, Totals, Whole},
    timeline,
    view::{
        ItemFault, ItemMetadata, ItemStatusView, OrderDetails, OrderItem, OrderStatusView, OrderSummary, OrderedNumber,
        OrdersSummary,
    },
};
use crate::web::time::Timestamp;

/// An order with its items, for slices above.
#[derive(Debug, Clone)]
pub struct OrderWithItems {
    /// The order.
    pub order: OrderRow,
    /// Its items, in the order of the request.
    pub items: Vec<ItemRow>,
}

impl OrderWithItems {
    /// Where it is.
    pub fn status(&self) -> Result<OrderStatus, DbErr> {
        self.order.status()
    }

    /// What became of its money.
    pub fn sums(&self) -> Result<Sums, DbErr> {
        sums(&self.order, &self.items)
    }
}

impl Orders {
    /// An account's order with its items, as committed by now.
    pub async fn find(&self, account: AccountId, id: OrderId) -> Result<Option<OrderWithItems>, DbErr> {
        let whole = sql::whole(self.store.fresh(), account, id).await?;
        Ok(whole.map(|Whole { order, items, .. }| OrderWithItems { order, items }))
    }

    /// An account's order, whole.
    pub(super) async fn details(&self, account: AccountId, id: OrderId) -> Result<Option<OrderDetails>, DbErr> {
        let db = self.store.fresh();
        let Some(Whole { order, items, told }) = sql::whole(db, account, id).await? else { return Ok(None) };
        let told = if told == 0 { Vec::new() } else { sql::timeline(db, id).await? };
        details(OrderWithItems { order, items }, told).map(Some)
    }
}

pub(super) fn currency(code: &str) -> Result<Currency, DbErr> {
    code.parse().map_err(|_| DbErr::Type(format!("a row is in {code:?}")))
}

/// What became of the money of an order with these items.
fn sums(order: &OrderRow, items: &[ItemRow]) -> Result<Sums, DbErr> {
    let items: Vec<_> = items
        .iter()
        .map(|item| Ok((item.state()?, Amount::from_micros(item.total_price))))
        .collect::<Result<_, DbErr>>()?;
    Ok(Sums::of(Amount::from_micros(order.total), Amount::from_micros(order.refunded), &items))
}

pub(super) fn summary(order: ShownOrder, items: Vec<ShownItem>) -> OrderSummary {
    let prices: Vec<_> = items.iter().map(|item| (item.state, item.total_price)).collect();
    let sums = Sums::of(order.total, order.refunded, &prices);
    OrderSummary {
        id: order.id,
        order_number: order.order_number,
        status: order.status,
        total_amount: order.total,
        paid_amount: sums.paid(),
        returned_amount: sums.returned(),
        currency: order.currency,
        item_count: items.len(),
        payment_status: sums.payment(order.status),
        created_at: order.created_at.into(),
        completed_at: order.completed_at.map(Timestamp::from),
        items: items.into_iter().map(item).collect(),
    }
}

fn item(row: ShownItem) -> OrderItem {
    OrderItem {
        id: row.id,
        item_type: row.item_type,
        status: row.state,
        description: row.description,
        quantity: row.quantity,
        unit_price: row.unit_price,
        total_price: row.total_price,
        metadata: match row.metadata {
            Some(Value::Object(more)) => ItemMetadata { phone_number: None, more },
            // A line that shows nothing of its own sells a number, which is the subject.
            _ => ItemMetadata { phone_number: Some(row.subject), more: serde_json::Map::new() },
        },
        error: row.error.map(fault),
    }
}

fn fault((code, message): (String, String)) -> ItemFault {
    ItemFault { code, message }
}

fn details(found: OrderWithItems, timeline: Vec<TimelineRow>) -> Result<OrderDetails, DbErr> {
    let sums = found.sums()?;
    let OrderWithItems { order, items } = found;
    let status = order.status()?;
    let delivered = |row: &ItemRow| {
        let owned = row.item_type().is_ok_and(|kind| kind == ItemType::PhoneNumber);
        let id = row.delivered_id.filter(|id: &Uuid| owned && !id.is_nil())?;
        Some(OrderedNumber {
            id: NumberId::from_uuid(id),
            phone_number: row.subject.clone(),
            status: "ACTIVE",
            activated_at: Some(row.state_since.into()),
        })
    };
    Ok(OrderDetails {
        id: OrderId::from_uuid(order.id),
        timeline: timeline::timeline(&order, timeline)?,
        order_number: order.order_number,
        status,
        subtotal_amount: Amount::from_micros(order.subtotal),
        tax_amount: Amount::from_micros(order.tax),
        discount_amount: Amount::from_micros(order.discount),
        total_amount: Amount::from_micros(order.total),
        paid_amount: sums.paid(),
        returned_amount: sums.returned(),
        currency: currency(&order.currency)?,
        payment_status: sums.payment(status),
        payment_method: Some("WALLET"),
        payment_processor: None,
        numbers: items.iter().filter_map(delivered).collect(),
        items: items.into_iter().map(|row| row.shown().map(item)).collect::<Result<_, _>>()?,
        billing_address: order.billing_address,
        created_at: order.created_at.into(),
        updated_at: order.updated_at.into(),
        completed_at: order.completed_at.map(Timestamp::from),
        cancelled_at: order.cancelled_at.map(Timestamp::from),
        archived_at: order.archived_at.map(Timestamp::from),
    })
}

pub(super) fn status_view(found: &OrderWithItems) -> Result<OrderStatusView, DbErr> {
    let status = found.order.status()?;
    let items = found.items.iter().map(|row| {
        let row = row.clone().shown()?;
        Ok(ItemStatusView { phone_number: row.subject, status: row.state, error: row.error.map(fault) })
    });
    Ok(OrderStatusView {
        id: OrderId::from_uuid(found.order.id),
        status,
        payment_status: found.sums()?.payment(status),
        items: items.collect::<Result<_, DbErr>>()?,
        updated_at: found.order.updated_at.into(),
    })
}

pub(super) fn figures(totals: Totals) -> OrdersSummary {
    OrdersSummary {
        total_orders: totals.orders,
        total_spent: Amount::from_micros(totals.spent),
        pending_orders: totals.pending,
        currency: Currency::USD,
    }
}
