//! The protocol's one URL, GET or POST. Errors are words with status 200, because clients lose them otherwise.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Request, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use tracing::error;
use vocab::ExposeSecret;

use super::{
    Market, actions,
    model::{Params, Reply},
};
use crate::web::{AuthFailure, Caller, Client, Limit, NotAdmitted, Permission, Via};

/// Speak the market's protocol
///
/// For programs that were written for the market's `handler_api.php`: `getBalance`, `getCountries`, `getServicesList`,
/// `getNumbersStatus`, `getPrices`, `getNumber`, `getNumberV2`, `getStatus`, `getStatusV2`, `setStatus` and
/// `getActiveActivations`. The API key stands in `api_key`; errors are words with status 200, as these programs expect.
/// New programs are better off with `/api/v1/verifications`.
#[utoipa::path(get, path = "/stubs/handler_api.php", tag = "verifications", operation_id = "askHandlerApi",
    params(("api_key" = String, Query, description = "An API key"), ("action" = String, Query, description = "What to do")),
    responses((status = 200, description = "The protocol's words, errors too", body = String, content_type = "text/plain",
               example = json!("STATUS_OK:48213"))))]
pub async fn get(State(market): State<Arc<Market>>, request: Request) -> Response {
    market.answer(request).await.into_response()
}

/// Speak the market's protocol by POST
///
/// The same as by GET; the parameters stand in the query or in a form.
#[utoipa::path(post, path = "/stubs/handler_api.php", tag = "verifications", operation_id = "postHandlerApi",
    params(("api_key" = String, Query, description = "An API key"), ("action" = String, Query, description = "What to do")),
    responses((status = 200, description = "The protocol's words, errors too", body = String, content_type = "text/plain",
               example = json!("STATUS_OK:48213"))))]
pub async fn post(State(market): State<Arc<Market>>, request: Request) -> Response {
    market.answer(request).await.into_response()
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Text(text) => ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response(),
            Self::Json(value) => ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response(),
        }
    }
}

impl Market {
    async fn answer(&self, request: Request) -> Reply {
        let client = Client::of(request.extensions(), request.headers(), self.gate.trusted());
        let params = read(request).await;
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
        match actions::act(self, &caller, action, &params).await {
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
            // Whatever is wrong with a key, the protocol has one word for it.
            Ok(_) | Err(NotAdmitted::Failed(_)) => Err(Reply::word("BAD_KEY")),
        }
    }
}

/// What the query and a form say.
async fn read(request: Request) -> Params {
    let query = request.uri().query().unwrap_or_default().as_bytes().to_vec();
    let kind = request.headers().get(CONTENT_TYPE).map_or(&[][..], |kind| kind.as_bytes());
    let is_form = kind.to_ascii_lowercase().starts_with(b"application/x-www-form-urlencoded");
    // A body that cannot be read says nothing.
    let form = if is_form { Bytes::from_request(request, &()).await.unwrap_or_default() } else { Bytes::new() };
    Params::parse(&query, &form)
}
