//! IncomingPhoneNumbers: what the account has.

use axum::{http::StatusCode, response::IntoResponse};
use serde_json::{Value, json};

use super::{Answer, Asked, date, found, paging};
use crate::twilio::{
    error::Refusal,
    inventory::{Kind, Pattern},
    params::Params,
    state::{Change, Number},
};

pub(super) fn fetch(asked: &Asked<'_>, sid: &str) -> Answer {
    let number = asked.twin.journal.read(|holdings| holdings.number(sid).cloned());
    found(render(asked, &number.ok_or_else(|| Refusal::not_found(asked.path))?))
}

pub(super) fn update(asked: &Asked<'_>, sid: &str) -> Answer {
    // Numbers move between accounts of one owner; there is only one account here.
    if asked.params.filled("AccountSid").is_some_and(|other| other != asked.twin.account_sid) {
        return Err(Refusal::of(21470));
    }
    let number = asked.twin.journal.commit(|holdings| {
        let mut number = holdings.number(sid).cloned().ok_or_else(|| Refusal::not_found(asked.path))?;
        number.settings = number.settings.with(&asked.params)?;
        number.updated = asked.twin.ambient.business();
        let change = Change::Updated { sid: sid.to_owned(), settings: number.settings.clone(), at: number.updated };
        Ok::<_, Refusal>((vec![change], number))
    })?;
    found(render(asked, &number))
}

pub(super) fn delete(asked: &Asked<'_>, sid: &str) -> Answer {
    asked.twin.journal.commit(|holdings| match holdings.number(sid) {
        None => Err(Refusal::not_found(asked.path)),
        Some(_) => Ok((vec![Change::Released { sid: sid.to_owned() }], ())),
    })?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) fn list(asked: &Asked<'_>, kind: Option<Kind>) -> Answer {
    let wanted = Wanted::read(&asked.params, kind)?;
    let all = asked.twin.journal.read(|holdings| {
        holdings.numbers().into_iter().filter(|number| wanted.has(number)).cloned().collect::<Vec<_>>()
    });
    let page = paging::cut(&asked.params, all, |number| &number.sid)?;
    let items = page.items.iter().map(|number| render(asked, number)).collect();
    found(page.envelope(asked, "incoming_phone_numbers", items))
}

/// The filters of the list.
struct Wanted<'a> {
    kind: Option<Kind>,
    number: Option<NumberFilter<'a>>,
    friendly_name: Option<&'a str>,
    no_beta: bool,
    hosted: bool,
}

enum NumberFilter<'a> {
    Exactly(&'a str),
    Like(Pattern),
}

impl<'a> Wanted<'a> {
    fn read(params: &'a Params, kind: Option<Kind>) -> Result<Self, Refusal> {
        let number = match params.filled("PhoneNumber") {
            None => None,
            Some(exact) if exact.starts_with('+') && !exact.contains('*') => Some(NumberFilter::Exactly(exact)),
            Some(part) => Some(NumberFilter::Like(
                Pattern::parse(part).map_err(|error| Refusal::parameter("PhoneNumber", error.0))?,
            )),
        };
        let hosted = match params.filled("Origin") {
            None | Some("twilio") => false,
            Some("hosted") => true,
            Some(_) => return Err(Refusal::parameter("Origin", "must be twilio or hosted")),
        };
        let no_beta = params.flag("Beta")? == Some(false);
        Ok(Self { kind, number, friendly_name: params.filled("FriendlyName"), no_beta, hosted })
    }

    fn has(&self, number: &Number) -> bool {
        self.kind.is_none_or(|kind| number.kind == kind.owned())
            && match &self.number {
                None => true,
                Some(NumberFilter::Exactly(wanted)) => number.number == *wanted,
                Some(NumberFilter::Like(pattern)) => pattern.fits(&number.number[1..]),
            }
            && self.friendly_name.is_none_or(|name| number.settings.friendly_name == name)
            && !(self.no_beta && number.beta)
            && !self.hosted
    }
}

/// A number as the 2010 API shows it.
pub(super) fn render(asked: &Asked<'_>, number: &Number) -> Value {
    let account = &asked.twin.account_sid;
    let own = format!("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{}", number.sid);
    let set = &number.settings;
    // Twilio shows some unset SIDs as empty and others as null.
    let or_null = |sid: &str| if sid.is_empty() { Value::Null } else { sid.into() };
    json!({
        "sid": number.sid,
        "account_sid": account,
        "friendly_name": set.friendly_name,
        "phone_number": number.number,
        "voice_url": set.voice_url,
        "voice_method": set.voice_method,
        "voice_fallback_url": set.voice_fallback_url,
        "voice_fallback_method": set.voice_fallback_method,
        "voice_caller_id_lookup": set.voice_caller_id_lookup,
        "voice_application_sid": set.voice_application_sid,
        "voice_receive_mode": set.voice_receive_mode,
        "date_created": date(number.created),
        "date_updated": date(number.updated),
        "sms_url": set.sms_url,
        "sms_method": set.sms_method,
        "sms_fallback_url": set.sms_fallback_url,
        "sms_fallback_method": set.sms_fallback_method,
        "sms_application_sid": set.sms_application_sid,
        "status_callback": set.status_callback,
        "status_callback_method": set.status_callback_method,
        "address_requirements": number.address_requirements,
        "address_sid": or_null(&set.address_sid),
        "identity_sid": or_null(&set.identity_sid),
        "bundle_sid": or_null(&set.bundle_sid),
        "trunk_sid": or_null(&set.trunk_sid),
        "emergency_status": set.emergency_status,
        "emergency_address_sid": or_null(&set.emergency_address_sid),
        "emergency_address_status":
            if set.emergency_address_sid.is_empty() { "unregistered" } else { "registered" },
        "capabilities": {
            "voice": number.can.voice, "sms": number.can.sms, "mms": number.can.mms, "fax": number.can.fax,
        },
        "origin": "twilio",
        "beta": number.beta,
        "status": "in-use",
        "type": number.kind,
        "api_version": "2010-04-01",
        "uri": format!("{own}.json"),
        "subresource_uris": { "assigned_add_ons": format!("{own}/AssignedAddOns.json") },
    })
}
