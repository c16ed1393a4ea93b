//! `GET /api/v1/sandbox`: where the sandbox's vendors are and who may log in. Development only, and only
//! for callers on this machine.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, State},
};
use chrono::TimeDelta;
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Store;
use utoipa::ToSchema;
use utoipa_axum::routes;
use vocab::Ambient;

use app::{
    operators,
    web::{ApiError, ApiResult, Body, Envelope, Gate, Limit, Needs, Ok200, Pages, Timestamp},
};

use crate::logins::{Credentials, Logins};

/// What the sandbox shows.
#[derive(Clone)]
pub struct Sandbox {
    /// The database that holds the business clock.
    pub store: Store,
    /// The clocks.
    pub ambient: Ambient,
    /// Where the vendors are.
    pub vendors: Value,
    /// Where texts can be sent to rented numbers.
    pub text_controls: Vec<String>,
    /// Who may log in.
    pub logins: Logins,
}

/// The vendors by name, and the logins.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "twilio": {
        "url": "http://127.0.0.1:42563", "accountSid": "AC5ab5f5dde6d03cadcd9b7a4967ad82df",
        "authToken": "c16e5695c723e71cba006b63a964fb08", "controlUrl": "http://127.0.0.1:44179",
    },
    "stripe": {
        "url": "http://127.0.0.1:36021", "secretKey": "sk_test_c35b6ad1cd28ba464abc7e5403ea77b5",
        "webhookSecret": "whsec_d1208edc9359ee67aeb994ab2939a6fa", "controlUrl": "http://127.0.0.1:35153",
    },
    "smsMan": {
        "url": "http://127.0.0.1:40779", "token": "b5156ac5eee5d6e2e7eb8a7cf27ed5b7",
        "controlUrl": "http://127.0.0.1:43035",
    },
    "textVerified": {
        "url": "http://127.0.0.1:44059", "apiKey": "2255993e3b80e1d61b60351842271f1f",
        "username": "sandbox@example.com", "webhookSecret": "whsec_4022c108ba668fb0a0d47419dcec438c",
        "controlUrl": "http://127.0.0.1:42691",
    },
    "admin": {
        "email": "admin@example.com", "password": "143d481648d508775925129e",
        "apiKey": "nl_test_aeRZtkKXfJMkBngifQ7bzTiFHwz25Vpe13EGiV",
    },
    "demo": {
        "email": "demo@example.com", "password": "d2582b79b4ee212edd9e09ad",
        "apiKey": "nl_test_k08ucVRQcQDqG20sRMP7x4J3qDQOzDCw0ON2Ao",
    },
}))]
pub struct SandboxView {
    /// Twilio's twin.
    #[schema(value_type = Object)]
    pub twilio: Value,
    /// Stripe's twin.
    #[schema(value_type = Object)]
    pub stripe: Value,
    /// SMS-Man's twin.
    #[schema(value_type = Object)]
    pub sms_man: Value,
    /// TextVerified's twin.
    #[schema(value_type = Object)]
    pub text_verified: Value,
    /// The operator's login.
    pub admin: Credentials,
    /// A customer's login.
    pub demo: Credentials,
}

/// The two clocks.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "wall": "2026-01-15T09:30:00.412Z", "business": "2026-01-15T10:30:00.412Z", "offsetSeconds": 3600,
}))]
pub struct ClockView {
    /// Never moves by hand.
    pub wall: Timestamp,
    /// What expiry, renewal and cool-down go by.
    pub business: Timestamp,
    /// How far business time is ahead.
    pub offset_seconds: i64,
}

/// How far to move business time.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"advanceSeconds": 3600}))]
pub struct AdvanceClock {
    /// Ahead, by at most ten years at a time.
    #[garde(range(min = 0, max = 315_360_000))]
    #[schema(minimum = 0, maximum = 315_360_000)]
    pub advance_seconds: i64,
}

/// The sandbox's routes, for callers on this machine.
pub fn routes(gate: &Gate) -> Pages<Arc<Sandbox>> {
    Pages::new(gate)
        .add(Needs::Loopback, Limit::Unlimited, routes!(show))
        .add(Needs::Loopback, Limit::Unlimited, routes!(clock, advance))
        .add(Needs::Loopback, Limit::Unlimited, routes!(sms))
}

