//! TextVerified's API over HTTP: who is asking, what for, and how the links of its answers begin.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Setting, Twin, auth, error::Failure, routes, show::Links, state::Account};
use crate::kernel::{Journal, JournalError};

/// What every path begins with.
pub(super) const ROOT: &str = "/api/pub/v2";
/// Larger bodies are refused.
const BODY: usize = 1 << 20;
const MOCK: HeaderName = HeaderName::from_static("x-phoneblur-mock");

/// A request that has been read.
pub(super) struct Call<'a> {
    pub(super) journal: &'a Journal<Account>,
    pub(super) setting: &'a Setting,
    pub(super) username: &'a str,
    pub(super) links: Links,
    /// The id in the path.
    pub(super) id: String,
    pub(super) query: HashMap<String, String>,
    pub(super) key: Option<String>,
    body: Vec<u8>,
}

impl Call<'_> {
    /// The body, as what the operation expects.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| Failure::invalid(error.to_string()))
    }
}

/// What goes out.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    /// 201: where to go on.
    location: Option<String>,
    body: Option<Value>,
    /// Whether a documented mock answers.
    pub(super) mock: bool,
}

impl Answer {
    /// 200 with a body.
    pub(super) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, location: None, body: Some(body), mock: false }
    }

    /// 200 without one.
    pub(super) fn done() -> Self {
        Self { status: StatusCode::OK, location: None, body: None, mock: false }
    }

    /// 201 with nothing but a link, in the body and as `Location`.
    pub(super) fn created(link: Value) -> Self {
        let location = link["href"].as_str().map(str::to_owned);
        Self { status: StatusCode::CREATED, location, body: Some(link), mock: false }
    }

    /// The same as the answer of a documented mock.
    pub(super) fn mocked(self) -> Self {
        Self { mock: true, ..self }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Some(body) => (self.status, Json(body)).into_response(),
            None => self.status.into_response(),
        };
        if let Some(location) = self.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        if self.mock {
            response.headers_mut().insert(MOCK, HeaderValue::from_static("true"));
        }
        response
    }
}

/// Everything under the vendor's root.
pub(super) fn router(twin: Arc<Twin>) -> Router {
    Router::new().fallback(answer).with_state(twin)
}

async fn answer(State(twin): State<Arc<Twin>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    twin.respond(&parts, body).await.unwrap_or_else(IntoResponse::into_response)
}

impl Twin {
    async fn respond(&self, parts: &Parts, body: Body) -> Result<Response, Failure> {
        let path = parts.uri.path().strip_prefix(ROOT).ok_or(Failure::bare(StatusCode::NOT_FOUND))?;
        let path: Vec<&str> = path.trim_matches('/').split('/').collect();
        if path == ["auth"] && parts.method == Method::POST {
            let effect = async {
                auth::issue(self, &parts.headers).map_or_else(Failure::into_response, |body| Json(body).into_response())
            };
            return Ok(self.faults.around("Auth.create", effect).await);
        }
        auth::check(self, &parts.headers)?;
        let (operation, run, id) = routes::find(&parts.method, &path).ok_or(Failure::bare(StatusCode::NOT_FOUND))?;
        let call = self.read(parts, body, id, operation).await?;
        let _guard = call.key.as_deref().map(|key| self.enter(key)).transpose()?;
        let effect = async {
            let answer = self.settle().map_err(Failure::from).and_then(|()| run(&call));
            answer.map_or_else(Failure::into_response, Answer::into_response)
        };
        Ok(self.faults.around(operation, effect).await)
    }

    async fn read(&self, parts: &Parts, body: Body, id: &str, operation: &str) -> Result<Call<'_>, Failure> {
        let body = axum::body::to_bytes(body, BODY).await.map_err(|_| Failure::invalid("The body is too large."))?;
        let query = serde_urlencoded::from_str(parts.uri.query().unwrap_or_default())
            .map_err(|error| Failure::invalid(error.to_string()))?;
        Ok(Call {
            journal: &self.journal,
            setting: &self.setting,
            username: &self.username,
            links: Links::new(&self.root(&parts.headers)),
            id: id.to_owned(),
            query,
            key: if operation == "Verifications.create" { key(&parts.headers)? } else { None },
            body: body.to_vec(),
        })
    }

    /// How the caller calls this twin. A client follows a link with its token only if the link begins with the very
    /// address that the client was given, `localhost` or `127.0.0.1`.
    fn root(&self, headers: &HeaderMap) -> String {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        host.map_or_else(|| self.url.clone(), |host| format!("http://{host}"))
    }

    /// Ends what has lapsed by the business clock, which may have been moved since the last request.
    pub(super) fn settle(&self) -> Result<(), JournalError> {
        let now = self.setting.ambient.business();
        self.journal.commit(|account| Ok((account.lapsed(now), ())))
    }

    /// Marks the key as being answered, until the guard is dropped.
    fn enter(&self, key: &str) -> Result<Guard<'_>, Failure> {
        let mut in_flight = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        if in_flight.insert(key.to_owned()) {
            return Ok(Guard { twin: self, key: key.to_owned() });
        }
        Err(Failure::key_in_use())
    }
}

struct Guard<'a> {
    twin: &'a Twin,
    key: String,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.twin.in_flight.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// 1 to 256 characters once trimmed.
fn key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str().map(str::trim) {
        Ok(key) if (1..=256).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Failure::invalid("Idempotency-Key must have 1 to 256 characters.")),
    }
}
