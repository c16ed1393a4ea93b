//! TextVerified's words ↔ the port's, and the one table of its errors.

use std::time::Duration;

use ports::{
    PortError, RefusalReason,
    supplier::{Allocation, RentalState, RentalStatus, SupplierOffer, SupplierService, Text},
};
use serde_json::{Value, json};
use vocab::{Currency, E164, Money, SecretString};

use super::wire;
use crate::{
    http::Answer,
    rental::{amount, invalid, quoted, scalar, text_id},
};

/// The only country whose numbers TextVerified has.
pub(super) const COUNTRY: &str = "US";

/// After how long a full house of unfinished verifications may have a place again: texts take about that long.
const ROOM_AGAIN: Duration = Duration::from_secs(30);

/// What was asked for, so that an answer nobody knows is read on the safe side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// To tell something.
    Read,
    /// To change something.
    Change,
    /// To sell something: an unknown no may be a yes.
    Purchase,
    /// To tell what became of a purchase, by sending it again under its key ("a purchase that expired without completing
    /// returns 400"), or to sell a number once more ("not eligible" is 400): there any 400 is a no.
    Settled,
}

/// An answer's body, unless it is an error.
pub(super) fn body<T: serde::de::DeserializeOwned>(
    answer: &Answer,
    ask: Ask,
    secret: &SecretString,
) -> Result<T, PortError> {
    if answer.is_success() { answer.json() } else { Err(error(answer, ask, secret)) }
}

/// Success without looking at the body: actions answer 200 and nothing else.
pub(super) fn done(answer: &Answer, secret: &SecretString) -> Result<(), PortError> {
    if answer.is_success() { Ok(()) } else { Err(error(answer, Ask::Change, secret)) }
}

/// The one table of TextVerified's errors: <https://www.textverified.com/docs/api/v2#mock-error-matrix>.
fn error(answer: &Answer, ask: Ask, secret: &SecretString) -> PortError {
    let problem: wire::Problem = serde_json::from_slice(&answer.body).unwrap_or_default();
    let words = problem.description.unwrap_or_else(|| format!("HTTP {} without a readable body", answer.status));
    let message = quoted(&words, secret);
    let code = problem.code.map(|code| quoted(&code, secret));
    let reason = match (answer.status, code.as_deref()) {
        (429, _) => return answer.busy(),
        // The same key is on its way in another request, and nobody knows yet what becomes of that.
        (409, _) if matches!(ask, Ask::Purchase | Ask::Settled) => return PortError::Unknown,
        (500.., _) => return answer.fault(),
        (300..=399, _) => {
            let hint = format!("TEXTVERIFIED_API_URL answers HTTP {}: is it TextVerified's API?", answer.status);
            return PortError::Misconfigured(hint);
        }
        (401 | 403, _) => return PortError::Misconfigured("TextVerified refuses our account this request".to_owned()),
        (_, Some("InsufficientBalance")) => RefusalReason::NoFunds,
        (_, Some("Unavailable")) => RefusalReason::NumberNotAvailable,
        (_, Some("PricingFailure")) => RefusalReason::PriceTooHigh,
        (_, Some("TooManyUnfinishedVerifications")) if ask != Ask::Settled => {
            return PortError::Busy { retry_after: ROOM_AGAIN };
        }
        (400, _) if ask == Ask::Settled => RefusalReason::Other,
        _ if matches!(ask, Ask::Purchase | Ask::Settled) => {
            let status = answer.status;
            tracing::warn!(vendor = "text_verified", status, code, "a purchase met an answer that is not known");
            return PortError::Unknown;
        }
        (404, _) => RefusalReason::NotFound,
        (400, None) => RefusalReason::Invalid,
        _ => RefusalReason::Other,
    };
    PortError::refused(reason, code, message)
}

/// Account credits are dollars.
pub(super) fn credits(value: &Value) -> Option<Money> {
    amount(value).map(|amount| Money::new(amount, Currency::USD))
}

pub(super) fn services(services: Vec<wire::Service>) -> Vec<SupplierService> {
    // What takes only calls cannot receive a text. The words' case matters.
    let texts = |service: &wire::Service| service.capability.as_deref() != Some("voice");
    let service = |service: wire::Service| SupplierService {
        title: service.description.filter(|title| !title.is_empty()).unwrap_or_else(|| service.service_name.clone()),
        code: service.service_name,
        market: None,
    };
    services.into_iter().filter(texts).map(service).collect()
}

