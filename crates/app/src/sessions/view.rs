//! Number sessions as the API shows them.

use serde::Serialize;
use utoipa::ToSchema;
use vocab::{Amount, CountryCode, Currency, E164, id::NumberSessionId, telephony::CallStatus};

use super::{EndReason, Greeting, NumberSession, SessionStatus, sql::calls::CallRow};
use crate::web::{Meta, Timestamp};

/// A number session.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "sessionId": "ses_019bc0fd89c07c3a9d52b8e6f1736573", "phoneNumber": "+14155552671",
    "expiresAt": "2026-01-15T10:00:00.412Z", "userId": "customer-42", "country": "US", "status": "ACTIVE",
    "greetingText": "Hello, you have reached Ada.", "price": 0.25, "currency": "USD",
    "startedAt": "2026-01-15T09:30:00.412Z",
}))]
pub struct SessionView {
    /// Its id. The bare UUID inside is accepted too, wherever an id is.
    pub session_id: NumberSessionId,
    /// The number that is lent.
    #[schema(value_type = E164)]
    pub phone_number: String,
    /// When its time is over.
    pub expires_at: Timestamp,
    /// Your own name for whom it is for.
    pub user_id: String,
    /// The number's country.
    pub country: CountryCode,
    /// Whether it has its number now.
    pub status: SessionStatus,
    /// The recording that callers hear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting_url: Option<String>,
    /// The text that callers hear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting_text: Option<String>,
    /// What it cost, once.
    pub price: Amount,
    /// In which currency.
    pub currency: Currency,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
}

/// A number session with its calls.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionDetails {
    /// The session.
    #[serde(flatten)]
    pub session: SessionView,
    /// Who called, the latest first, a hundred at most.
    pub calls: Vec<SessionCall>,
}

/// A call to a session's number.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "callSid": "CA5ab5f5dde6d03cadcd9b7a4967ad82df", "from": "+12125550142",
    "calledAt": "2026-01-15T09:41:20.300Z", "status": "COMPLETED", "duration": 17,
}))]
pub struct SessionCall {
    /// The carrier's id of it.
    pub call_sid: String,
    /// The caller: a number, `anonymous`, or an address.
    pub from: String,
    /// When.
    pub called_at: Timestamp,
    /// How it ended, once it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CallStatus>,
    /// How long it took, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<i64>,
}

/// The answer to the end of a session, with a sentence beside the data.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionEnded {
    /// Always true.
    pub success: bool,
    /// For people.
    pub message: &'static str,
    /// The session, over.
    pub data: SessionView,
    /// About the answer.
    pub meta: Meta,
}

impl SessionView {
    pub(super) fn new(session: NumberSession, now: chrono::DateTime<chrono::Utc>) -> Self {
        let (status, end) = (session.status(now), session.end(now));
        let (greeting_url, greeting_text) = match session.greeting {
            Greeting::Play(url) => (Some(url), None),
            Greeting::Say(text) => (None, Some(text)),
        };
        Self {
            session_id: session.id,
            phone_number: session.phone_number,
            expires_at: session.expires_at.into(),
            user_id: session.label,
            country: session.country,
            status,
            greeting_url,
            greeting_text,
            price: session.price.amount,
            currency: session.price.currency,
            started_at: session.started_at.into(),
            ended_at: end.map(|(at, _)| at.into()),
            end_reason: end.map(|(_, reason)| reason),
        }
    }
}

impl From<CallRow> for SessionCall {
    fn from(row: CallRow) -> Self {
        Self {
            call_sid: row.carrier_sid,
            from: row.from_number,
            called_at: row.called_at.into(),
            status: row.status.and_then(|status| status.parse().ok()),
            duration: row.duration_seconds,
        }
    }
}
