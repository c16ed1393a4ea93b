//! Orders as the API shows them (seed 004 §5).

use serde::Serialize;
use serde_json::Value;
use store::DbErr;
use utoipa::ToSchema;
use uuid::Uuid;
use vocab::{
    Amount, Currency,
    id::{AccountId, ItemId, NumberId, OrderId},
};

use super::{
    ItemState, ItemType, OrderPaymentStatus, OrderStatus, Orders,
    sql::{self, ItemRow, OrderRow, TimelineRow, Totals, Whole},
    timeline::{self, TimelineEntry},
};
use crate::web::time::Timestamp;

/// An order in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "ord_019bc0fd89c07c3a9d52b8e6f16f7264", "orderNumber": "NL-20260115-B8E6F16F7264", "status": "COMPLETED",
    "totalAmount": 1.38, "paidAmount": 1.38, "returnedAmount": 0, "currency": "USD", "itemCount": 1, "paymentStatus": "SUCCEEDED",
    "createdAt": "2026-01-15T09:30:00.355Z", "completedAt": "2026-01-15T09:30:00.398Z",
    "items": [
        {
            "id": "itm_019bc0fd89c07c3a9d52b8e6f169746d", "type": "PHONE_NUMBER", "status": "DELIVERED",
            "description": "Phone number +14155552671, first month", "quantity": 1, "unitPrice": 1.38,
            "totalPrice": 1.38, "metadata": {"phoneNumber": "+14155552671"},
        },
    ],
}))]
pub struct OrderSummary {
    /// Its id.
    pub id: OrderId,
    /// Its number on receipts.
    #[schema(example = "NL-2026-000042")]
    pub order_number: String,
    /// Where it is.
    pub status: OrderStatus,
    /// What it was opened for.
    pub total_amount: Amount,
    /// What was paid for what was delivered, less refunds.
    pub paid_amount: Amount,
    /// What was given back: for refused and cancelled items, and by refunds.
    #[schema(example = 0)]
    pub returned_amount: Amount,
    /// In which currency.
    pub currency: Currency,
    /// How many items it has.
    pub item_count: usize,
    /// How far it is paid.
    pub payment_status: OrderPaymentStatus,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// Its items.
    pub items: Vec<OrderItem>,
}

/// One line of an order.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "itm_019bc0fd89c07c3a9d52b8e6f169746d", "type": "PHONE_NUMBER", "status": "DELIVERED",
    "description": "Phone number +14155552671, first month", "quantity": 1, "unitPrice": 1.38, "totalPrice": 1.38,
    "metadata": {"phoneNumber": "+14155552671"},
}))]
pub struct OrderItem {
    /// Its id.
    pub id: ItemId,
    /// What kind of thing.
    #[serde(rename = "type")]
    pub item_type: ItemType,
    /// Where it is.
    pub status: ItemState,
    /// For the receipt.
    #[schema(example = "Phone number +14155550123, first month")]
    pub description: String,
    /// How many.
    pub quantity: i64,
    /// What one costs.
    pub unit_price: Amount,
    /// What the line costs.
    pub total_price: Amount,
    /// More about it.
    pub metadata: ItemMetadata,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ItemFault>,
}

/// What an item is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemMetadata {
    /// The number, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+14155550123")]
    pub phone_number: Option<String>,
    /// What its line shows of it, such as `serviceCode` and `verificationId`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub more: serde_json::Map<String, Value>,
}

/// Why an item was refused.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ItemFault {
    /// One of the API's error codes.
    pub code: String,
    /// For people.
    pub message: String,
}

/// A number that an order delivered.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderedNumber {
    /// Its id.
    pub id: NumberId,
    /// The number.
    #[schema(example = "+14155550123")]
    pub phone_number: String,
    /// `ACTIVE`: it was delivered. Ask the number itself for how it is now.
    pub status: &'static str,
    /// When it was delivered.
    pub activated_at: Option<Timestamp>,
}

