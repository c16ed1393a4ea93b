//! What can be rented, where and for how much, in the protocol's lists.

use serde_json::{Map, Value, json};

use super::{
    Market,
    model::{Answer, Params, Reply, other},
};
use crate::suppliers::{Country, Service};

pub(super) fn countries() -> Reply {
    let one = |country: &Country| {
        let name = country.name;
        let shown = json!({
            "id": country.id, "rus": name, "eng": name, "chn": name, "visible": 1, "retry": 1, "rent": 0, "multiService": 0,
        });
        (country.id.to_string(), shown)
    };
    Reply::Json(Value::Object(Country::all().iter().map(one).collect()))
}

pub(super) async fn services(market: &Market, params: &Params) -> Answer {
    let country = match params.country() {
        Ok(country) => country.map(|country| country.code),
        Err(reply) => return Ok(reply),
    };
    let lines = market.verifications.price_list(None, country).await.map_err(other)?;
    let mut names: Map<String, Value> = Map::new();
    for line in lines {
        names.insert(line.service.code, Value::String(line.service.name));
    }
    let list: Vec<Value> = names.into_iter().map(|(code, name)| json!({ "code": code, "name": name })).collect();
    Ok(Reply::Json(json!({ "status": "success", "services": list })))
}

pub(super) async fn stock(market: &Market, params: &Params) -> Answer {
    let country = match params.country() {
        Ok(country) => country.map(|country| country.code),
        Err(reply) => return Ok(reply),
    };
    let lines = market.verifications.price_list(None, country).await.map_err(other)?;
    let mut counts: Map<String, Value> = Map::new();
    for line in lines {
        let key = format!("{}_0", line.service.code);
        let before = counts.get(&key).and_then(Value::as_i64).unwrap_or(0);
        counts.insert(key, json!(before + line.stock));
    }
    Ok(Reply::Json(Value::Object(counts)))
}

pub(super) async fn prices(market: &Market, params: &Params) -> Answer {
    let country = match params.country() {
        Ok(country) => country.map(|country| country.code),
        Err(reply) => return Ok(reply),
    };
    let service = params.get("service").map(|text| Service::named(text).code);
    let lines = market.verifications.price_list(service.as_deref(), country).await.map_err(other)?;
    let mut all: Map<String, Value> = Map::new();
    for line in lines {
        let Some(country) = Country::coded(line.country) else { continue };
        let own = all.entry(country.id.to_string()).or_insert_with(|| json!({}));
        own[line.service.code] = json!({ "cost": line.price.amount, "count": line.stock });
    }
    Ok(Reply::Json(Value::Object(all)))
}
