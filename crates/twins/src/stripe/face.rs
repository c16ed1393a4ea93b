//! How Stripe looks when something is wrong on its side, or when a bank says no: the answers of faults.

use super::{api::refuse, cards, failure::Failure, routes::OPERATIONS};
use crate::kernel::Face;
use axum::{http::StatusCode, response::Response};

pub(super) struct StripeFace;

impl Face for StripeFace {
    fn operations(&self) -> &'static [&'static str] {
        OPERATIONS
    }

    fn status(&self, status: StatusCode) -> Response {
        let kind = if status.is_client_error() { "invalid_request_error" } else { "api_error" };
        let failure = Failure::new(status, kind, "Fault on demand: nothing was done.");
        refuse(&if status == StatusCode::TOO_MANY_REQUESTS { failure.code("rate_limit") } else { failure })
    }

    fn code(&self, code: &str) -> Option<Response> {
        if let Some(decline) = cards::decline(code) {
            return Some(refuse(&Failure { status: StatusCode::PAYMENT_REQUIRED, error: decline.error() }));
        }
        let (status, kind) = match code {
            "rate_limit" | "lock_timeout" => (StatusCode::TOO_MANY_REQUESTS, "invalid_request_error"),
            "idempotency_key_in_use" => (StatusCode::CONFLICT, "idempotency_error"),
            "api_key_expired" | "platform_api_key_expired" => (StatusCode::UNAUTHORIZED, "invalid_request_error"),
            "account_invalid" => (StatusCode::FORBIDDEN, "invalid_request_error"),
            "resource_missing" => (StatusCode::NOT_FOUND, "invalid_request_error"),
            "amount_too_large"
            | "amount_too_small"
            | "parameter_missing"
            | "parameter_unknown"
            | "payment_intent_unexpected_state" => (StatusCode::BAD_REQUEST, "invalid_request_error"),
            _ => return None,
        };
        Some(refuse(&Failure::new(status, kind, format!("Fault on demand: {code}.")).code(code)))
    }
}
