//! Stripe's error shape: `{"error":{"type","code"?,"message","param"?,…}}`.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::kernel::JournalError;

/// A request that is refused before anything happened. It is never stored under its idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) status: StatusCode,
    pub(super) error: Map<String, Value>,
}

impl Failure {
    /// An error of this HTTP status and `type`.
    pub(super) fn new(status: StatusCode, kind: &str, message: impl Into<String>) -> Self {
        let mut error = Map::new();
        error.insert("message".to_owned(), Value::String(message.into()));
        error.insert("type".to_owned(), Value::String(kind.to_owned()));
        Self { status, error }
    }

    /// 400 `invalid_request_error`.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message)
    }

    /// A parameter is wrong in itself.
    pub(super) fn param(param: &str, code: &str, message: impl Into<String>) -> Self {
        Self::invalid(message).of(param).code(code)
    }

    /// 404: the object that the path names is not there.
    pub(super) fn missing(noun: &str, id: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::missing_param("id", noun, id) }
    }

    /// 400: the object that a parameter names is not there.
    pub(super) fn missing_param(param: &str, noun: &str, id: &str) -> Self {
        Self::param(param, "resource_missing", format!("No such {noun}: '{id}'"))
    }

    /// 400: the parameter is Stripe's, and this twin does not act on it.
    pub(super) fn unmodelled(param: &str) -> Self {
        let message = format!("'{param}' exists at Stripe, but this twin does not act on it, so it does not accept it");
        Self::param(param, "parameter_not_modelled", message)
    }

    /// 404: no such path, or no such method on it.
    pub(super) fn unknown_url(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs.");
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", message)
    }

    /// With `error.code`, and the documentation link that goes with every code.
    pub(super) fn code(mut self, code: &str) -> Self {
        self.error.insert("code".to_owned(), Value::String(code.to_owned()));
        self.error.insert("doc_url".to_owned(), Value::String(doc_url(code)));
        self
    }

    /// With `error.param`.
    pub(super) fn of(mut self, param: &str) -> Self {
        self.error.insert("param".to_owned(), Value::String(param.to_owned()));
        self
    }

    /// With another member of `error`, such as `payment_intent`.
    pub(super) fn with(mut self, member: &str, value: Value) -> Self {
        self.error.insert(member.to_owned(), value);
        self
    }

    /// The body.
    pub(super) fn body(&self) -> Value {
        json!({ "error": self.error })
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        tracing::error!(%error, "the Stripe twin cannot keep what it was told");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "The twin could not write its journal.")
    }
}

/// Where Stripe explains an error code.
pub(super) fn doc_url(code: &str) -> String {
    format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))
}
