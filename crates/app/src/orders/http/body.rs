//! What a customer asks orders for.

use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use vocab::Amount;

use super::Billing;
use crate::orders::ItemType;

/// An order for things that are not numbers by their own path.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"items": [{"type": "PHONE_NUMBER", "itemId": "+14155552671", "quantity": 1}]}))]
pub struct CreateOrder {
    /// What is ordered. Absent where the order is for one verification code, named by the fields below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[garde(dive)]
    #[schema(min_items = 1)]
    pub items: Vec<CreateOrderItem>,
    /// The service of the one verification code that is ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 64))]
    #[schema(max_length = 64)]
    pub service_code: Option<String>,
    /// Its number's country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 2))]
    #[schema(max_length = 2)]
    pub country: Option<String>,
    /// The supplier to ask first for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 40))]
    #[schema(max_length = 40)]
    pub preferred_provider: Option<String>,
    /// The most that it may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub max_price: Option<Amount>,
    /// Who pays, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub billing: Option<Billing>,
    /// Anything but true is refused: an order completes by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub auto_complete: Option<bool>,
}

/// One thing that is ordered.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateOrderItem {
    /// `PHONE_NUMBER` or `VERIFICATION`.
    #[serde(rename = "type")]
    #[garde(skip)]
    pub item_type: ItemType,
    /// The number, in E.164 form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 64))]
    #[schema(max_length = 64)]
    pub item_id: Option<String>,
    /// One: a number exists once.
    #[garde(range(min = 1, max = 1))]
    #[schema(minimum = 1, maximum = 1)]
    pub quantity: u32,
    /// Another price than the list's. Operators only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub custom_price: Option<Amount>,
    /// The line's own options: `friendlyName` of a number; `serviceCode`, `country`, `preferredProvider` and `maxPrice`
    /// of a verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<serde_json::Map<String, Value>>,
}

/// Why an order is cancelled.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "Ordered twice"}))]
pub struct CancelOrder {
    /// In the customer's words; it stands in the timeline.
    #[serde(default)]
    #[garde(length(max = 500))]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
    /// What was held is always given back; false is refused.
    #[serde(default)]
    #[garde(skip)]
    pub refund_requested: Option<bool>,
}
