//! TextVerified's errors: `{errorCode, errorDescription}`, and no body at all with 401 and 404.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::routes::OPERATIONS;
use crate::kernel::{Face, JournalError};

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    status: StatusCode,
    error: Option<(&'static str, String)>,
}

impl Failure {
    /// 400 with a code.
    pub(super) fn bad(code: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: Some((code, description.into())) }
    }

    /// 400 for what cannot be read; the code is not one that TextVerified documents.
    pub(super) fn invalid(description: impl Into<String>) -> Self {
        Self::bad("ValidationError", description)
    }

    /// 400: the state forbids the action.
    pub(super) fn forbidden_by_state(description: impl Into<String>) -> Self {
        Self::bad("ProcessingError", description)
    }

    /// 409: the first request with this key is still being answered.
    pub(super) fn key_in_use() -> Self {
        let description = "The first request with this idempotency key is still running.".to_owned();
        Self { status: StatusCode::CONFLICT, error: Some(("IdempotencyConflict", description)) }
    }

    /// A status without a body.
    pub(super) const fn bare(status: StatusCode) -> Self {
        Self { status, error: None }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        tracing::error!(%error, "the TextVerified twin cannot keep what it should answer");
        Self::bare(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self.error {
            None => self.status.into_response(),
            Some((code, description)) => {
                (self.status, Json(json!({ "errorCode": code, "errorDescription": description }))).into_response()
            }
        }
    }
}

pub(super) struct TextVerifiedFace;

impl Face for TextVerifiedFace {
    fn operations(&self) -> &'static [&'static str] {
        OPERATIONS
    }

    fn status(&self, status: StatusCode) -> Response {
        status.into_response()
    }

    fn code(&self, code: &str) -> Option<Response> {
        const BAD: [&str; 6] = [
            "InsufficientBalance",
            "Unavailable",
            "PricingFailure",
            "TooManyUnfinishedVerifications",
            "ProcessingError",
            "ValidationError",
        ];
        if code == "IdempotencyConflict" {
            return Some(Failure::key_in_use().into_response());
        }
        let code = BAD.into_iter().find(|known| *known == code)?;
        Some(Failure::bad(code, format!("Fault on demand: {code}.")).into_response())
    }
}
