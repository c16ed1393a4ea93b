//! SMS-Man's words ↔ the port's, and the one table of its errors.

use ports::{
    PortError, RefusalReason,
    supplier::{Allocation, RentalState, RentalStatus, SupplierCountry, SupplierOffer, SupplierService, Text},
};
use serde_json::Value;
use vocab::{CountryCode, Currency, Money, SecretString};

use super::wire::{self, Object};
use crate::{
    http::{Answer, Effect},
    rental::{amount, quoted, scalar, text_id},
};

/// What became of setting an allocation's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// It is set.
    Done,
    /// The allocation is in a state that forbids it, most often because it is over.
    Wrong,
    /// Not yet.
    TooEarly,
}

/// An answer's body, unless it is an error.
pub(super) fn value(answer: &Answer, token: &SecretString) -> Result<Value, PortError> {
    let value = body(answer)?;
    match value.as_object().and_then(wire::error_code) {
        Some(code) => Err(error(answer, &code, value.as_object(), token)),
        None => Ok(value),
    }
}

/// An answer's body, be it an error that SMS-Man words as JSON; those come with 200 and with 400.
fn body(answer: &Answer) -> Result<Value, PortError> {
    let parsed =
        serde_json::from_slice::<Value>(&answer.body).ok().filter(|value| value.is_object() || value.is_array());
    let worded = parsed.as_ref().and_then(Value::as_object).is_some_and(|object| wire::error_code(object).is_some());
    match (answer.status, parsed) {
        (429, _) => Err(answer.busy()),
        (500.., _) => Err(answer.fault()),
        (_, Some(value)) if answer.is_success() || worded => Ok(value),
        // A page of HTML in place of the answer: what was done, it does not tell.
        (200..=299, _) => Err(PortError::Unknown),
        (status @ (300..=399 | 401 | 403), _) => {
            Err(PortError::Misconfigured(format!("SMSMAN_API_URL answers HTTP {status}: is it SMS-Man's API?")))
        }
        (status, _) => Err(unclear(answer, &format!("HTTP {status}"), "no readable body".to_owned())),
    }
}

/// The one table of SMS-Man's errors. `wrong_token`, `no_numbers` and `balance` are in the official package; the other
/// names were seen in clients only. A purchase that meets a code we do not know may have been made.
fn error(answer: &Answer, code: &str, object: Option<&Object>, token: &SecretString) -> PortError {
    let message = quoted(&object.map(wire::error_message).unwrap_or_default(), token);
    let reason = match code.to_ascii_lowercase().as_str() {
        "wrong_token" | "bad_token" => {
            return PortError::Misconfigured("SMS-Man refuses SMSMAN_API_KEY".to_owned());
        }
        "no_numbers" | "no_free_phones" => RefusalReason::NumberNotAvailable,
        "balance" | "not_enough_balance" => RefusalReason::NoFunds,
        "wrong_service_id" | "wrong_application_id" | "wrong_country_id" => RefusalReason::Invalid,
        "wrong_request_id" => RefusalReason::NotFound,
        _ => return unclear(answer, &quoted(code, token), message),
    };
    PortError::refused(reason, code.to_owned(), message)
}

/// An answer that we do not understand: a no, except to a purchase.
fn unclear(answer: &Answer, code: &str, message: String) -> PortError {
    if answer.effect == Effect::Once {
        tracing::warn!(vendor = "sms_man", code, words = message, "a purchase met an answer that is not known");
        return PortError::Unknown;
    }
    PortError::refused(RefusalReason::Other, code.to_owned(), message)
}

pub(super) fn balance(value: &Value, currency: Currency) -> Result<Money, PortError> {
    let balance = value.get("balance").and_then(amount).ok_or(PortError::Unknown)?;
    Ok(Money::new(balance, currency))
}

pub(super) fn services(value: &Value) -> Vec<SupplierService> {
    let service = |(code, object): (String, &Object)| {
        let title = wire::field(object, "title").or_else(|| wire::field(object, "name"))?;
        Some(SupplierService { code, title, market: wire::field(object, "code") })
    };
    wire::keyed(value).into_iter().filter_map(service).collect()
}