/// Show the sandbox
///
/// Says where the sandbox's vendors are and how to act upon them, and the logins of an operator and of a customer.
/// Development only.
#[utoipa::path(get, path = "/sandbox", tag = "sandbox", operation_id = "showSandbox",
    responses((status = 200, description = "The sandbox", body = Envelope<SandboxView>)))]
pub async fn show(State(sandbox): State<Arc<Sandbox>>) -> Ok200<SandboxView> {
    Ok200(SandboxView {
        twilio: sandbox.vendors["twilio"].clone(),
        stripe: sandbox.vendors["stripe"].clone(),
        sms_man: sandbox.vendors["smsMan"].clone(),
        text_verified: sandbox.vendors["textVerified"].clone(),
        admin: sandbox.logins.admin.clone(),
        demo: sandbox.logins.demo.clone(),
    })
}

/// Show the business clock
///
/// The two clocks: the wall's, and the one that expiry, renewal and cool-down go by. Development only.
#[utoipa::path(get, path = "/sandbox/clock", tag = "sandbox", operation_id = "showClock",
    responses((status = 200, description = "The clocks", body = Envelope<ClockView>)))]
pub async fn clock(State(sandbox): State<Arc<Sandbox>>) -> ApiResult<Ok200<ClockView>> {
    operators::offset(&sandbox.store, &sandbox.ambient).await.map_err(ApiError::internal)?;
    Ok(Ok200(view(&sandbox.ambient)))
}

/// Advance the business clock
///
/// Moves business time ahead, for every process on this database; it never goes back. What is due by then is done by
/// the jobs as ever. Development only.
#[utoipa::path(post, path = "/sandbox/clock", tag = "sandbox", operation_id = "advanceClock",
    request_body = AdvanceClock,
    responses((status = 200, description = "The clocks", body = Envelope<ClockView>)))]
pub async fn advance(
    State(sandbox): State<Arc<Sandbox>>,
    Body(body): Body<AdvanceClock>,
) -> ApiResult<Ok200<ClockView>> {
    let by = TimeDelta::seconds(body.advance_seconds);
    operators::advance(&sandbox.store, &sandbox.ambient, by).await.map_err(ApiError::internal)?;
    Ok(Ok200(view(&sandbox.ambient)))
}

fn view(ambient: &Ambient) -> ClockView {
    ClockView {
        wall: ambient.wall().into(),
        business: ambient.business().into(),
        offset_seconds: ambient.offset().num_seconds(),
    }
}

/// Text a rented number
///
/// Sends a text to a rented number, whichever twin has rented it out. Takes `to` or `id`, and `text` and `delayMs` if
/// wanted, in the query or as JSON; without a text it is a fresh code. Development only.
#[utoipa::path(post, path = "/sandbox/sms", tag = "sandbox", operation_id = "sendSandboxText",
    params(("to" = Option<String>, Query, description = "The number, with or without + or country code"),
           ("id" = Option<String>, Query, description = "The supplier's id of the rental"),
           ("text" = Option<String>, Query, description = "What is written; a fresh code if nothing is said"),
           ("delayMs" = Option<String>, Query, description = "How long it takes to arrive")),
    request_body(content = Option<Object>, description = "The same as JSON",
                 example = json!({"to": "+14155552671", "text": "Your code is 48213"})),
    responses((status = 200, description = "Under way", body = Envelope<serde_json::Value>,
               example = json!({
                   "data": {
                       "id": "100001", "to": "+14155552671", "text": "Your code is 48213", "code": "48213",
                       "due": "2026-01-15T09:30:05.412256Z",
                   },
               }))))]
pub async fn sms(State(sandbox): State<Arc<Sandbox>>, request: Request) -> ApiResult<Ok200<Value>> {
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let body = Bytes::from_request(request, &()).await.map_err(|_| ApiError::bad_field("body", "did not arrive"))?;
    let client = reqwest::Client::builder().no_proxy().build().map_err(ApiError::internal)?;
    let mut refusal = ApiError::not_found();
    for control in &sandbox.text_controls {
        let answer = client.post(format!("{control}/sms{query}")).body(body.clone()).send().await;
        let answer = answer.map_err(ApiError::unavailable)?;
        let status = answer.status();
        let said: Value = answer.json().await.unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(Ok200(said));
        }
        if status.as_u16() == 400 {
            refusal = ApiError::bad_field("to", "the twin could not read this: give to or id, and text and delayMs");
        }
    }
    Err(refusal)
}
