//! Requests as TextVerified documents them, and its answers as the port wants them. Every stub answers the request for
//! a token first.

mod actions;
mod bearer;
mod catalogue;
mod purchases;

use ports::{PortError, RefusalReason, supplier::PurchaseOrder};
use serde_json::{Value, json};
use url::Url;
use vocab::{Ambient, Currency, Money};

use super::{TextVerified, TextVerifiedConfig};
use crate::http::testing::{Reply, Stub, answer, hasty};

const KEY: &str = "api-key-of-ours";
const TOKEN: &str = "eyJh.token-of-ours";

fn text_verified(root: Url) -> TextVerified {
    TextVerified::new(TextVerifiedConfig {
        api_key: KEY.into(),
        username: "ops@numbers.example".to_owned(),
        webhook_secrets: Vec::new(),
        api_url: root,
        purchases_per_second: 1000,
        cancel_lock: None,
        limits: hasty(),
        ambient: Ambient::fixed(1),
    })
    .unwrap()
}

/// The stub's replies after a token.
async fn serving(replies: impl IntoIterator<Item = Reply>) -> (TextVerified, Stub) {
    let stub = Stub::start(std::iter::once(token(TOKEN, 899)).chain(replies)).await;
    (text_verified(stub.url()), stub)
}

fn token(token: &str, seconds: u64) -> Reply {
    answer(200, json!({"token": token, "expiresIn": seconds, "expiresAt": "2026-01-01T00:15:00Z"}))
}

fn order() -> PurchaseOrder {
    PurchaseOrder {
        key: "ver-1".to_owned(),
        service: "telegram".to_owned(),
        country: "US".to_owned(),
        max_cost: Some(usd("0.75")),
    }
}

fn usd(text: &str) -> Money {
    Money::new(text.parse().unwrap(), Currency::USD)
}

fn link(id: &str) -> Reply {
    answer(201, json!({"method": "GET", "href": format!("/api/pub/v2/verifications/{id}")}))
}

fn verification(id: &str, state: &str) -> Value {
    json!({"id": id, "number": "4155552671", "state": state, "totalCost": 0.75, "serviceName": "telegram",
        "createdAt": "2026-01-01T00:00:00.0000000+00:00", "endsAt": "2026-01-01T00:15:00Z",
        "cancel": {"canCancel": true}, "reuse": {"reusableUntil": null}})
}

fn sms(code: Option<&str>) -> Value {
    json!({"id": "sms_1", "from": "Telegram", "to": "4155552671", "createdAt": "2026-01-01T00:01:00Z",
        "smsContent": "Your code: 12-345", "parsedCode": code, "encrypted": false})
}

fn page(data: Value) -> Reply {
    answer(200, json!({"data": data, "hasNext": false, "hasPrevious": false, "count": 1, "links": {}}))
}

fn problem(status: u16, code: &str) -> Reply {
    answer(status, json!({"errorCode": code, "errorDescription": "in words"}))
}

fn refusal<T: std::fmt::Debug>(result: Result<T, PortError>) -> (RefusalReason, Option<String>) {
    match result {
        Err(PortError::Refused(refusal)) => (refusal.reason, refusal.code),
        other => panic!("{other:?}"),
    }
}
