//! Twilio's words. Everything but an id may be missing, `""` or null; what is not named here is ignored.
//!
//! Source: Twilio's OpenAPI document (twilio-oai 2.6.7) and what its SDKs read.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A list of numbers on offer. Items are read one by one, so that an odd one spoils nothing.
#[derive(Debug, Deserialize)]
pub(super) struct Available {
    #[serde(default)]
    pub(super) available_phone_numbers: Vec<Value>,
}

/// A number on offer. It has no type and no price: those are the list's and the pricing API's.
#[derive(Debug, Deserialize)]
pub(super) struct AvailableNumber {
    pub(super) phone_number: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) friendly_name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) iso_country: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) locality: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) region: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) address_requirements: Option<String>,
    #[serde(default, deserialize_with = "flags")]
    pub(super) capabilities: Vec<String>,
}

/// The countries with numbers.
#[derive(Debug, Deserialize)]
pub(super) struct Countries {
    #[serde(default)]
    pub(super) countries: Vec<Value>,
}

/// A country with numbers; the keys of `subresource_uris` are the types it has.
#[derive(Debug, Deserialize)]
pub(super) struct Country {
    pub(super) country_code: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) country: Option<String>,
    #[serde(default)]
    pub(super) subresource_uris: Option<HashMap<String, Value>>,
}

/// A page of owned numbers.
#[derive(Debug, Deserialize)]
pub(super) struct OwnedList {
    pub(super) incoming_phone_numbers: Vec<OwnedNumber>,
    #[serde(default, deserialize_with = "text")]
    pub(super) next_page_uri: Option<String>,
}

/// An owned number.
#[derive(Debug, Deserialize)]
pub(super) struct OwnedNumber {
    pub(super) sid: String,
    pub(super) phone_number: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) friendly_name: Option<String>,
    #[serde(default, deserialize_with = "flags")]
    pub(super) capabilities: Vec<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) voice_url: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) status_callback: Option<String>,
}

/// A country's prices.
#[derive(Debug, Deserialize)]
pub(super) struct Prices {
    #[serde(default, deserialize_with = "text")]
    pub(super) price_unit: Option<String>,
    #[serde(default)]
    pub(super) phone_number_prices: Option<Vec<Price>>,
}

/// The price of a type; `current_price` is this account's own.
#[derive(Debug, Deserialize)]
pub(super) struct Price {
    #[serde(default, deserialize_with = "text")]
    pub(super) number_type: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) current_price: Option<String>,
}

/// What regulators want. Items are read one by one.
#[derive(Debug, Deserialize)]
pub(super) struct Regulations {
    pub(super) results: Vec<Value>,
}

/// What is wanted of one sort of owner, `individual` or `business`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Regulation {
    #[serde(default, deserialize_with = "text")]
    pub(super) iso_country: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) number_type: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) end_user_type: Option<String>,
    /// The names of the documents.
    #[serde(default, deserialize_with = "documents")]
    pub(super) requirements: Vec<String>,
}

/// An account.
#[derive(Debug, Deserialize)]
pub(super) struct Account {
    #[serde(default, deserialize_with = "text")]
    pub(super) status: Option<String>,
}

/// An error: Twilio's own form (`code`, `message`) or RFC 9457 (`title`, `detail`, with Twilio's `code`).
#[derive(Debug, Default, Deserialize)]
pub(super) struct Problem {
    #[serde(default, deserialize_with = "text")]
    code: Option<String>,
    #[serde(default, deserialize_with = "text")]
    message: Option<String>,
    #[serde(default, deserialize_with = "text")]
    detail: Option<String>,
    #[serde(default, deserialize_with = "text")]
    title: Option<String>,
}

impl Problem {
    /// Reads an error's body; one that is no JSON (5xx bodies may be HTML) says nothing.
    pub(super) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Twilio's error code.
    pub(super) fn code(&self) -> Option<u32> {
        self.code.as_ref()?.parse().ok()
    }

    /// What it says, in one line of at most 300 characters.
    pub(super) fn message(&self) -> Option<String> {
        let said = self.message.as_ref().or(self.detail.as_ref()).or(self.title.as_ref())?;
        Some(said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect())
    }
}

/// A text or a number as text; `""`, null and any other shape as none.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// The names in `supporting_document`, which is a list of lists.
fn documents<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let requirements = Value::deserialize(deserializer)?;
    let groups = requirements["supporting_document"].as_array().into_iter().flatten();
    let documents = groups.flat_map(|group| group.as_array().map_or(std::slice::from_ref(group), Vec::as_slice));
    Ok(documents.filter_map(|document| document["name"].as_str().map(str::trim)).map(str::to_owned).collect())
}

/// The keys that are true, whatever their case: lists of numbers on offer say `SMS`, owned numbers say `sms`.
fn flags<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let Value::Object(flags) = Value::deserialize(deserializer)? else { return Ok(Vec::new()) };
    let is_set = |value: &Value| match value {
        Value::Bool(set) => *set,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    };
    Ok(flags.into_iter().filter(|(_, value)| is_set(value)).map(|(name, _)| name).collect())
}
