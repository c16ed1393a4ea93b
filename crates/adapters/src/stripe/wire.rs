//! Stripe's words. Only an id is ever required; every enum is open; what is not named here is ignored.
//!
//! Source: the official SDK 16.1.0, generated from Stripe's OpenAPI document of version `2026-10-28.endive`.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// A PaymentIntent.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) amount: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) amount_received: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) currency: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) client_secret: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) metadata: Option<HashMap<String, String>>,
    /// An id, or the whole object where it was expanded.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) payment_method: Option<Expandable<Method>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) last_payment_error: Option<Failure>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) next_action: Option<NextAction>,
}

/// An id, or the object itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Expandable<T> {
    Id(String),
    Object(T),
}

/// A PaymentMethod.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Method {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) card: Option<Card>,
}

/// What may be shown of a card.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Card {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) brand: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) last4: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) exp_month: Option<u8>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) exp_year: Option<u16>,
}

/// What the payer has to do.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct NextAction {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) redirect_to_url: Option<Redirect>,
}

/// Where the payer has to go.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Redirect {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) url: Option<String>,
}

/// An error, as an answer's `error` and as an intent's `last_payment_error`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Failure {
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) code: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) decline_code: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) message: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) payment_intent: Option<Box<Intent>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) payment_method: Option<Expandable<Method>>,
}

/// The body of an answer that is an error.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Problem {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) error: Option<Failure>,
}

/// A thing of which only the id matters.
#[derive(Debug, Deserialize)]
pub(super) struct Identified {
    pub(super) id: String,
}

/// An event.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Event {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) data: Option<EventData>,
}

/// What an event is about, as it then stood.
#[derive(Debug, Deserialize)]
pub(super) struct EventData {
    #[serde(default)]
    pub(super) object: Value,
}

/// A value of the expected shape; anything else, null included, as none.
fn lenient<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}
