//! Bearer tokens: signed, not stored, so that they outlive the process that made them.

use axum::http::{HeaderMap, StatusCode, header};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Twin, error::Failure};

/// How long a token lasts, by the wall clock: the documented example.
const LIFE: TimeDelta = TimeDelta::seconds(899);

/// `POST auth`: a token for the key and the user's name in the headers.
pub(super) fn issue(twin: &Twin, headers: &HeaderMap) -> Result<Value, Failure> {
    let given = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known = given("x-api-key") == twin.api_key.expose_secret() && given("x-api-username") == twin.username;
    if !known {
        return Err(unauthorized());
    }
    let expires = twin.setting.ambient.wall() + LIFE;
    Ok(json!({
        "token": sign(twin, expires),
        "expiresIn": LIFE.num_seconds(),
        "expiresAt": expires.to_rfc3339_opts(SecondsFormat::Micros, true),
    }))
}

/// Refuses a request without a token that is still good.
pub(super) fn check(twin: &Twin, headers: &HeaderMap) -> Result<(), Failure> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = given.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|pair| pair.1);
    let token = token.map(str::trim).ok_or_else(unauthorized)?;
    let expires = expires(token).ok_or_else(unauthorized)?;
    if token == sign(twin, expires) && expires > twin.setting.ambient.wall() { Ok(()) } else { Err(unauthorized()) }
}

fn sign(twin: &Twin, expires: DateTime<Utc>) -> String {
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({ "alg": "HS256", "typ": "JWT" }));
    let claims = part(json!({ "sub": twin.username, "exp": expires.timestamp_micros() }));
    let key = twin.api_key.expose_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(format!("{head}.{claims}").as_bytes());
    format!("{head}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn expires(token: &str) -> Option<DateTime<Utc>> {
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    DateTime::from_timestamp_micros(claims["exp"].as_i64()?)
}

fn unauthorized() -> Failure {
    Failure::bare(StatusCode::UNAUTHORIZED)
}
