//! The routes, without a socket: statuses, shapes, and what a client sees when it repeats itself.

use std::{net::IpAddr, sync::Arc};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use http_body_util::BodyExt;
use ports::{PortError, processor::ChargeStatus};
use serde_json::{Value, json};
use tower::ServiceExt;
use utoipa_axum::routes;
use vocab::id::{AccountId, LoginSessionId, UserId};

use super::super::http;
use super::{World, fake::state};
use crate::web::{
    AuthFailure, Authenticator, Caller, Gate, InProcessLimiter, LayerConfig, Limit, Needs, Permissions, RateLimits,
    Role, Routes, TrustedProxies, Via, layers,
};

/// Any token is the world's user.
struct Anybody(AccountId, UserId, LoginSessionId);

#[async_trait]
impl Authenticator for Anybody {
    async fn authenticate(&self, _: &str, _: IpAddr) -> Result<Caller, AuthFailure> {
        let permissions = Permissions::all();
        Ok(Caller { account: self.0, user: self.1, role: Role::User, via: Via::Session(self.2), permissions })
    }
}

fn router(world: &World) -> Router {
    let limiter = Arc::new(InProcessLimiter::new(RateLimits::default(), world.ambient.clone()));
    let anybody = Anybody(world.account, world.user, LoginSessionId::new(&world.ambient));
    let gate = Gate::new(Arc::new(anybody), limiter, TrustedProxies::default());
    let (router, ..) = Routes::new(&gate)
        .add(Needs::Permission("payments:create"), Limit::Default, routes!(http::deposit))
        .add(Needs::Permission("payments:read"), Limit::Default, routes!(http::history))
        .add(Needs::Permission("payments:read"), Limit::Default, routes!(http::show))
        .add(Needs::Permission("billing:read"), Limit::Default, routes!(http::billing_account))
        .add(Needs::Nobody, Limit::Unlimited, routes!(http::webhook))
        .add(Needs::Nobody, Limit::Unlimited, routes!(http::stripe_webhook))
        .into_parts();
    layers::common(router.with_state(Arc::new(world.payments.clone())), &LayerConfig::default(), &world.ambient)
}

async fn send(router: &Router, method: &str, path: &str, key: &str, body: &str) -> (StatusCode, HeaderMap, Value) {
    let request = Request::builder().method(method).uri(path).header("authorization", "Bearer t");
    let request = if key.is_empty() { request } else { request.header("idempotency-key", key) };
    let request = request.header("content-type", "application/json").body(Body::from(body.to_owned()));
    let response = router.clone().oneshot(request.expect("a request")).await.expect("answers");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap_or_default())
}

async fn deposit(router: &Router, key: &str, body: Value) -> (StatusCode, bool, Value) {
    let (status, headers, json) = send(router, "POST", "/payments/deposit", key, &body.to_string()).await;
    (status, headers.contains_key("idempotent-replayed"), json)
}

#[tokio::test]
async fn a_deposit_that_succeeds_and_its_replay() {
    let world = World::new().await;
    let router = router(&world);
    let body = json!({"amount": 25.5, "paymentMethodId": "pm_card_visa"});
    let (status, replayed, first) = deposit(&router, "k", body).await;
    assert_eq!((status, replayed), (StatusCode::CREATED, false));
    let payment = &first["data"]["payment"];
    assert_eq!(payment["amount"].to_string(), "25.5");
    assert_eq!(payment["status"], "SUCCEEDED");
    assert_eq!((&payment["processor"], &payment["paymentMethod"]), (&json!("STRIPE"), &json!("visa •••• 4242")));
    assert!(first["data"].get("requiresAction").is_none() && first["data"].get("clientSecret").is_none());

    let same = json!({"paymentMethodId": "pm_card_visa", "amount": 25.50});
    let (status, replayed, again) = deposit(&router, "k", same).await;
    assert_eq!((status, replayed, &again["data"]), (StatusCode::CREATED, true, &first["data"]));
    let other = json!({"amount": 26, "paymentMethodId": "pm_card_visa"});
    assert_eq!(deposit(&router, "k", other).await.0, StatusCode::UNPROCESSABLE_ENTITY);

    let (_, _, shown) = send(&router, "GET", &format!("/payments/{}", payment["id"].as_str().unwrap()), "", "").await;
    assert_eq!(&shown["data"], payment);
    let (_, _, list) = send(&router, "GET", "/payments/history?status=succeeded&limit=5", "", "").await;
    assert_eq!(list["data"]["data"], json!([payment]));
    assert_eq!(list["data"]["pagination"]["total"], 1);
    let (_, _, account) = send(&router, "GET", "/billing/account", "", "").await;
    let account = &account["data"];
    assert_eq!(
        (account["accountBalance"].to_string(), account["ledgerBalance"].to_string()),
        ("25.5".into(), "25.5".into())
    );
    assert_eq!((&account["isActive"], &account["billingCycle"]), (&json!(true), &json!("MONTHLY")));
}

