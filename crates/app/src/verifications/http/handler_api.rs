//! The market's own protocol, by which existing clients rent numbers: one URL, GET or POST, an action and its
//! parameters in the query, text or JSON back. Errors are words with status 200, because clients lose them otherwise.

use std::collections::HashMap;

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
use crate::web::{AuthFailure, Caller, Client, Gate, Limit, NotAdmitted, Permission, Via};

/// What the protocol works with.
#[derive(Clone)]
pub struct HandlerApi {
    /// The rentals.
    pub api: VerificationsApi,
    /// Knows API keys, and counts what each asks.
    pub gate: Gate,
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
#[derive(Default)]
pub(super) struct Params(HashMap<String, String>);

impl Params {
    /// A parameter that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Any bytes will do. What the query says counts more than what the form says.
    fn parse(query: &[u8], form: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(form).chain(url::form_urlencoded::parse(query));
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    async fn read(request: Request) -> Self {
        let query = request.uri().query().unwrap_or_default().as_bytes().to_vec();
        let kind = request.headers().get(CONTENT_TYPE).map_or(&[][..], |kind| kind.as_bytes());
        let is_form = kind.to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded");
        // A body that cannot be read says nothing.
        let form = if is_form { Bytes::from_request(request, &()).await.unwrap_or_default() } else { Bytes::new() };
        Self::parse(&query, &form)
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
        let client = Client::of(request.extensions(), request.headers(), self.gate.trusted());
        let params = Params::read(request).await;
        let caller = match self.caller(&params, client).await {
            Ok(caller) => caller,
            Err(refusal) => return refusal,
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

    async fn caller(&self, params: &Params, client: Client) -> Result<Caller, Reply> {
        let key = params.key().ok_or_else(|| Reply::word("NO_KEY"))?;
        match self.gate.admit(key.expose_secret(), client, Limit::Default).await {
            // An access token does not belong in a URL.
            Ok(caller) if matches!(caller.via, Via::Key(_)) => Ok(caller),
            Err(NotAdmitted::TooOften(until)) => {
                Err(Reply::Text(format!("BANNED:{}", until.format("%Y-%m-%d %H-%M-%S"))))
            }
            Err(NotAdmitted::Failed(AuthFailure::Suspended)) => Err(Reply::word("ACCOUNT_INACTIVE")),
            Err(NotAdmitted::Failed(AuthFailure::Unavailable(cause))) => {
                error!(cause, "an API key of the market's protocol cannot be checked");
                Err(Reply::word("ERROR_SQL"))
            }
            Ok(_) | Err(NotAdmitted::Failed(AuthFailure::Invalid | AuthFailure::AddressNotAllowed)) => {
                Err(Reply::word("BAD_KEY"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parameters_stand_in_the_query_or_in_a_form() {
        let params = Params::parse(b"api_key=k&action=getStatus&id=%201%20&maxPrice=", b"action=setStatus&status=8");
        assert_eq!(
            [params.get("action"), params.get("status"), params.get("id")],
            [Some("getStatus"), Some("8"), Some("1")]
        );
        assert_eq!(params.get("maxPrice"), None);
        assert_eq!(params.key().map(|key| key.expose_secret().to_owned()).as_deref(), Some("k"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_parameters_of_some_kind(query: Vec<u8>, form: Vec<u8>) {
            let params = Params::parse(&query, &form);
            prop_assert!(params.get("action").is_none_or(|action| !action.is_empty()));
        }

        #[test]
        fn what_is_written_is_read(value in "\\PC{1,40}") {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("service", &value).finish();
            let (queried, posted) = (Params::parse(query.as_bytes(), b""), Params::parse(b"", query.as_bytes()));
            let wanted = Some(value.trim()).filter(|value| !value.is_empty());
            prop_assert_eq!(queried.get("service"), wanted);
            prop_assert_eq!(posted.get("service"), wanted);
        }
    }
}
