//! The account itself.

use serde_json::{Value, json};

use super::{Answer, Asked, found};

/// There is one account, and it is as old as this.
const SINCE: &str = "Thu, 01 Jan 2026 00:00:00 +0000";

pub(super) fn fetch(asked: &Asked<'_>) -> Answer {
    let sid = &asked.twin.account_sid;
    let below = |name: &str| format!("/2010-04-01/Accounts/{sid}/{name}.json");
    let subresources: serde_json::Map<String, Value> = [
        ("available_phone_numbers", "AvailablePhoneNumbers"),
        ("balance", "Balance"),
        ("incoming_phone_numbers", "IncomingPhoneNumbers"),
    ]
    .into_iter()
    .map(|(key, name)| (key.to_owned(), below(name).into()))
    .collect();
    found(json!({
        "sid": sid,
        "owner_account_sid": sid,
        "friendly_name": "Numberline sandbox",
        "status": "active",
        "type": "Full",
        // The real API shows the token here. Whoever can read this knows it already.
        "auth_token": "redacted",
        "date_created": SINCE,
        "date_updated": SINCE,
        "uri": asked.path,
        "subresource_uris": subresources,
    }))
}

/// The twin's money never runs out.
pub(super) fn balance(asked: &Asked<'_>) -> Answer {
    found(json!({ "account_sid": asked.twin.account_sid, "balance": "1000.00", "currency": "USD" }))
}