#[tokio::test]
async fn declines_and_failures_carry_the_payment() {
    let world = World::new().await;
    let router = router(&world);
    let body = json!({"amount": 5, "paymentMethodId": "pm_card_chargeDeclined"});
    world.till.answers_charge([Ok(ChargeStatus::Failed { code: Some("generic_decline".into()) })]);
    let (status, _, declined) = deposit(&router, "k", body.clone()).await;
    assert_eq!((status, &declined["error"]["code"]), (StatusCode::PAYMENT_REQUIRED, &json!("PAYMENT_DECLINED")));
    assert_eq!(declined["error"]["details"]["payment"]["failureCode"], "generic_decline");
    let (status, replayed, again) = deposit(&router, "k", body.clone()).await;
    assert_eq!((status, replayed, &again["error"]), (StatusCode::PAYMENT_REQUIRED, true, &declined["error"]));
    world.till.answers_charge([Err(PortError::Misconfigured("sk_live_secret".into()))]);
    let (status, _, failed) = deposit(&router, "", body.clone()).await;
    assert_eq!((status, &failed["error"]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("UNAVAILABLE")));
    assert!(!failed.to_string().contains("sk_live_secret"));
    world.till.answers_charge([Err(PortError::Unknown)]);
    let (status, _, pending) = deposit(&router, "", body).await;
    assert_eq!((status, &pending["data"]["payment"]["status"]), (StatusCode::ACCEPTED, &json!("PENDING")));
}

#[tokio::test]
async fn the_payers_turn_is_told() {
    let world = World::new().await;
    let router = router(&world);
    let action = ChargeStatus::ActionRequired {
        client_secret: Some("pi_secret".into()),
        redirect_url: Some("https://bank.example/".into()),
    };
    world.till.answers_charge([Ok(action.clone())]);
    world.till.answers_look_up([Ok(action)]);
    let body =
        json!({"amount": 5, "paymentMethodId": "pm_card_authenticationRequired", "returnUrl": "https://a.example/"});
    let (status, _, told) = deposit(&router, "k", body.clone()).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let wanted = json!({"clientSecret": "pi_secret", "redirectUrl": "https://bank.example/"});
    assert_eq!(told["data"]["requiresAction"], wanted);
    assert_eq!(deposit(&router, "k", body).await.2["data"], told["data"], "a replay tells it again");
}

#[tokio::test]
async fn every_bad_field_is_a_clear_400() {
    let world = World::new().await;
    let router = router(&world);
    for (body, field) in [
        (json!({}), "amount"),
        (json!({"amount": "10"}), "amount"),
        (json!({"amount": 0}), "amount"),
        (json!({"amount": 10.001}), "amount"),
        (json!({"amount": 1e300}), "amount"),
        (json!({"amount": 10, "currency": "ZZZ"}), "currency"),
        (json!({"amount": 10, "currency": "MGA"}), "currency"),
        (json!({"amount": 10, "paymentMethodId": "4242424242424242"}), "paymentMethodId"),
        (json!({"amount": 10, "returnUrl": "javascript:alert(1)"}), "returnUrl"),
        (json!({"amount": 10, "tip": 1}), "tip"),
    ] {
        let (status, _, json) = deposit(&router, "", body.clone()).await;
        assert_eq!((status, json["error"]["field"].as_str()), (StatusCode::BAD_REQUEST, Some(field)), "{body} {json}");
    }
    let unknown = json!({"amount": 10, "paymentMethodId": "pmt_00000000000070008000000000000001"});
    assert_eq!(deposit(&router, "", unknown).await.0, StatusCode::NOT_FOUND);
    assert!(world.history().await.is_empty());
}

#[tokio::test]
async fn webhooks_arrive_under_both_paths() {
    let world = World::new().await;
    let router = router(&world);
    world.till.answers_charge([Err(PortError::Unknown)]);
    let (_, _, pending) = deposit(&router, "", json!({"amount": 5, "paymentMethodId": "pm_card_visa"})).await;
    let id = pending["data"]["payment"]["id"].as_str().expect("an id");
    world.inbox.holds("evt", state(id, None, ChargeStatus::Succeeded));
    for path in ["/payments/webhook", "/webhooks/stripe/payment"] {
        let (status, _, json) = send(&router, "POST", path, "", "evt").await;
        assert_eq!((status, &json["data"]), (StatusCode::OK, &json!({"received": true})));
        assert_eq!(send(&router, "POST", path, "", "forged").await.0, StatusCode::BAD_REQUEST);
        assert_eq!(send(&router, "POST", path, "", "").await.0, StatusCode::OK, "signed, and nothing we act on");
    }
    let (_, _, account) = send(&router, "GET", "/billing/account", "", "").await;
    assert_eq!(account["data"]["accountBalance"].to_string(), "5");
}
