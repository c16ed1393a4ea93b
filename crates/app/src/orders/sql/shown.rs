//! What lists show of orders and their items, which is less than is stored: a page has dozens of rows.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use store::{Columns, DbErr};
use vocab::{
    Amount, Currency,
    id::{ItemId, OrderId},
};

use super::rows::ItemRow;
use crate::orders::{ItemState, ItemType, OrderStatus};

/// What is shown of an order.
#[derive(Debug, Clone)]
pub(in crate::orders) struct ShownOrder {
    pub id: OrderId,
    pub order_number: String,
    pub status: OrderStatus,
    pub currency: Currency,
    pub total: Amount,
    pub refunded: Amount,
    pub created_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
}

impl ShownOrder {
    pub(in crate::orders) const COLUMNS: &str =
        "id, order_number, status, currency, total, refunded, created_at, completed_at";

    /// An order from its [`ShownOrder::COLUMNS`].
    pub(in crate::orders) fn read(row: &mut Columns<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            id: OrderId::from_uuid(row.take()?),
            order_number: row.take()?,
            status: row.word()?,
            currency: row.word()?,
            total: Amount::from_micros(row.take()?),
            refunded: Amount::from_micros(row.take()?),
            created_at: row.take()?,
            completed_at: row.take()?,
        })
    }
}

/// What is shown of an item.
#[derive(Debug, Clone)]
pub(in crate::orders) struct ShownItem {
    pub id: ItemId,
    pub order: OrderId,
    pub item_type: ItemType,
    pub state: ItemState,
    pub description: String,
    pub quantity: i64,
    pub unit_price: Amount,
    pub total_price: Amount,
    pub subject: String,
    /// What its line shows.
    pub metadata: Option<Json>,
    /// Code and message.
    pub error: Option<(String, String)>,
}

impl ShownItem {
    /// Without the rest of an item's detail, which has its offer and may be long.
    pub(in crate::orders) const COLUMNS: &str = "id, order_id, item_type, state, description, quantity, unit_price, \
        total_price, subject, detail -> 'metadata' AS metadata, error_code, error_message";

    /// An item from its [`ShownItem::COLUMNS`] columns; None where an order was joined with none.
    pub(in crate::orders) fn read(row: &mut Columns<'_>) -> Result<Option<Self>, DbErr> {
        let Some(id) = row.take()? else { return Ok(None) };
        Ok(Some(Self {
            id: ItemId::from_uuid(id),
            order: OrderId::from_uuid(row.take()?),
            item_type: row.word()?,
            state: row.word()?,
            description: row.take()?,
            quantity: row.take()?,
            unit_price: Amount::from_micros(row.take()?),
            total_price: Amount::from_micros(row.take()?),
            subject: row.take()?,
            metadata: row.take()?,
            error: row.take::<Option<String>>()?.zip(row.take()?),
        }))
    }
}

impl ItemRow {
    /// What is shown of it.
    pub(in crate::orders) fn shown(mut self) -> Result<ShownItem, DbErr> {
        Ok(ShownItem {
            id: ItemId::from_uuid(self.id),
            order: OrderId::from_uuid(self.order_id),
            item_type: self.item_type()?,
            state: self.state()?,
            description: self.description,
            quantity: self.quantity,
            unit_price: Amount::from_micros(self.unit_price),
            total_price: Amount::from_micros(self.total_price),
            subject: self.subject,
            metadata: self.detail.get_mut("metadata").map(Json::take),
            error: self.error_code.zip(self.error_message),
        })
    }
}
