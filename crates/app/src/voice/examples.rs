//! What the carrier sends and what it gets, for the document: forms and TwiML, of which no schema can make an example.

use serde_json::{Value, json};

use super::{
    routing::GREETING,
    twiml::{Verb, document},
};

/// The parameters of a call in this state.
pub(super) fn call(status: &str) -> Value {
    json!({
        "AccountSid": "AC0123456789abcdef0123456789abcdef", "ApiVersion": "2010-04-01",
        "CallSid": "CA0123456789abcdef0123456789abcdef", "CallStatus": status, "Direction": "inbound",
        "From": "+12125550100", "To": "+14155552671",
    })
}

/// Those of a call of which a dialled leg ended.
pub(super) fn leg() -> Value {
    let mut leg = call("in-progress");
    leg["DialCallSid"] = json!("CAfedcba9876543210fedcba9876543210");
    leg["DialCallStatus"] = json!("no-answer");
    leg
}

/// What a number that forwards to somebody answers.
pub(super) fn forwarded() -> String {
    let action = "https://numbers.example.com/api/v1/webhooks/twilio/dialled".to_owned();
    document(&[Verb::Dial { to: "+14155550123".to_owned(), timeout: 20, action }])
}

/// What a caller hears where nobody answered.
pub(super) fn unanswered() -> String {
    document(&[Verb::Say(GREETING.to_owned()), Verb::Hangup])
}