/// An order, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "ord_019bc0fd89c07c3a9d52b8e6f16f7264", "orderNumber": "NL-20260115-B8E6F16F7264", "status": "COMPLETED",
    "subtotalAmount": 1.38, "taxAmount": 0, "discountAmount": 0, "totalAmount": 1.38, "paidAmount": 1.38, "returnedAmount": 0, "currency": "USD",
    "paymentStatus": "SUCCEEDED", "paymentMethod": "WALLET",
    "items": [
        {
            "id": "itm_019bc0fd89c07c3a9d52b8e6f169746d", "type": "PHONE_NUMBER", "status": "DELIVERED",
            "description": "Phone number +14155552671, first month", "quantity": 1, "unitPrice": 1.38,
            "totalPrice": 1.38, "metadata": {"phoneNumber": "+14155552671"},
        },
    ],
    "numbers": [
        {
            "id": "num_019bc0fd89c07c3a9d52b8e6f16e756d", "phoneNumber": "+14155552671", "status": "ACTIVE",
            "activatedAt": "2026-01-15T09:30:00.398Z",
        },
    ],
    "timeline": [
        {"status": "PENDING", "timestamp": "2026-01-15T09:30:00.355Z", "note": "order opened"},
        {"status": "PROCESSING", "timestamp": "2026-01-15T09:30:00.355Z"},
        {"status": "COMPLETED", "timestamp": "2026-01-15T09:30:00.398Z"},
    ],
    "createdAt": "2026-01-15T09:30:00.355Z", "updatedAt": "2026-01-15T09:30:00.398Z",
    "completedAt": "2026-01-15T09:30:00.398Z",
}))]
pub struct OrderDetails {
    /// Its id.
    pub id: OrderId,
    /// Its number on receipts.
    #[schema(example = "NL-2026-000042")]
    pub order_number: String,
    /// Where it is.
    pub status: OrderStatus,
    /// Before tax and discount.
    pub subtotal_amount: Amount,
    /// Tax.
    #[schema(example = 0)]
    pub tax_amount: Amount,
    /// Discount.
    #[schema(example = 0)]
    pub discount_amount: Amount,
    /// What it was opened for.
    pub total_amount: Amount,
    /// What was paid for what was delivered, less refunds.
    pub paid_amount: Amount,
    /// What was given back: for refused and cancelled items, and by refunds.
    #[schema(example = 0)]
    pub returned_amount: Amount,
    /// In which currency.
    pub currency: Currency,
    /// How far it is paid.
    pub payment_status: OrderPaymentStatus,
    /// `WALLET`: orders are paid from the wallet.
    pub payment_method: Option<&'static str>,
    /// None: no processor takes part in paying an order.
    pub payment_processor: Option<&'static str>,
    /// Its items.
    pub items: Vec<OrderItem>,
    /// The numbers it delivered.
    pub numbers: Vec<OrderedNumber>,
    /// Where the bill goes, if told.
    #[schema(value_type = Option<Object>)]
    pub billing_address: Option<Value>,
    /// What happened, in order.
    pub timeline: Vec<TimelineEntry>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it ended with something delivered, or failed.
    pub completed_at: Option<Timestamp>,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// Since when it stands in lists of archived orders only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
}

/// An order's status and its items'.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "ord_019bc0fd89c07c3a9d52b8e6f16f7264", "status": "COMPLETED", "paymentStatus": "SUCCEEDED",
    "items": [{"phoneNumber": "+14155552671", "status": "DELIVERED"}], "updatedAt": "2026-01-15T09:30:00.398Z",
}))]
pub struct OrderStatusView {
    /// Its id.
    pub id: OrderId,
    /// Where it is.
    pub status: OrderStatus,
    /// How far it is paid.
    pub payment_status: OrderPaymentStatus,
    /// Its items.
    pub items: Vec<ItemStatusView>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An item's status.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemStatusView {
    /// The number.
    #[schema(example = "+14155550123")]
    pub phone_number: String,
    /// Where it is.
    pub status: ItemState,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ItemFault>,
}

/// An account's orders in figures.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"totalOrders": 1, "totalSpent": 1.38, "pendingOrders": 0, "currency": "USD"}))]
pub struct OrdersSummary {
    /// How many.
    pub total_orders: i64,
    /// What the delivered items cost.
    pub total_spent: Amount,
    /// How many are not over.
    pub pending_orders: i64,
    /// In which currency.
    pub currency: Currency,
}

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
        Sums::of(&self.order, &self.items)
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
        details(&OrderWithItems { order, items }, told).map(Some)
    }
}

pub(super) fn currency(code: &str) -> Result<Currency, DbErr> {
    code.parse().map_err(|_| DbErr::Type(format!("a row is in {code:?}")))
}

/// What became of an order's money.
#[derive(Debug, Clone, Copy)]
pub struct Sums {
    /// For delivered items.
    taken: Amount,
    /// Of that, what was paid back since.
    refunded: Amount,
    /// Set aside for items that were not delivered.
    released: Amount,
}

