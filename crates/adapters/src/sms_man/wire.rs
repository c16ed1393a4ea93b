//! SMS-Man's words. Clients disagree on many shapes, so every field is read leniently: ids and prices as number or
//! text, lists as list or object.
//!
//! Source: the API page at <https://sms-man.com/api>, the official package `smsmanpy` 0.0.5 and independent clients.

use serde_json::{Map, Value};

use crate::rental::scalar;

/// An answer that is an object: everything but some lists is.
pub(super) type Object = Map<String, Value>;

/// The error that an answer names. A waiting number has one too (`wait_sms`), beside all its fields, so a missing
/// `success` proves nothing.
pub(super) fn error_code(object: &Object) -> Option<String> {
    let code = object.get("error_code").and_then(scalar);
    let failed = object.get("success").is_some_and(|success| !truthy(success));
    code.or_else(|| failed.then(String::new))
}

/// The error's words: a text, or an object such as `{"token":"…"}`.
pub(super) fn error_message(object: &Object) -> String {
    match object.get("error_msg") {
        Some(Value::Object(reasons)) => {
            let reason =
                |(field, reason): (&String, &Value)| format!("{field}: {}", scalar(reason).unwrap_or_default());
            reasons.iter().map(reason).collect::<Vec<_>>().join("; ")
        }
        Some(message) => scalar(message).unwrap_or_default(),
        None => String::new(),
    }
}

/// `true` as PHP servers print it.
pub(super) fn truthy(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        other => matches!(scalar(other).as_deref(), Some("true" | "1")),
    }
}

/// A field's number or text.
pub(super) fn field(object: &Object, name: &str) -> Option<String> {
    object.get(name).and_then(scalar)
}

/// The things in a list, or in an object keyed by their ids, each with its id.
pub(super) fn keyed(value: &Value) -> Vec<(String, &Object)> {
    let with = |key: Option<&String>, value| {
        let object: &Object = Value::as_object(value)?;
        Some((field(object, "id").or_else(|| key.cloned())?, object))
    };
    match value {
        Value::Array(list) => list.iter().filter_map(|value| with(None, value)).collect(),
        Value::Object(map) => map.iter().filter_map(|(key, value)| with(Some(key), value)).collect(),
        _ => Vec::new(),
    }
}

/// A price, as deep in the answer as it was found.
#[derive(Debug, PartialEq)]
pub(super) struct Price<'a> {
    pub(super) country: String,
    pub(super) application: String,
    pub(super) cost: &'a Value,
    pub(super) count: Option<&'a Value>,
}

/// All prices of `get-prices`: nested `{country:{application:{cost,count}}}`, or items that name their ids, in a list or
/// an object. `asked` is the country that was asked for.
pub(super) fn prices<'a>(value: &'a Value, asked: Option<&str>) -> Vec<Price<'a>> {
    let mut found = Vec::new();
    collect(value, asked, &mut Vec::new(), &mut found);
    found
}

/// Deeper than any variant seen.
const MAX_DEPTH: usize = 4;

fn collect<'a>(value: &'a Value, asked: Option<&str>, path: &mut Vec<&'a str>, found: &mut Vec<Price<'a>>) {
    if path.len() > MAX_DEPTH {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect(value, asked, path, found)),
        Value::Object(object) => match object.get("cost").filter(|cost| !cost.is_object()) {
            Some(cost) => found.extend(price(object, cost, asked, path)),
            None => object.iter().for_each(|(key, value)| {
                path.push(key);
                collect(value, asked, path, found);
                path.pop();
            }),
        },
        _ => {}
    }
}

/// The ids that an item names itself count, then the country that was asked for, then the keys that led to the item.
fn price<'a>(object: &'a Object, cost: &'a Value, asked: Option<&str>, path: &[&str]) -> Option<Price<'a>> {
    let mut keys = path.iter().rev().map(|key| (*key).to_owned());
    let application = field(object, "application_id").or_else(|| keys.next())?;
    let country = field(object, "country_id").or_else(|| asked.map(str::to_owned)).or_else(|| keys.next())?;
    Some(Price { country, application, cost, count: object.get("count") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_shape_of_prices_tells_the_same() {
        let item = json!({"application_id": "1", "country_id": 5, "cost": "0.40", "count": "37"});
        let sparse = json!({"application_id": 1, "cost": "0.40", "count": "37"});
        let leaf = json!({"cost": "0.40", "count": "37"});
        for (value, asked) in [
            (json!({"5": {"1": leaf.clone()}}), None),
            (json!({"5": {"1": leaf.clone()}}), Some("5")),
            (json!({"1": leaf}), Some("5")),
            (json!([item.clone()]), None),
            (json!({"0": item.clone()}), Some("5")),
            (json!({"1": item}), None),
            (json!([sparse.clone()]), Some("5")),
            (json!({"0": sparse}), Some("5")),
        ] {
            let found = prices(&value, asked);
            let ids: Vec<_> = found.iter().map(|price| (price.country.as_str(), price.application.as_str())).collect();
            assert_eq!(ids, [("5", "1")], "{value}");
            assert_eq!((found[0].cost, found[0].count), (&json!("0.40"), Some(&json!("37"))));
        }
        for value in [json!([]), json!({}), json!("x"), json!({"1": {"cost": 1}}), json!([[[[[[[{"cost": 1}]]]]]]])] {
            assert!(prices(&value, None).is_empty(), "{value}");
        }
    }

    #[test]
    fn errors_of_every_shape() {
        let read = |value: Value| {
            let Value::Object(object) = value else { panic!("an object") };
            (error_code(&object), error_message(&object))
        };
        let wrong = json!({"success": false, "error_code": "wrong_token", "error_msg": "Wrong token"});
        assert_eq!(read(wrong), (Some("wrong_token".to_owned()), "Wrong token".to_owned()));
        let object = json!({"error_code": "wrong_token", "error_msg": {"token": "is wrong", "x": 1}});
        assert_eq!(read(object), (Some("wrong_token".to_owned()), "token: is wrong; x: 1".to_owned()));
        for failed in [json!(false), json!("false"), json!(0), json!(null)] {
            assert_eq!(read(json!({"success": failed})), (Some(String::new()), String::new()));
        }
        for fine in [json!({"balance": "1"}), json!({"success": true}), json!({"success": "1", "error_code": null})] {
            assert_eq!(read(fine), (None, String::new()));
        }
    }

    #[test]
    fn things_come_as_lists_and_as_objects() {
        for value in [json!({"7": {"id": 7, "title": "x"}}), json!({"7": {"title": "x"}}), json!([{"id": "7"}])] {
            assert_eq!(keyed(&value).first().map(|(id, _)| id.as_str()), Some("7"), "{value}");
        }
        assert!(keyed(&json!([{"title": "x"}, 7])).is_empty() && keyed(&json!("x")).is_empty());
    }
}
