//! `POST /sms` of a control API: which number gets which text, and when.

use std::collections::HashMap;

use axum::{http::StatusCode, response::Response};
use serde_json::Value;

use crate::kernel::control::refusal;

/// A text that somebody outside asks for, before the twin knows who waits for it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SmsOrder {
    /// The digits of the number, with or without its country code.
    pub(crate) to: Option<String>,
    /// The supplier's id of the allocation.
    pub(crate) id: Option<String>,
    /// Its words; a fresh code without them.
    pub(crate) text: Option<String>,
    /// How much later it arrives.
    pub(crate) delay_ms: u64,
}

impl SmsOrder {
    /// From the query or a JSON body, whatever its content type; what the body says counts more.
    #[expect(clippy::result_large_err, reason = "the error is the answer")]
    pub(crate) fn read(query: Option<&str>, body: &[u8]) -> Result<Self, Response> {
        let mut fields: HashMap<String, String> =
            serde_urlencoded::from_str(query.unwrap_or_default()).map_err(|error| bad(&error.to_string()))?;
        if !body.iter().all(u8::is_ascii_whitespace) {
            let Value::Object(given) = serde_json::from_slice(body).map_err(|error| bad(&error.to_string()))? else {
                return Err(bad("the body must be a JSON object or empty"));
            };
            for (name, value) in given {
                match value {
                    Value::Null => {}
                    Value::String(text) => drop(fields.insert(name, text)),
                    Value::Number(number) => drop(fields.insert(name, number.to_string())),
                    _ => return Err(bad(&format!("{name} must be a text or a number"))),
                }
            }
        }
        Self::from_fields(fields)
    }

    #[expect(clippy::result_large_err, reason = "the error is the answer")]
    fn from_fields(mut fields: HashMap<String, String>) -> Result<Self, Response> {
        let to = fields.remove("to").map(|to| to.chars().filter(char::is_ascii_digit).collect::<String>());
        let delay_ms = match fields.remove("delayMs") {
            Some(text) => text.parse().map_err(|_| bad("delayMs must be a whole number of milliseconds"))?,
            None => 0,
        };
        let order = Self { to, id: fields.remove("id"), text: fields.remove("text"), delay_ms };
        if let Some(unknown) = fields.keys().next() {
            return Err(bad(&format!("unknown field {unknown}: to, id, text and delayMs are known")));
        }
        if order.to.as_deref().is_none_or(str::is_empty) && order.id.as_deref().is_none_or(str::is_empty) {
            return Err(bad("to or id must say who gets the text"));
        }
        Ok(order)
    }
}

/// Whether these digits name this number (its digits with country code): all of it, or all but the country code.
pub(crate) fn same_number(number: &str, digits: &str) -> bool {
    let missing = number.len().saturating_sub(digits.len());
    number.ends_with(digits) && missing <= 3 && digits.len() >= 6
}

fn bad(message: &str) -> Response {
    refusal(StatusCode::BAD_REQUEST, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_and_body_say_the_same() {
        let order = SmsOrder {
            to: Some("14155550123".into()),
            text: Some("hi 1234".into()),
            delay_ms: 50,
            ..SmsOrder::default()
        };
        let query = SmsOrder::read(Some("to=%2B14155550123&text=hi+1234&delayMs=50"), b"");
        assert_eq!(query.expect("good"), order);
        let body = SmsOrder::read(None, br#"{"to":"+1 415 555-0123","text":"hi 1234","delayMs":50}"#);
        assert_eq!(body.expect("good"), order);
        assert_eq!(SmsOrder::read(None, br#"{"id":17}"#).expect("good").id.as_deref(), Some("17"));
        for bad in ["", "text=x", "to=%2B", "to=1&delayMs=soon", "id=1&When=now"] {
            assert!(SmsOrder::read(Some(bad), b" ").is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_are_known_with_and_without_country_code() {
        assert!(same_number("14155550123", "14155550123") && same_number("14155550123", "4155550123"));
        assert!(!same_number("14155550123", "5550123") && !same_number("14155550123", "24155550123"));
    }
}
