//! SMS-Man's API over HTTP: `/control/…`, GET or POST, everything in parameters.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use vocab::Amount;

use super::{
    Twin,
    error::{Failure, page},
    market, rent,
};
use crate::kernel::JournalError;

/// Larger bodies are refused.
const BODY: usize = 1 << 16;

/// The parameters of a request.
pub(super) struct Params(HashMap<String, String>);

impl Params {
    /// A parameter that is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// A number; `None` as well if it is none.
    pub(super) fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.get(name)?.parse().ok()
    }
}

/// What answers an endpoint.
type Run = fn(&Twin, &Params) -> Result<Value, Failure>;

/// Everything under the vendor's root.
pub(super) fn router(twin: Arc<Twin>) -> Router {
    Router::new().fallback(answer).with_state(twin)
}

fn find(path: &str) -> Option<(&'static str, Run)> {
    Some(match path.trim_end_matches('/').strip_prefix("/control/")? {
        "get-balance" => ("Balance.fetch", market::balance),
        "countries" => ("Countries.list", market::countries),
        "applications" => ("Applications.list", market::applications),
        "limits" => ("Limits.list", market::limits),
        "get-prices" => ("Prices.list", market::prices),
        "get-number" => ("Numbers.create", rent::get_number),
        "get-sms" => ("Sms.fetch", rent::get_sms),
        "set-status" => ("Status.update", rent::set_status),
        _ => return None,
    })
}

async fn answer(State(twin): State<Arc<Twin>>, request: Request) -> Response {
    let Some((operation, run)) = find(request.uri().path()) else { return page(StatusCode::NOT_FOUND) };
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return page(StatusCode::METHOD_NOT_ALLOWED);
    }
    let Some(params) = params(request).await else { return page(StatusCode::BAD_REQUEST) };
    if params.get("token") != Some(twin.token.expose_secret()) {
        return Failure::WrongToken.into_response();
    }
    let effect = async {
        let answer = twin.settle().map_err(Failure::from).and_then(|()| run(&twin, &params));
        answer.map_or_else(Failure::into_response, |body| Json(body).into_response())
    };
    twin.faults.around(operation, effect).await
}

/// Query and form body together; the body counts more.
async fn params(request: Request) -> Option<Params> {
    let (parts, body) = request.into_parts();
    let mut params: HashMap<String, String> = serde_urlencoded::from_str(parts.uri.query().unwrap_or_default()).ok()?;
    let body = axum::body::to_bytes(body, BODY).await.ok()?;
    let form: HashMap<String, String> = serde_urlencoded::from_bytes(&body).ok()?;
    params.extend(form);
    Some(Params(params))
}

impl Twin {
    /// Ends what has lapsed by the business clock, which may have been moved since the last request.
    pub(super) fn settle(&self) -> Result<(), JournalError> {
        let now = self.ambient.business();
        self.journal.commit(|account| Ok((account.lapsed(now), ())))
    }
}

/// Money as SMS-Man writes it: two places.
pub(super) fn two_places(amount: Amount) -> String {
    let micros = amount.micros();
    if micros % 10_000 != 0 {
        return amount.to_string();
    }
    let sign = if micros < 0 { "-" } else { "" };
    let cents = micros.unsigned_abs() / 10_000;
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}