/// What pricing wants; all five are required.
pub(super) fn price_question(service: &str) -> Value {
    json!({"serviceName": service, "areaCode": false, "carrier": false, "numberType": "mobile", "capability": "sms"})
}

/// What inventory wants.
pub(super) fn stock_question(service: &str) -> Value {
    json!({"serviceName": service, "numberType": "mobile", "capability": "sms"})
}

pub(super) fn offer(service: &str, price: &wire::Price, stock: &wire::Inventory) -> Result<SupplierOffer, PortError> {
    let cost = credits(&price.price).filter(|cost| cost.amount.is_positive()).ok_or(PortError::Unknown)?;
    let count = scalar(&stock.available_quantity).and_then(|count| count.parse::<u64>().ok());
    Ok(SupplierOffer {
        service: service.to_owned(),
        country: COUNTRY.to_owned(),
        count: count.map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX)),
        cost,
    })
}

/// A purchase's body.
pub(super) fn purchase(service: &str, max_cost: Option<Money>) -> Result<Value, PortError> {
    let mut body = json!({"serviceName": service, "capability": "sms"});
    if let Some(max) = max_cost {
        if max.currency != Currency::USD {
            return Err(invalid("the most to be paid must be in USD at TextVerified"));
        }
        body["maxPrice"] = json!(max.amount);
    }
    Ok(body)
}

/// A verification as a number that is ours. Without a number that can be called, what was bought is in doubt.
pub(super) fn allocation(verification: &wire::Verification) -> Result<Allocation, PortError> {
    let number = verification.number.as_deref().and_then(number);
    if number.is_none() {
        tracing::warn!(vendor = "text_verified", id = verification.id, "a verification without a readable number");
    }
    Ok(Allocation {
        reference: verification.id.clone(),
        number: number.ok_or(PortError::Unknown)?,
        cost: credits(&verification.total_cost),
        ends_at: verification.ends_at,
    })
}

/// Numbers come as ten digits, without the country's 1.
pub(super) fn number(text: &str) -> Option<E164> {
    let text = text.trim();
    match text.len() {
        10 => format!("+1{text}").parse().ok(),
        _ => format!("+{}", text.trim_start_matches('+')).parse().ok(),
    }
}

/// A verification's state. One that was reused or reactivated had its text first.
pub(super) fn state(word: Option<&str>) -> RentalState {
    match word.unwrap_or_default().strip_prefix("verification").unwrap_or_default() {
        "Pending" => RentalState::Waiting,
        "Completed" | "Reused" | "Reactivated" => RentalState::Received,
        "Canceled" => RentalState::Cancelled,
        "TimedOut" => RentalState::TimedOut,
        "Reported" => RentalState::Reported,
        "Refunded" => RentalState::Refunded,
        _ => RentalState::Unclear,
    }
}

/// State and texts, which were asked for one after the other: a text decides.
pub(super) fn status(state: RentalState, texts: Vec<Text>) -> RentalStatus {
    let state = if state == RentalState::Waiting && !texts.is_empty() { RentalState::Received } else { state };
    RentalStatus { state, texts }
}

/// Texts, oldest first.
pub(super) fn texts(page: Vec<wire::Sms>, key: &SecretString) -> Vec<Text> {
    let mut texts: Vec<Text> = page.into_iter().map(|sms| text(sms, key)).collect();
    texts.sort_by_key(|text| text.at);
    texts
}

/// A text under a name that is the same pushed and polled: a pushed one has no id of the vendor's.
pub(super) fn text(sms: wire::Sms, key: &SecretString) -> Text {
    let to = sms.to.as_deref().and_then(number).map_or_else(String::new, |number| number.to_string());
    let at = sms.created_at.map_or_else(String::new, |at| at.timestamp_micros().to_string());
    let words = sms.sms_content.as_deref().unwrap_or_default();
    let id = text_id(key, &[&to, &at, words, sms.parsed_code.as_deref().unwrap_or_default()]);
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    Text {
        id,
        text: filled(sms.sms_content),
        code: filled(sms.parsed_code),
        from: filled(sms.from),
        at: sms.created_at,
    }
}
