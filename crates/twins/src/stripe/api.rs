//! The vendor's API over HTTP: who is asking, what for, and whether it has been answered before.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::{
    VERSION, authorize, expand,
    failure::Failure,
    form::Params,
    routes::{self, Run},
    state::{Account, Change, Remembered},
    work::{Origin, Outcome, Setting, Work, id},
};
use crate::kernel::{Faults, Journal};

/// Larger bodies are refused.
const BODY: usize = 1 << 20;
/// Stripe may forget a key after this long; the twin does.
const KEY_LIFE: TimeDelta = TimeDelta::hours(24);

/// The vendor's side of the twin.
pub(super) struct Api {
    pub(super) journal: Journal<Account>,
    pub(super) faults: Faults,
    pub(super) setting: Setting,
    pub(super) secret_key: SecretString,
    /// Idempotency keys whose first request is still being answered.
    pub(super) in_flight: Mutex<BTreeSet<String>>,
}

/// What goes out.
struct Answer {
    status: u16,
    body: String,
    /// The request whose answer this is a replay of.
    replay_of: Option<String>,
}

/// A request that has been read.
struct Call {
    run: Run,
    params: Params,
    origin: Origin,
    fingerprint: String,
}

/// Everything under the vendor's root.
pub(super) fn router(api: Arc<Api>) -> Router {
    Router::new().route("/authorize", get(authorize::page)).fallback(answer).with_state(api)
}

async fn answer(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = id(&api.setting.ambient, "req");
    let mut response = match api.respond(&parts, body, &request_id).await {
        Ok(response) => response,
        Err(failure) => refuse(&failure),
    };
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert("request-id", value);
    }
    let version = parts.headers.get("stripe-version").cloned();
    headers.insert("stripe-version", version.unwrap_or(HeaderValue::from_static(VERSION)));
    if let Some(key) = parts.headers.get("idempotency-key").filter(|_| parts.method == Method::POST) {
        headers.insert("idempotency-key", key.clone());
    }
    response
}

impl Api {
    async fn respond(&self, parts: &Parts, body: Body, request_id: &str) -> Result<Response, Failure> {
        self.authenticate(&parts.headers)?;
        let (method, path) = (&parts.method, parts.uri.path());
        let (operation, run) = routes::find(method, path).ok_or_else(|| Failure::unknown_url(method.as_str(), path))?;
        let params = if method == Method::POST {
            form(&parts.headers, body).await?
        } else {
            Params::parse(parts.uri.query().unwrap_or_default())?
        };
        let key = if method == Method::POST { key(&parts.headers)? } else { None };
        let _guard = key.as_deref().map(|key| self.enter(key)).transpose()?;
        let fingerprint = fingerprint(method, path, &params);
        let origin = Origin { request: Some(request_id.to_owned()), key };
        let call = Call { run, params, origin, fingerprint };
        let effect = async {
            match self.execute(call) {
                Ok(answer) => answer.into_response(),
                Err(failure) => refuse(&failure),
            }
        };
        Ok(self.faults.around(operation, effect).await)
    }

    /// The first answer again, or the effect and its answer in one commit: a twin that dies in between has done and
    /// remembers both, or neither.
    fn execute(&self, call: Call) -> Result<Answer, Failure> {
        let Call { run, params, origin, fingerprint } = call;
        let now = self.setting.ambient.wall();
        self.journal.commit(|account| {
            let first = origin.key.as_ref().and_then(|key| account.answers.get(key));
            if let Some(first) = first.filter(|first| now - first.at < KEY_LIFE) {
                if first.fingerprint != fingerprint {
                    return Err(other_parameters(&first.key));
                }
                let replay_of = Some(first.request.clone());
                return Ok((Vec::new(), Answer { status: first.status, body: first.body.clone(), replay_of }));
            }
            let changes = Vec::new();
            let mut work = Work { account, setting: &self.setting, params: &params, origin, changes };
            let Outcome { status, mut body } = run(&mut work)?;
            if status == 200 {
                expand::expand(&work, &mut body)?;
            }
            let body = format!("{body:#}");
            let Work { origin, mut changes, .. } = work;
            if let Some(key) = origin.key {
                let (request, body) = (origin.request.unwrap_or_default(), body.clone());
                changes.push(Change::Answered(Remembered { key, fingerprint, request, status, body, at: now }));
            }
            Ok((changes, Answer { status, body, replay_of: None }))
        })
    }

