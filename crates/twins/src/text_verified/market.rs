//! What TextVerified tells without selling anything.

use serde::Deserialize;
use serde_json::{Value, json};
use vocab::Amount;

use super::{
    api::{Answer, Call},
    error::Failure,
    mock,
    state::Account,
};
use crate::rental::{AREA_CODES, SERVICES, Service};

/// More than this is told as this.
const MOST_TOLD: u32 = 9000;
/// What a choice of area code or of carrier adds to the price.
const EXTRA: Amount = Amount::from_micros(250_000);

/// A kind of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum NumberType {
    Mobile,
    Voip,
    Landline,
}

/// What a number can receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Capability {
    Sms,
    Voice,
    SmsAndVoiceCombo,
}

pub(super) fn account(call: &Call<'_>) -> Result<Answer, Failure> {
    let balance = call.journal.read(Account::balance);
    Ok(Answer::ok(json!({ "username": call.username, "currentBalance": balance })))
}

/// A plain array. There are only mobile numbers that receive texts; documented mocks are not among the services.
pub(super) fn services(call: &Call<'_>) -> Result<Answer, Failure> {
    let kind: NumberType = word(call, "numberType")?;
    let reservation = call.query.get("reservationType").map(String::as_str).unwrap_or_default();
    if !["verification", "renewable", "nonrenewable"].contains(&reservation) {
        return Err(Failure::invalid("reservationType must be verification, renewable or nonrenewable."));
    }
    let listed = SERVICES.iter().filter(|_| kind == NumberType::Mobile && reservation == "verification");
    let show =
        |service: &Service| json!({ "serviceName": service.name(), "description": service.title, "capability": "sms" });
    Ok(Answer::ok(listed.map(show).collect()))
}

pub(super) fn area_codes(_: &Call<'_>) -> Result<Answer, Failure> {
    let areas = AREA_CODES.iter().map(|(code, state)| json!({ "areaCode": code, "state": state }));
    Ok(Answer::ok(areas.collect()))
}

pub(super) fn webhook_events(_: &Call<'_>) -> Result<Answer, Failure> {
    Ok(Answer::ok(json!([
        "v2.rental.billingcycle.renewed",
        "v2.rental.billingcycle.expired",
        "v2.sms.received",
        "v2.rental.backorder.fulfilled",
        "v2.reservation.created",
    ])))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PriceCheck {
    service_name: String,
    area_code: bool,
    carrier: bool,
    number_type: NumberType,
    capability: Capability,
}

pub(super) fn price(call: &Call<'_>) -> Result<Answer, Failure> {
    let check: PriceCheck = call.body()?;
    let show = |price: Amount| Answer::ok(json!({ "serviceName": check.service_name, "price": price }));
    if mock::is_service(&check.service_name) {
        return Ok(show(mock::PRICE).mocked());
    }
    let service = offered(&check.service_name, check.number_type, check.capability)?;
    let cost = call.journal.read(|account| account.stock(service).cost);
    Ok(show(total(cost, check.area_code, check.carrier)?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InventoryCheck {
    service_name: String,
    number_type: NumberType,
    capability: Capability,
}

pub(super) fn inventory(call: &Call<'_>) -> Result<Answer, Failure> {
    let check: InventoryCheck = call.body()?;
    let show = |count: u32| Answer::ok(json!({ "availableQuantity": count }));
    if mock::is_service(&check.service_name) {
        return Ok(show(mock::inventory(&check.service_name)).mocked());
    }
    let service = offered(&check.service_name, check.number_type, check.capability)?;
    Ok(show(call.journal.read(|account| account.stock(service).count.min(MOST_TOLD))))
}

/// The service, if it can be had with such a number.
pub(super) fn offered(name: &str, kind: NumberType, can: Capability) -> Result<&'static Service, Failure> {
    let service = SERVICES.iter().find(|service| service.name() == name);
    let service = service.ok_or_else(|| Failure::invalid(format!("{name} is no service.")))?;
    if kind != NumberType::Mobile || can != Capability::Sms {
        return Err(Failure::bad("Unavailable", "The service is not available with these options."));
    }
    Ok(service)
}

/// The price with its extras.
pub(super) fn total(cost: Amount, area_code: bool, carrier: bool) -> Result<Amount, Failure> {
    let extras = i64::from(area_code) + i64::from(carrier);
    let total = EXTRA.times(extras).and_then(|extra| cost.checked_add(extra));
    total.ok_or_else(|| Failure::bad("PricingFailure", "The price is out of range."))
}

fn word<T: serde::de::DeserializeOwned>(call: &Call<'_>, name: &str) -> Result<T, Failure> {
    let text = call.query.get(name).cloned().unwrap_or_default();
    serde_json::from_value(Value::String(text)).map_err(|error| Failure::invalid(format!("{name}: {error}")))
}
