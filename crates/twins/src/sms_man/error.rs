//! SMS-Man's errors: HTTP 200 and a JSON body that says so. A broken server answers an HTML page.

use axum::{
    Json,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde_json::json;

use crate::kernel::{Face, JournalError};

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    WrongToken,
    NoNumbers,
    Balance,
    WaitSms,
    WrongStatus,
    WrongCountry,
    WrongApplication,
    WrongRequest,
    /// A word of ours: SMS-Man documents no lock.
    EarlyCancel,
    /// Nothing was done: the journal cannot be written.
    Broken,
}

impl Failure {
    const ALL: [Self; 9] = [
        Self::WrongToken,
        Self::NoNumbers,
        Self::Balance,
        Self::WaitSms,
        Self::WrongStatus,
        Self::WrongCountry,
        Self::WrongApplication,
        Self::WrongRequest,
        Self::EarlyCancel,
    ];

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::WrongToken => ("wrong_token", "Wrong token!"),
            Self::NoNumbers => ("no_numbers", "No numbers, try again later!"),
            Self::Balance => ("balance", "Not enough balance!"),
            Self::WaitSms => ("wait_sms", "Still waiting..."),
            Self::WrongStatus => ("wrong_status", "Wrong status!"),
            Self::WrongCountry => ("wrong_country_id", "Wrong country_id!"),
            Self::WrongApplication => ("wrong_application_id", "Wrong application_id!"),
            Self::WrongRequest => ("wrong_request_id", "Wrong request_id!"),
            Self::EarlyCancel => ("early_cancel_denied", "It is too early to cancel."),
            Self::Broken => ("server_error", "Server error"),
        }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        tracing::error!(%error, "the SMS-Man twin cannot keep what it should answer");
        Self::Broken
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if self == Self::Broken {
            return page(StatusCode::INTERNAL_SERVER_ERROR);
        }
        let (code, message) = self.words();
        Json(json!({ "success": false, "error_code": code, "error_msg": message })).into_response()
    }
}

/// The page of a web server that stands before a broken or unknown one.
pub(super) fn page(status: StatusCode) -> Response {
    let title = status.to_string();
    (status, Html(format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>")))
        .into_response()
}

/// The operations that a fault may name.
pub(super) const OPERATIONS: &[&str] = &[
    "Balance.fetch",
    "Countries.list",
    "Applications.list",
    "Limits.list",
    "Prices.list",
    "Numbers.create",
    "Sms.fetch",
    "Status.update",
];

pub(super) struct SmsManFace;

impl Face for SmsManFace {
    fn operations(&self) -> &'static [&'static str] {
        OPERATIONS
    }

    fn status(&self, status: StatusCode) -> Response {
        page(status)
    }

    fn code(&self, code: &str) -> Option<Response> {
        Failure::ALL.into_iter().find(|failure| failure.words().0 == code).map(IntoResponse::into_response)
    }
}
