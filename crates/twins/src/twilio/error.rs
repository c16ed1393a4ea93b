//! Twilio's errors: a code, its HTTP status and its text, in the body that every product shares.

use std::sync::Arc;

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::kernel::{Face, JournalError};

/// Code, HTTP status, text. The texts of 21xxx are those of Twilio's own list.
const CODES: &[(u32, u16, &str)] = &[
    (10001, 401, "Account is not active"),
    (20001, 400, "Unknown parameters"),
    (20003, 401, "Authenticate"),
    (20004, 405, "Method not allowed"),
    (20005, 403, "Account not active"),
    (20007, 400, "Page size too large"),
    (20008, 403, "Resource not accessible with Test Account Credentials"),
    (20404, 404, "The requested resource was not found"),
    (20409, 409, "Conflict"),
    (20422, 400, "Invalid parameter"),
    (20429, 429, "Too Many Requests"),
    (20500, 500, "Internal Server Error"),
    (20503, 503, "Service Unavailable"),
    (21402, 400, "Invalid Url"),
    (21403, 400, "Invalid Method"),
    (21404, 400, "Trial accounts are allowed one Twilio number"),
    (21405, 400, "VoiceFallbackUrl can not be set without setting VoiceUrl first"),
    (21406, 400, "SmsFallbackUrl can not be set without setting SmsUrl first"),
    (21421, 400, "PhoneNumber is invalid"),
    (21422, 400, "PhoneNumber is not available"),
    (21451, 400, "Invalid AreaCode"),
    (21452, 400, "No phone numbers found in the given AreaCode"),
    (21457, 400, "AreaCode is not allowed for this sub-resource"),
    (21458, 400, "Phone number type does not match the sub-resource"),
    (21470, 400, "AccountSid is not valid for a transfer"),
    (21502, 400, "Invalid callback Url"),
    (21613, 400, "PhoneNumber Requires Certification"),
    (21615, 400, "PhoneNumber Requires a Local Address"),
    (21631, 400, "Phone Number Requires an Address but the 'AddressSid' parameter was empty."),
    (21649, 400, "Bundle required: the 'BundleSid' parameter was empty."),
    (21650, 400, "PhoneNumber Requires a Verified Identity Document"),
    (21651, 400, "Address not contained in bundle, or document does not satisfy the regulation"),
    (22300, 400, "Account restricted from buying phone numbers"),
];

/// Why a request is not done.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct Refusal {
    pub(crate) code: u32,
    status: StatusCode,
    message: String,
}

impl Refusal {
    /// The error of this code with its usual text.
    pub(crate) fn of(code: u32) -> Self {
        Self::known(code).expect("codes in the program are in the table")
    }

    fn known(code: u32) -> Option<Self> {
        let (_, status, text) = CODES.iter().find(|(known, ..)| *known == code)?;
        let status = StatusCode::from_u16(*status).ok()?;
        Some(Self { code, status, message: (*text).to_owned() })
    }

    /// The error of this code with a text of its own.
    pub(crate) fn saying(code: u32, message: String) -> Self {
        Self { message, ..Self::of(code) }
    }

    /// There is nothing at this path.
    pub(crate) fn not_found(path: &str) -> Self {
        Self::saying(20404, format!("The requested resource {path} was not found"))
    }

    /// A parameter that Twilio cannot use.
    pub(crate) fn parameter(name: &str, why: &str) -> Self {
        Self::saying(20422, format!("Invalid Parameter: {name} {why}"))
    }
}

impl From<JournalError> for Refusal {
    fn from(error: JournalError) -> Self {
        tracing::error!(%error, "the Twilio twin cannot write its journal");
        Self::of(20500)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Json(json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status.as_u16(),
        }));
        if self.status == StatusCode::UNAUTHORIZED {
            return (self.status, [(header::WWW_AUTHENTICATE, r#"Basic realm="Twilio API""#)], body).into_response();
        }
        (self.status, body).into_response()
    }
}

/// Twilio's face in a fault.
pub(crate) struct TwilioFace;

impl TwilioFace {
    pub(crate) fn shared() -> Arc<dyn Face> {
        Arc::new(Self)
    }
}

impl Face for TwilioFace {
    fn operations(&self) -> &'static [&'static str] {
        super::api::OPERATIONS
    }

    fn status(&self, status: StatusCode) -> Response {
        let code = match status.as_u16() {
            401 => 20003,
            404 => 20404,
            405 => 20004,
            409 => 20409,
            429 => 20429,
            503 => 20503,
            500.. => 20500,
            _ => 20422,
        };
        let mut answer = Refusal { status, ..Refusal::of(code) }.into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        answer
    }

    fn code(&self, code: &str) -> Option<Response> {
        Refusal::known(code.parse().ok()?).map(IntoResponse::into_response)
    }
}
