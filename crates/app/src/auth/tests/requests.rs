//! What a registration may say.

use axum::{body::Body as Bytes, extract::FromRequest, http::Request};
use serde_json::{Value, json};

use crate::{
    auth::{
        Registration,
        http::{LogoutRequest, RegisterRequest},
    },
    web::{ApiError, Body, Options},
};

async fn read(body: Value) -> Result<Registration, ApiError> {
    let request = Request::post("/auth/register").header("content-type", "application/json");
    let request = request.body(Bytes::from(body.to_string())).unwrap();
    let Body(request) = Body::<RegisterRequest>::from_request(request, &()).await?;
    request.try_into()
}

fn seed() -> Value {
    json!({ "email": "test@example.com", "password": "Test123!", "firstName": "Test", "lastName": "User" })
}

fn with(field: &str, value: Value) -> Value {
    let mut body = seed();
    body[field] = value;
    body
}

#[tokio::test]
async fn the_seeds_own_example_registers() {
    let registration = read(seed()).await.expect("is valid");
    assert_eq!(registration.email.as_str(), "test@example.com");
    assert_eq!((registration.accept_terms, registration.marketing_consent), (None, false));
    let mut full = seed();
    for (field, value) in [
        ("company", json!("Analytical Engines")),
        ("phone", json!("+1 (415) 555-2671")),
        ("timezone", json!("America/Argentina/Buenos_Aires")),
        ("acceptTerms", json!(true)),
        ("marketingConsent", json!(true)),
    ] {
        full[field] = value;
    }
    let full = read(full).await.expect("is valid");
    assert_eq!(full.phone.as_deref(), Some("+14155552671"));
    assert_eq!((full.accept_terms, full.marketing_consent), (Some(true), true));
}

#[tokio::test]
async fn a_common_password_is_named_beside_what_the_schema_refuses() {
    let mut body = with("password", json!("password123"));
    body["email"] = json!("nobody");
    body["firstName"] = json!("");
    let refused = read(body).await.expect_err("is refused");
    assert_eq!(refused.message(), "3 fields are not valid: email, firstName, password");
}

#[tokio::test]
async fn each_bad_field_is_named() {
    for (field, value) in [
        ("email", json!("nobody")),
        ("email", json!("a@localhost")),
        ("email", json!("a b@example.com")),
        ("email", json!(7)),
        ("password", json!("password")),
        ("password", json!("short1!")),
        ("password", json!("test@example.com")),
        ("password", json!("x".repeat(257))),
        ("firstName", json!("")),
        ("firstName", json!(" \t")),
        ("lastName", json!("A\nBcc: x")),
        ("lastName", json!("x".repeat(101))),
        ("phone", json!("911")),
        ("phone", json!("+0123")),
        ("timezone", json!("Mars/Olympus")),
        ("acceptTerms", json!("yes")),
        ("acceptTerms", json!(false)),
        ("isAdmin", json!(true)),
    ] {
        let error = read(with(field, value.clone())).await.expect_err("is refused");
        assert!(error.message().starts_with(field), "{field} {value}: {}", error.message());
        assert!(!error.message().contains('^'), "words, not patterns: {}", error.message());
    }
}

#[tokio::test]
async fn a_logout_needs_no_body() {
    for body in ["", "null", "{}"] {
        let request = Request::post("/auth/logout").header("content-type", "application/json");
        let request = request.body(Bytes::from(body)).unwrap();
        let Options(request) = Options::<LogoutRequest>::from_request(request, &()).await.expect("is valid");
        assert!(request.refresh_token.is_none() && request.all_devices.is_none(), "{body}");
    }
}
