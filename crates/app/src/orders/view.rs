//! Orders as the API shows them (seed 004 §5).

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use vocab::{
    Amount, Currency,
    id::{ItemId, NumberId, OrderId},
};

use super::{ItemState, ItemType, OrderPaymentStatus, OrderStatus, timeline::TimelineEntry};
use crate::web::time::Timestamp;

/// An order in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "ord_019bc0fd89c07c3a9d52b8e6f16f7264", "orderNumber": "NL-20260115-B8E6F16F7264", "status": "COMPLETED",
    "totalAmount": 1.38, "paidAmount": 1.38, "returnedAmount": 0, "currency": "USD", "itemCount": 1,
    "paymentStatus": "SUCCEEDED", "createdAt": "2026-01-15T09:30:00.355Z", "completedAt": "2026-01-15T09:30:00.398Z",
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
    pub order_number: String,
    /// Where it is.
    pub status: OrderStatus,
    /// What it was opened for.
    pub total_amount: Amount,
    /// What was paid for what was delivered, less refunds.
    pub paid_amount: Amount,
    /// What was given back: for refused and cancelled items, and by refunds.
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
    #[schema(example = "+14155552671")]
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
    #[schema(example = "+14155552671")]
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
    "subtotalAmount": 1.38, "taxAmount": 0, "discountAmount": 0, "totalAmount": 1.38,
    "paidAmount": 1.38, "returnedAmount": 0, "currency": "USD", "paymentStatus": "SUCCEEDED", "paymentMethod": "WALLET",
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
    pub order_number: String,
    /// Where it is.
    pub status: OrderStatus,
    /// Before tax and discount.
    pub subtotal_amount: Amount,
    /// Tax.
    pub tax_amount: Amount,
    /// Discount.
    pub discount_amount: Amount,
    /// What it was opened for.
    pub total_amount: Amount,
    /// What was paid for what was delivered, less refunds.
    pub paid_amount: Amount,
    /// What was given back: for refused and cancelled items, and by refunds.
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
    #[schema(example = "+14155552671")]
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