    /// Bearer, or Basic with the key as the user's name.
    fn authenticate(&self, headers: &HeaderMap) -> Result<(), Failure> {
        let refused = |message: String| Failure::new(StatusCode::UNAUTHORIZED, "invalid_request_error", message);
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (scheme, rest) = given.split_once(' ').unwrap_or_default();
        let key = match scheme.to_ascii_lowercase().as_str() {
            "bearer" => Some(rest.trim().to_owned()),
            "basic" => BASE64_STANDARD
                .decode(rest.trim())
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .and_then(|pair| Some(pair.split_once(':')?.0.to_owned())),
            _ => None,
        };
        match key.filter(|key| !key.is_empty()) {
            None => Err(refused(
                "You did not provide an API key. You need to provide your API key in the Authorization header, using \
                 Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
                    .to_owned(),
            )),
            Some(key) if key == self.secret_key.expose_secret() => Ok(()),
            Some(key) => Err(refused(format!("Invalid API Key provided: {}", masked(&key)))),
        }
    }

    /// Marks the key as being answered, until the guard is dropped.
    fn enter(&self, key: &str) -> Result<Guard<'_>, Failure> {
        let mut in_flight = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        if in_flight.insert(key.to_owned()) {
            return Ok(Guard { api: self, key: key.to_owned() });
        }
        let message = format!(
            "There is currently another in-progress request using this Idempotent Key (that probably means you \
             submitted twice, and the other request is still going through): {key}. Please try again later."
        );
        Err(Failure::new(StatusCode::CONFLICT, "idempotency_error", message).code("idempotency_key_in_use"))
    }
}

struct Guard<'a> {
    api: &'a Api,
    key: String,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.api.in_flight.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = respond(status, self.body);
        if let Some(original) = self.replay_of.and_then(|request| HeaderValue::from_str(&request).ok()) {
            response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
            response.headers_mut().insert("original-request", original);
        }
        response
    }
}

/// An error's answer.
pub(super) fn refuse(failure: &Failure) -> Response {
    respond(failure.status, format!("{:#}", failure.body()))
}

/// A JSON answer.
pub(super) fn respond(status: StatusCode, body: String) -> Response {
    const JSON: (HeaderName, HeaderValue) = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (status, [JSON], body).into_response()
}

async fn form(headers: &HeaderMap, body: Body) -> Result<Params, Failure> {
    let bytes = axum::body::to_bytes(body, BODY).await.map_err(|_| {
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request_error", "The request body is too large.")
    })?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !bytes.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
        let message = "The content type must be application/x-www-form-urlencoded.";
        return Err(Failure::invalid(message));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::invalid("Invalid UTF-8 in the request body."))?;
    Params::parse(text)
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= 255 => Ok(Some(key.to_owned())),
        _ => {
            let message = "Idempotency keys have from 1 to 255 characters.";
            Err(Failure::new(StatusCode::BAD_REQUEST, "idempotency_error", message))
        }
    }
}

fn fingerprint(method: &Method, path: &str, params: &Params) -> String {
    hex::encode(Sha256::digest(format!("{method} {path} {}", params.canonical())))
}

fn other_parameters(key: &str) -> Failure {
    let message = format!(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using \
         a key other than '{key}' if you meant to execute a different request."
    );
    Failure::new(StatusCode::BAD_REQUEST, "idempotency_error", message)
}

/// As Stripe shows a wrong key: its start and its last four characters.
fn masked(key: &str) -> String {
    let tail: String = key.chars().skip(key.chars().count().saturating_sub(4)).collect();
    let head: String = key.chars().take(8).collect();
    if key.chars().count() > 12 { format!("{head}{}{tail}", "*".repeat(12)) } else { "*".repeat(12) }
}
