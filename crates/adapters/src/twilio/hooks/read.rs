//! Parameters of a verified webhook → what the port calls a call. Anything may be missing or nonsense.

use chrono::{DateTime, Utc};
use ports::inbound::{CallWebhook, DialledLeg};
use vocab::telephony::CallStatus;

use super::params::Params;

/// A webhook about a call.
pub(super) fn call(params: &Params<'_>) -> CallWebhook {
    let text = |key| params.get(key).unwrap_or_default().into_owned();
    let number = |key| params.get(key).and_then(|value| value.trim().parse().ok());
    let status = |key| params.get(key).and_then(|value| call_status(&value));
    CallWebhook {
        call_sid: text("CallSid"),
        parent_sid: params.get("ParentCallSid").map(Into::into),
        from: text("From"),
        to: text("To"),
        inbound: params.get("Direction").is_some_and(|direction| direction == "inbound"),
        status: status("CallStatus"),
        // `Duration` beside it counts billed minutes.
        duration_seconds: number("CallDuration"),
        sequence: number("SequenceNumber"),
        at: params.get("Timestamp").and_then(|value| timestamp(&value)),
        dialled: params
            .get("DialCallStatus")
            .map(|_| DialledLeg { status: status("DialCallStatus"), duration_seconds: number("DialCallDuration") }),
    }
}

/// RFC 2822, such as `Thu, 30 Jul 2015 23:19:04 +0000`.
fn timestamp(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text.trim()).ok().map(|at| at.with_timezone(&Utc))
}

/// Twilio's words for where a call is.
fn call_status(word: &str) -> Option<CallStatus> {
    match word {
        "queued" | "initiated" => Some(CallStatus::Initiated),
        "ringing" => Some(CallStatus::Ringing),
        // A dialled leg is `answered` where a call is `in-progress`.
        "in-progress" | "answered" => Some(CallStatus::Answered),
        "completed" => Some(CallStatus::Completed),
        "busy" => Some(CallStatus::Busy),
        "failed" => Some(CallStatus::Failed),
        "no-answer" => Some(CallStatus::NoAnswer),
        "canceled" => Some(CallStatus::Cancelled),
        _ => None,
    }
}
