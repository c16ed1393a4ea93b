//! TextVerified's words. Only what a thing is known by is required; every enum is open; the rest is ignored.
//!
//! Source: the OpenAPI document of API v2 (3.0.4) at <https://www.textverified.com/docs/api/v2>.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// Where to go next. Its method is GET wherever we follow one.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Link {
    pub(super) href: String,
}

/// An error; both fields may be null, and many errors have no body at all.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Problem {
    #[serde(rename = "errorCode", default, deserialize_with = "lenient")]
    pub(super) code: Option<String>,
    #[serde(rename = "errorDescription", default, deserialize_with = "lenient")]
    pub(super) description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Account {
    pub(super) current_balance: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Service {
    pub(super) service_name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) description: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) capability: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Price {
    pub(super) price: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Inventory {
    pub(super) available_quantity: Value,
}

/// A verification, compact as in the list or expanded as by itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verification {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) number: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) service_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) state: Option<String>,
    #[serde(default)]
    pub(super) total_cost: Value,
    #[serde(default, deserialize_with = "instant")]
    pub(super) created_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "instant")]
    pub(super) ends_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) reuse: Option<Reuse>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reuse {
    #[serde(default, deserialize_with = "instant")]
    pub(super) reusable_until: Option<DateTime<Utc>>,
}

/// A text, polled or pushed; it does not print. Only a pushed one names its reservation, and only a polled one has an id.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sms {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) from: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) to: Option<String>,
    #[serde(default, deserialize_with = "instant")]
    pub(super) created_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) sms_content: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) parsed_code: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) reservation_id: Option<String>,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) links: Option<Links>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Links {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) next: Option<Link>,
}

/// A webhook. The prose of the documentation writes `Data`, its schema `data`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) event: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) idempotency_key: Option<String>,
    #[serde(default, deserialize_with = "instant")]
    pub(super) occurred_at: Option<DateTime<Utc>>,
    #[serde(default, alias = "Data")]
    pub(super) data: Value,
}

/// A value of the expected shape; anything else, null included, as none.
fn lenient<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

/// An instant in ISO 8601; one without an offset is in UTC, as .NET prints it.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Value::String(text) = Value::deserialize(deserializer)? else { return Ok(None) };
    let with_offset = DateTime::parse_from_rfc3339(&text).map(|at| at.to_utc());
    Ok(with_offset.ok().or_else(|| text.parse::<NaiveDateTime>().ok().map(|at| at.and_utc())))
}
