//! The rows of orders and their items.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use store::{DbErr, FromQueryResult};
use uuid::Uuid;
use vocab::{
    Amount, Money,
    id::{AccountId, ItemId, OrderId},
};

use crate::orders::{Item, ItemState, ItemType, OrderStatus};

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
    pub refunded: i64,
    pub archived_at: Option<DateTime<Utc>>,
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
pub(in crate::orders) struct TimelineRow {
    pub status: String,
    pub note: Option<String>,
    pub at: DateTime<Utc>,
}

/// Reads a word that only we have written.
pub(super) fn stored<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("a row holds {text:?}")))
}

impl OrderRow {
    pub(in crate::orders) fn status(&self) -> Result<OrderStatus, DbErr> {
        stored(&self.status)
    }
}

impl ItemRow {
    pub(in crate::orders) fn state(&self) -> Result<ItemState, DbErr> {
        stored(&self.state)
    }

    pub(in crate::orders) fn item_type(&self) -> Result<ItemType, DbErr> {
        stored(&self.item_type)
    }

    pub(in crate::orders) fn item(&self) -> Result<Item, DbErr> {
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

pub(in crate::orders) const ORDER: &str = "id, order_number, status, currency, subtotal, tax, discount, total, billing_address, created_at, \
    updated_at, completed_at, cancelled_at, refunded, archived_at";
pub(in crate::orders) const ITEM: &str = "id, order_id, account_id, item_type, state, state_since, placing_since, description, quantity, unit_price, \
    total_price, currency, subject, detail, delivered_id, error_code, error_message";
