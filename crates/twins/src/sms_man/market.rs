//! What SMS-Man tells without selling anything.

use serde_json::{Map, Value, json};

use super::{
    Twin,
    api::{Params, two_places},
    error::Failure,
    state,
};
use crate::rental::{COUNTRIES, Country, SERVICES, Service};

/// `{"balance":"799.70"}`.
pub(super) fn balance(twin: &Twin, _: &Params) -> Result<Value, Failure> {
    Ok(twin.journal.read(|account| json!({ "balance": two_places(account.balance()) })))
}

/// An object by id.
pub(super) fn countries(_: &Twin, _: &Params) -> Result<Value, Failure> {
    let entry = |country: &Country| {
        let id = country.id.to_string();
        (id.clone(), json!({ "id": id, "title": country.title, "code": country.iso }))
    };
    Ok(Value::Object(COUNTRIES.iter().map(entry).collect()))
}

/// An object by id.
pub(super) fn applications(_: &Twin, _: &Params) -> Result<Value, Failure> {
    let entry = |service: &Service| {
        let id = service.id.to_string();
        (id.clone(), json!({ "id": id, "title": service.title, "code": service.code }))
    };
    Ok(Value::Object(SERVICES.iter().map(entry).collect()))
}

/// A list with everything as text, as SMS-Man documents it.
pub(super) fn limits(twin: &Twin, params: &Params) -> Result<Value, Failure> {
    let (countries, services) = (chosen_countries(params)?, chosen_services(params)?);
    let limits = twin.journal.read(|account| {
        let all = countries.iter().flat_map(|country| services.iter().map(move |service| (country, service)));
        let limit = |(country, service): (&&Country, &&Service)| {
            json!({
                "application_id": service.id.to_string(),
                "country_id": country.id.to_string(),
                "numbers": account.stock(country, service).count.to_string(),
            })
        };
        all.map(limit).collect()
    });
    Ok(Value::Array(limits))
}

/// `{country: {application: {cost, count}}}`.
pub(super) fn prices(twin: &Twin, params: &Params) -> Result<Value, Failure> {
    let countries = chosen_countries(params)?;
    let services = chosen_services(params)?;
    let prices = twin.journal.read(|account| {
        let of_country = |country: &&Country| {
            let offer = |service: &&Service| {
                let stock = account.stock(country, service);
                (service.id.to_string(), json!({ "cost": two_places(stock.cost), "count": stock.count }))
            };
            (country.id.to_string(), Value::Object(services.iter().map(offer).collect()))
        };
        countries.iter().map(of_country).collect::<Map<_, _>>()
    });
    Ok(Value::Object(prices))
}

fn chosen_countries(params: &Params) -> Result<Vec<&'static Country>, Failure> {
    match params.get("country_id") {
        None | Some("0") => Ok(COUNTRIES.iter().collect()),
        Some(id) => {
            let country = id.parse().ok().and_then(state::country);
            Ok(vec![country.ok_or(Failure::WrongCountry)?])
        }
    }
}

fn chosen_services(params: &Params) -> Result<Vec<&'static Service>, Failure> {
    match params.get("application_id") {
        None => Ok(SERVICES.iter().collect()),
        Some(id) => {
            let service = id.parse().ok().and_then(state::application);
            Ok(vec![service.ok_or(Failure::WrongApplication)?])
        }
    }
}
