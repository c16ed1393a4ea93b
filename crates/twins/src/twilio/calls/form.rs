//! The parameters that Twilio sends along, all of them, also where they are empty.

use vocab::E164;

use super::webhook::Form;
use crate::twilio::{Twin, api, inventory, state::Call};

/// What every request about a call says of it.
pub(crate) fn of_call(twin: &Twin, call: &Call, status: &str) -> Form {
    let mut form = pairs(&[
        ("CallSid", &call.sid),
        ("AccountSid", &twin.account_sid),
        ("From", &call.from),
        ("To", &call.to),
        ("Caller", &call.from),
        ("Called", &call.to),
        ("CallStatus", status),
        ("ApiVersion", "2010-04-01"),
        ("Direction", "inbound"),
        ("StirVerstat", if call.from.starts_with("+1") { "TN-Validation-Passed-A" } else { "No-TN-Validation" }),
    ]);
    for (party, sides) in [(&call.from, ["From", "Caller"]), (&call.to, ["To", "Called"])] {
        let where_it_is = whereabouts(party);
        for side in sides {
            let names = ["City", "State", "Zip", "Country"].into_iter().zip(&where_it_is);
            form.extend(names.map(|(name, value)| (format!("{side}{name}"), value.clone())));
        }
    }
    form
}

/// What a report of a call's progress says besides.
pub(crate) fn of_progress(twin: &Twin, sequence: u32) -> Form {
    pairs(&[
        ("CallbackSource", "call-progress-events"),
        ("SequenceNumber", &sequence.to_string()),
        ("Timestamp", &api::date(twin.ambient.business())),
    ])
}

/// What the report of a call's end says besides: seconds talked, and minutes billed.
pub(crate) fn of_end(seconds: u32) -> Form {
    pairs(&[("CallDuration", &seconds.to_string()), ("Duration", &seconds.div_ceil(60).to_string())])
}

/// Names and values.
pub(crate) fn pairs(pairs: &[(&str, &str)]) -> Form {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// City, state, postal code and country of a number, as far as they are known; Twilio writes cities in capitals.
fn whereabouts(party: &str) -> [String; 4] {
    let Ok(number) = party.parse::<E164>() else { return Default::default() };
    let place = inventory::lookup(&number).and_then(|listing| listing.place);
    let text = |field: Option<&str>| field.unwrap_or_default().to_owned();
    [
        text(place.and_then(|place| place.locality)).to_uppercase(),
        text(place.and_then(|place| place.region)),
        text(place.and_then(|place| place.postal_code)),
        number.country().map(|country| country.to_string()).unwrap_or_default(),
    ]
}