impl Sums {
    fn of(order: &OrderRow, items: &[ItemRow]) -> Result<Self, DbErr> {
        let (mut taken, mut open) = (0_i64, 0_i64);
        for item in items {
            match item.state()? {
                ItemState::Delivered => taken = taken.saturating_add(item.total_price),
                // An item that lost its number before the order opened is no part of the total.
                ItemState::Refused | ItemState::Cancelled => {}
                _ => open = open.saturating_add(item.total_price),
            }
        }
        let released = order.total.saturating_sub(taken).saturating_sub(open);
        let amount = Amount::from_micros;
        Ok(Self { taken: amount(taken), refunded: amount(order.refunded), released: amount(released) })
    }

    /// How far the order is paid.
    fn payment(&self, status: OrderStatus) -> OrderPaymentStatus {
        status.payment(self.taken, self.refunded)
    }

    /// What was paid for what was delivered, less refunds.
    pub fn paid(&self) -> Amount {
        Amount::from_micros(self.taken.micros().saturating_sub(self.refunded.micros()))
    }

    /// What was given back: for refused and cancelled items, and by refunds.
    pub fn returned(&self) -> Amount {
        Amount::from_micros(self.released.micros().saturating_add(self.refunded.micros()))
    }
}

pub(super) fn summary(order: &OrderRow, items: &[ItemRow]) -> Result<OrderSummary, DbErr> {
    let status = order.status()?;
    let sums = Sums::of(order, items)?;
    Ok(OrderSummary {
        id: OrderId::from_uuid(order.id),
        order_number: order.order_number.clone(),
        status,
        total_amount: Amount::from_micros(order.total),
        paid_amount: sums.paid(),
        returned_amount: sums.returned(),
        currency: currency(&order.currency)?,
        item_count: items.len(),
        payment_status: sums.payment(status),
        created_at: order.created_at.into(),
        completed_at: order.completed_at.map(Timestamp::from),
        items: items.iter().map(item).collect::<Result<_, _>>()?,
    })
}

fn item(row: &ItemRow) -> Result<OrderItem, DbErr> {
    Ok(OrderItem {
        id: ItemId::from_uuid(row.id),
        item_type: row.item_type()?,
        status: row.state()?,
        description: row.description.clone(),
        quantity: row.quantity,
        unit_price: Amount::from_micros(row.unit_price),
        total_price: Amount::from_micros(row.total_price),
        metadata: metadata(row),
        error: fault(row),
    })
}

/// What the line shows stands in its detail under `metadata`; without that the subject is the number.
fn metadata(row: &ItemRow) -> ItemMetadata {
    match row.detail.get("metadata").and_then(Value::as_object) {
        Some(shown) => ItemMetadata { phone_number: None, more: shown.clone() },
        None => ItemMetadata { phone_number: Some(row.subject.clone()), more: serde_json::Map::new() },
    }
}

fn fault(row: &ItemRow) -> Option<ItemFault> {
    let (code, message) = row.error_code.clone().zip(row.error_message.clone())?;
    Some(ItemFault { code, message })
}

fn details(found: &OrderWithItems, timeline: Vec<TimelineRow>) -> Result<OrderDetails, DbErr> {
    let OrderWithItems { order, items } = found;
    let status = order.status()?;
    let sums = Sums::of(order, items)?;
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
        order_number: order.order_number.clone(),
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
        items: items.iter().map(item).collect::<Result<_, _>>()?,
        numbers: items.iter().filter_map(delivered).collect(),
        billing_address: order.billing_address.clone(),
        timeline: timeline::timeline(order, timeline)?,
        created_at: order.created_at.into(),
        updated_at: order.updated_at.into(),
        completed_at: order.completed_at.map(Timestamp::from),
        cancelled_at: order.cancelled_at.map(Timestamp::from),
        archived_at: order.archived_at.map(Timestamp::from),
    })
}

pub(super) fn status_view(found: &OrderWithItems) -> Result<OrderStatusView, DbErr> {
    let status = found.order.status()?;
    let items = found
        .items
        .iter()
        .map(|row| Ok(ItemStatusView { phone_number: row.subject.clone(), status: row.state()?, error: fault(row) }));
    Ok(OrderStatusView {
        id: OrderId::from_uuid(found.order.id),
        status,
        payment_status: Sums::of(&found.order, &found.items)?.payment(found.order.status()?),
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
