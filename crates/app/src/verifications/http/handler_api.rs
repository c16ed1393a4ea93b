//! The market's own protocol, by which existing clients rent numbers: one URL, GET or POST, an action and its
//! parameters in the query, text or JSON back. Errors are words with status 200, because clients lose them otherwise.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRequest, Request, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::Value;
use tracing::error;
use vocab::ExposeSecret;

use super::{VerificationsApi, market_actions};
use crate::web::{AuthFailure, Authenticator, Caller, Client, Permission};

/// What the protocol works with.
#[derive(Clone)]
pub struct HandlerApi {
    /// The rentals.
    pub api: VerificationsApi,
    /// Knows API keys.
    pub authenticator: Arc<dyn Authenticator>,
}

impl std::fmt::Debug for HandlerApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.api.fmt(f)
    }
}

/// An answer of the protocol.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reply {
    /// A word, perhaps with values after colons.
    Text(String),
    /// A list or an object.
    Json(Value),
}

impl Reply {
    pub(super) fn word(word: &str) -> Self {
        Self::Text(word.to_owned())
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Text(text) => ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response(),
            Self::Json(value) => ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response(),
        }
    }
}

/// The parameters of a request, from its query and from a form in its body.
#[derive(Debug, Default)]
pub(super) struct Params(HashMap<String, String>);

impl Params {
    /// A parameter that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    async fn read(request: Request) -> Self {
        let pairs = |text: &[u8]| serde_urlencoded::from_bytes::<Vec<(String, String)>>(text).unwrap_or_default();
        let mut all: HashMap<String, String> = HashMap::new();
        all.extend(pairs(request.uri().query().unwrap_or_default().as_bytes()));
        let form = request
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form"));
        if form && let Ok(body) = Bytes::from_request(request, &()).await {
            all.extend(pairs(&body));
        }
        Self(all)
    }

    fn key(&self) -> Option<vocab::SecretString> {
        self.get("api_key").map(|key| key.to_owned().into())
    }
}

/// The market's protocol: `getBalance`, `getCountries`, `getServicesList`, `getNumbersStatus`, `getPrices`,
/// `getNumber`, `getNumberV2`, `getStatus`, `getStatusV2`, `setStatus`, `getActiveActivations`.
#[utoipa::path(get, path = "/stubs/handler_api.php", tag = "verifications",
    params(("api_key" = String, Query, description = "An API key"), ("action" = String, Query, description = "What to do")),
    responses((status = 200, description = "The protocol's words, errors too", body = String, content_type = "text/plain")))]
pub async fn get(State(handler): State<HandlerApi>, request: Request) -> Response {
    handler.answer(request).await.into_response()
}

/// The market's protocol by POST; the parameters stand in the query or in a form.
#[utoipa::path(post, path = "/stubs/handler_api.php", tag = "verifications",
    params(("api_key" = String, Query, description = "An API key"), ("action" = String, Query, description = "What to do")),
    responses((status = 200, description = "The protocol's words, errors too", body = String, content_type = "text/plain")))]
pub async fn post(State(handler): State<HandlerApi>, request: Request) -> Response {
    handler.answer(request).await.into_response()
}

impl HandlerApi {
    async fn answer(&self, request: Request) -> Reply {
        let ip = request.extensions().get::<Client>().map(|client| client.ip);
        let params = Params::read(request).await;
        let caller = match self.caller(&params, ip).await {
            Ok(caller) => caller,
            Err(word) => return Reply::word(word),
        };
        let action = params.get("action").unwrap_or_default();
        let writes = matches!(action, "getNumber" | "getNumberV2" | "setStatus");
        let needed = if writes { "verifications:write" } else { "verifications:read" };
        if !caller.permissions.allows(&Permission(needed)) {
            return Reply::word("BAD_KEY");
        }
        match market_actions::act(&self.api, &caller, action, &params).await {
            Ok(reply) => reply,
            Err(cause) => {
                error!(action, %cause, "the market's protocol failed");
                Reply::word("ERROR_SQL")
            }
        }
    }

    async fn caller(&self, params: &Params, ip: Option<IpAddr>) -> Result<Caller, &'static str> {
        let key = params.key().ok_or("NO_KEY")?;
        let ip = ip.ok_or("SERVER_ERROR")?;
        self.authenticator.authenticate(key.expose_secret(), ip).await.map_err(|failure| match failure {
            AuthFailure::Invalid | AuthFailure::AddressNotAllowed => "BAD_KEY",
            AuthFailure::Suspended => "ACCOUNT_INACTIVE",
            AuthFailure::Unavailable(_) => "SERVER_ERROR",
        })
    }
}