pub(super) fn countries(value: &Value) -> Vec<SupplierCountry> {
    let country = |(code, object): (String, &Object)| {
        let title = wire::field(object, "title").or_else(|| wire::field(object, "name"))?;
        let country = wire::field(object, "code").and_then(|code| iso(&code));
        Some(SupplierCountry { code, title, country })
    };
    wire::keyed(value).into_iter().filter_map(country).collect()
}

/// Suppliers call the United Kingdom by its better-known letters, which ISO 3166 only reserves.
fn iso(code: &str) -> Option<CountryCode> {
    let code: CountryCode = code.parse().ok()?;
    if code.as_str() == "UK" { "GB".parse().ok() } else { Some(code) }
}

/// Offers with a price; one without a count is one without stock.
pub(super) fn offers(value: &Value, country: Option<&str>, currency: Currency) -> Vec<SupplierOffer> {
    let offer = |price: wire::Price<'_>| {
        let cost = amount(price.cost).filter(|cost| cost.is_positive())?;
        let count = price.count.and_then(scalar).and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
        Some(SupplierOffer {
            service: price.application,
            country: price.country,
            count: u32::try_from(count).unwrap_or(u32::MAX),
            cost: Money::new(cost, currency),
        })
    };
    let offers = wire::prices(value, country).into_iter().filter_map(offer);
    offers.filter(|offer| country.is_none_or(|country| offer.country == country)).collect()
}

/// A purchase. Without an id or a number that can be called it is one in doubt, and the log names what it says.
pub(super) fn allocation(value: &Value) -> Result<Allocation, PortError> {
    let text = |name| value.get(name).and_then(scalar);
    let (reference, number) = (text("request_id"), text("number"));
    let readable = number.as_deref().and_then(|number| format!("+{}", number.trim_start_matches('+')).parse().ok());
    match (reference, readable) {
        (Some(reference), Some(number)) => Ok(Allocation { reference, number, cost: None, ends_at: None }),
        (reference, _) => {
            tracing::warn!(vendor = "sms_man", request_id = reference, "a purchase without a readable number");
            Err(PortError::Unknown)
        }
    }
}

/// `get-sms`: the latest code, or an error that tells why there is none.
pub(super) fn status(answer: &Answer, reference: &str, token: &SecretString) -> Result<RentalStatus, PortError> {
    let value = body(answer)?;
    if let Some(code) = value.get("sms_code").and_then(scalar) {
        let id = text_id(token, &[reference, &code]);
        let text = value.get("sms_text").and_then(scalar);
        let texts = vec![Text { id, text, code: Some(code), from: None, at: None }];
        return Ok(RentalStatus { state: RentalState::Received, texts });
    }
    let object = value.as_object().ok_or(PortError::Unknown)?;
    let Some(code) = wire::error_code(object) else {
        return Ok(RentalStatus { state: RentalState::Waiting, texts: Vec::new() });
    };
    let state = match code.to_ascii_lowercase().as_str() {
        "wait_sms" => RentalState::Waiting,
        "canceled" | "cancelled" => RentalState::Cancelled,
        "wrong_status" => RentalState::Closed,
        _ => return Err(error(answer, &code, Some(object), token)),
    };
    Ok(RentalStatus { state, texts: Vec::new() })
}

/// `set-status`: only an explicit success is one.
pub(super) fn set(answer: &Answer, token: &SecretString) -> Result<Set, PortError> {
    let value = body(answer)?;
    let object = value.as_object().ok_or(PortError::Unknown)?;
    match wire::error_code(object).map(|code| code.to_ascii_lowercase()).as_deref() {
        None if object.get("success").is_some_and(wire::truthy) => Ok(Set::Done),
        None => Err(PortError::Unknown),
        Some("wrong_status") => Ok(Set::Wrong),
        // No lock is documented here; the sister protocol on the same host calls it EARLY_CANCEL_DENIED.
        Some(code) if code.contains("early") => Ok(Set::TooEarly),
        Some(code) => Err(error(answer, code, Some(object), token)),
    }
}
