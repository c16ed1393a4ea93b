//! How Stripe looks when something is wrong on its side, or when a bank says no: the answers of faults.

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json};

use super::{
    api::error_answer,
    cards::{self, Decline},
    routes::OPERATIONS,
};
use crate::kernel::Face;

pub(super) struct StripeFace;

impl Face for StripeFace {
    fn operations(&self) -> &'static [&'static str] {
        OPERATIONS
    }

    fn status(&self, status: StatusCode) -> Response {
        let (kind, code) = match status.as_u16() {
            429 => ("invalid_request_error", Some("rate_limit")),
            400..=499 => ("invalid_request_error", None),
            _ => ("api_error", None),
        };
        let mut error = json!({ "type": kind, "message": "Fault on demand: nothing was done." });
        if let Some(code) = code {
            error["code"] = code.into();
        }
        error_answer(status, error)
    }

    fn code(&self, code: &str) -> Option<Response> {
        if let Some(decline) = cards::decline(code) {
            return Some(error_answer(StatusCode::PAYMENT_REQUIRED, Value::Object(Decline::error(decline))));
        }
        let (status, kind) = match code {
            "rate_limit" | "lock_timeout" => (429, "invalid_request_error"),
            "idempotency_key_in_use" => (409, "idempotency_error"),
            "api_key_expired" | "platform_api_key_expired" => (401, "invalid_request_error"),
            "account_invalid" => (403, "invalid_request_error"),
            "resource_missing" => (404, "invalid_request_error"),
            "parameter_unknown"
            | "parameter_missing"
            | "amount_too_small"
            | "amount_too_large"
            | "balance_insufficient"
            | "payment_intent_unexpected_state"
            | "testmode_charges_only" => (400, "invalid_request_error"),
            _ => return None,
        };
        let error = json!({ "type": kind, "code": code, "message": format!("Fault on demand: {code}."),
            "doc_url": super::failure::doc_url(code) });
        Some(error_answer(StatusCode::from_u16(status).ok()?, error))
    }
}
