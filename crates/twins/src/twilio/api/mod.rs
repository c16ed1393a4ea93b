//! Twilio's REST API, as far as numbers need it.

mod account;
mod available;
mod buy;
mod incoming;
mod paging;
mod pricing;
mod regulations;
mod route;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use self::route::Resource;
use super::{Twin, error::Refusal, params::Params};
use crate::kernel::Cut;

pub(crate) use self::route::OPERATIONS;

/// What a handler gets to see of a request.
struct Asked<'a> {
    twin: &'a Twin,
    /// Without the query.
    path: &'a str,
    params: Params,
}

type Answer = Result<Response, Refusal>;

/// One handler for every path, because with wrong credentials every path answers 401.
pub(crate) fn router(twin: Arc<Twin>) -> Router {
    Router::new().fallback(serve).with_state(twin)
}

async fn serve(State(twin): State<Arc<Twin>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let (begun, in_flight) = (twin.ambient.wall(), InFlight::count(&twin.in_flight));
    let mut response = answer(&twin, &method, &uri, &headers, &body).await;
    if !Cut::marks(&response) {
        let seconds = (twin.ambient.wall() - begun).as_seconds_f64();
        label(
            &mut response,
            [
                ("twilio-request-id", format!("RQ{}", hex::encode(twin.ambient.bytes::<16>()))),
                ("twilio-concurrent-requests", in_flight.concurrent.to_string()),
                ("twilio-request-duration", format!("{seconds:.3}")),
                ("x-home-region", "us1".to_owned()),
                ("x-api-domain", "api.twilio.com".to_owned()),
                ("x-powered-by", "AT-5000".to_owned()),
            ],
        );
    }
    response
}

/// A request that has not been answered; also counted off when its client has left.
struct InFlight<'a> {
    counter: &'a AtomicU64,
    /// How many there are, with this one.
    concurrent: u64,
}

impl<'a> InFlight<'a> {
    fn count(counter: &'a AtomicU64) -> Self {
        Self { counter, concurrent: counter.fetch_add(1, Ordering::Relaxed) + 1 }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.counter.fetch_sub(1, Ordering::Relaxed);
    }
}

fn label<const N: usize>(response: &mut Response, labels: [(&'static str, String); N]) {
    for (name, value) in labels {
        let value = HeaderValue::from_str(&value).expect("visible ASCII");
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

async fn answer(twin: &Twin, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response {
    if !is_allowed(twin, headers) {
        return Refusal::of(20003).into_response();
    }
    let Some(resource) = Resource::at(uri.path(), &twin.account_sid) else {
        return Refusal::not_found(uri.path()).into_response();
    };
    let Some(operation) = resource.operation(method) else {
        return Refusal::of(20004).into_response();
    };
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let params = Params::read(uri.query().unwrap_or_default(), content_type, body);
    let asked = Asked { twin, path: uri.path(), params };
    twin.faults.around(operation, async { act(&asked, method, &resource).into_response() }).await
}

fn act(asked: &Asked<'_>, method: &Method, resource: &Resource) -> Answer {
    match resource {
        Resource::Account => account::fetch(asked),
        Resource::Balance => account::balance(asked),
        Resource::OfferedCountries => available::countries(asked),
        Resource::OfferedCountry(country) => available::country(asked, country),
        Resource::Offered(country, kind) => available::list(asked, country, *kind),
        Resource::Numbers(kind) if method == Method::POST => buy::create(asked, *kind),
        Resource::Numbers(kind) => incoming::list(asked, *kind),
        Resource::Number(sid) if method == Method::POST => incoming::update(asked, sid),
        Resource::Number(sid) if method == Method::DELETE => incoming::delete(asked, sid),
        Resource::Number(sid) => incoming::fetch(asked, sid),
        Resource::PricedCountries(product) => pricing::list(asked, *product),
        Resource::PricedCountry(product, country) => pricing::fetch(asked, *product, country),
        Resource::PricedNumber(number) => pricing::number(asked, number),
        Resource::Regulations => regulations::list(asked),
        Resource::Regulation(sid) => regulations::fetch(asked, sid),
    }
}

/// Whether the request carries the account's SID and token.
fn is_allowed(twin: &Twin, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, given)) = given.and_then(|text| text.split_once(' ')) else { return false };
    let wanted = format!("{}:{}", twin.account_sid, twin.auth_token.expose_secret());
    scheme.eq_ignore_ascii_case("basic") && STANDARD.decode(given.trim()).is_ok_and(|given| given == wanted.as_bytes())
}

fn found(body: Value) -> Answer {
    Ok(Json(body).into_response())
}

fn created(body: Value) -> Answer {
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// A time as the 2010 API writes it (RFC 2822).
pub(crate) fn date(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
