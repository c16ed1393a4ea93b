//! What a failed request answers: a stable code, its status, and every fault that the caller can mend.

use std::{error::Error, fmt::Display};

use axum::{
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use store::dialect::is_unreachable;

use super::envelope;

pub use super::code::ErrorCode;

/// What handlers return.
pub type ApiResult<T> = Result<T, ApiError>;

/// A failure as the caller sees it. Boxed, because most requests do not fail.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {}", parts.code, parts.message)]
pub struct ApiError {
    parts: Box<Parts>,
}

#[derive(Debug, Clone)]
struct Parts {
    code: ErrorCode,
    message: String,
    field: Option<String>,
    details: Option<Value>,
    faults: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// One field that is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where, as in `numbers[0].phoneNumber`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// What was given; absent when it may be a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

impl FieldError {
    /// A fault of one field, without its value.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), value: None }
    }
}

impl ApiError {
    /// A failure with this code and a sentence that says what to do about it.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        let parts = Parts { code, message, field: None, details: None, faults: Vec::new(), headers: Vec::new() };
        Self { parts: Box::new(parts) }
    }

    /// Bad fields, all of them. `error.field` names the first.
    pub fn validation(faults: Vec<FieldError>) -> Self {
        let message = match faults.as_slice() {
            [] => "The request is not valid".to_owned(),
            [only] => format!("{}: {}", only.field, only.message),
            many => format!("{} fields are not valid: {}", many.len(), names(many)),
        };
        let mut error = Self::new(ErrorCode::ValidationError, message);
        error.parts.field = faults.first().map(|first| first.field.clone());
        error.parts.faults = faults;
        error
    }

    /// Both refusals in one, where both name bad fields; else the one that does not.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        if self.parts.faults.is_empty() {
            return self;
        }
        if other.parts.faults.is_empty() {
            return other;
        }
        self.parts.faults.append(&mut other.parts.faults);
        Self::validation(self.parts.faults)
    }

    /// One bad field.
    pub fn bad_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::validation(vec![FieldError::new(field, message)])
    }

    /// No such thing, or not the caller's: the two look the same (product.md, law 8).
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such thing here")
    }

    /// What nobody outside can mend: where the database cannot be reached, trying again later may work.
    pub fn internal(cause: impl Error + 'static) -> Self {
        if is_unreachable(&cause) { Self::unavailable(cause) } else { Self::bug(cause) }
    }

    /// A fault of ours: the log gets the cause, the caller only that it happened.
    pub fn bug(cause: impl Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(ErrorCode::InternalError, "Something went wrong on our side; quote the request id if it stays")
    }

    /// We cannot serve this just now; the log gets the cause.
    pub fn unavailable(cause: impl Display) -> Self {
        tracing::warn!(%cause, "unavailable");
        Self::new(ErrorCode::Unavailable, "The service is not available just now; try again shortly")
    }

    /// Names the one field that is meant.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.parts.field = Some(field.into());
        self
    }

    /// Adds what a program may want to know.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.parts.details = Some(details);
        self
    }

    /// Adds a response header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.parts.headers.push((name, value));
        self
    }

    /// The code.
    pub const fn code(&self) -> ErrorCode {
        self.parts.code
    }

    /// The sentence for people.
    pub fn message(&self) -> &str {
        &self.parts.message
    }
}

/// The fields' names, so that the message helps where nobody shows the details.
fn names(faults: &[FieldError]) -> String {
    const SHOWN: usize = 8;
    let mut names: Vec<&str> = faults.iter().take(SHOWN).map(|fault| fault.field.as_str()).collect();
    if faults.len() > SHOWN {
        names.push("…");
    }
    names.join(", ")
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Parts { code, message, field, details, faults, headers } = *self.parts;
        let details = details.or_else(|| (!faults.is_empty()).then(|| serde_json::json!(faults)));
        let error = envelope::ErrorBody { code, message, details, field };
        let mut response = envelope::failure(code.status(), error);
        response.headers_mut().extend(headers);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_list_of_codes() {
        let list: Vec<String> =
            ErrorCode::ALL.iter().map(|code| format!("{} {}", code.status().as_u16(), code.as_str())).collect();
        insta::assert_snapshot!(list.join("\n"));
    }

    #[test]
    fn every_fault_is_listed_and_the_first_is_named() {
        let error = ApiError::validation(vec![FieldError::new("a", "is required"), FieldError::new("b", "is odd")]);
        assert_eq!(error.message(), "2 fields are not valid: a, b");
        assert_eq!(error.parts.field.as_deref(), Some("a"));
        let both = ApiError::bad_field("a", "is required").and(ApiError::bad_field("b", "is odd"));
        assert_eq!(both.parts.faults, error.parts.faults);
        assert_eq!(error.and(ApiError::not_found()).code(), ErrorCode::NotFound);
    }
}
