//! Verifications, texts and links as TextVerified shows them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{
    api::ROOT,
    verification::{Message, Verification},
};

/// Makes links that begin as the caller calls this twin.
#[derive(Debug, Clone)]
pub(super) struct Links(String);

impl Links {
    pub(super) fn new(root: &str) -> Self {
        Self(format!("{}{ROOT}", root.trim_end_matches('/')))
    }

    /// Something to read.
    pub(super) fn get(&self, path: &str) -> Value {
        json!({ "method": "GET", "href": format!("{}/{path}", self.0) })
    }

    /// Something to do.
    pub(super) fn post(&self, path: &str) -> Value {
        json!({ "method": "POST", "href": format!("{}/{path}", self.0) })
    }

    pub(super) fn verification(&self, id: &str) -> Value {
        self.get(&format!("verifications/{id}"))
    }
}

/// A time as TextVerified writes it.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// VerificationCompact.
pub(super) fn compact(verification: &Verification, links: &Links) -> Value {
    let id = &verification.id;
    json!({
        "id": id,
        "link": links.verification(id),
        "number": verification.number,
        "serviceName": verification.service,
        "state": verification.state,
        "totalCost": verification.cost,
        "createdAt": time(verification.created),
        "sms": links.get(&format!("sms?reservationId={id}")),
        "calls": links.get(&format!("calls?reservationId={id}")),
    })
}

/// VerificationExpanded, with what can be done at this time.
pub(super) fn expanded(verification: &Verification, links: &Links, now: DateTime<Utc>) -> Value {
    let id = &verification.id;
    let action = |verb: &str| links.post(&format!("verifications/{id}/{verb}"));
    let can_be_given_back = verification.can_be_given_back();
    let mut shown = compact(verification, links);
    if let Some(members) = shown.as_object_mut() {
        members.remove("link");
    }
    shown["endsAt"] = json!(time(verification.ends));
    shown["sale"] = links.get(&format!("sales/{}", verification.sale()));
    shown["cancel"] = json!({ "canCancel": can_be_given_back, "link": action("cancel") });
    shown["report"] = json!({ "canReport": can_be_given_back, "link": action("report") });
    shown["reactivate"] =
        json!({ "canReactivate": verification.can_be_reactivated(now), "link": action("reactivate") });
    shown["reuse"] = json!({ "reusableUntil": verification.reusable_until(now).map(time), "link": action("reuse") });
    shown
}

/// Sms.
pub(super) fn message(message: &Message) -> Value {
    json!({
        "id": message.id,
        "from": message.from,
        "to": message.to,
        "createdAt": time(message.at),
        "smsContent": message.text,
        "parsedCode": message.code,
        "encrypted": false,
    })
}
