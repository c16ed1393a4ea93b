//! What its owner can set on a number: read from a form, checked by Twilio's rules.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{error::Refusal, params::Params};

/// The settings of a number. Unset URLs and SIDs are empty, as Twilio shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) friendly_name: String,
    pub(crate) voice_url: String,
    pub(crate) voice_method: String,
    pub(crate) voice_fallback_url: String,
    pub(crate) voice_fallback_method: String,
    pub(crate) voice_application_sid: String,
    pub(crate) voice_caller_id_lookup: bool,
    pub(crate) voice_receive_mode: String,
    pub(crate) sms_url: String,
    pub(crate) sms_method: String,
    pub(crate) sms_fallback_url: String,
    pub(crate) sms_fallback_method: String,
    pub(crate) sms_application_sid: String,
    pub(crate) status_callback: String,
    pub(crate) status_callback_method: String,
    pub(crate) trunk_sid: String,
    pub(crate) address_sid: String,
    pub(crate) bundle_sid: String,
    pub(crate) identity_sid: String,
    pub(crate) emergency_status: String,
    pub(crate) emergency_address_sid: String,
}

impl Settings {
    /// Those of a number that nobody has set up yet.
    pub(crate) fn of_new(friendly_name: &str) -> Self {
        let post = || "POST".to_owned();
        Self {
            friendly_name: friendly_name.to_owned(),
            voice_method: post(),
            voice_fallback_method: post(),
            voice_receive_mode: "voice".to_owned(),
            sms_method: post(),
            sms_fallback_method: post(),
            status_callback_method: post(),
            emergency_status: "Inactive".to_owned(),
            ..Self::default()
        }
    }

    /// These with what the form sets. A parameter that is absent changes nothing, an empty one clears; unknown ones are
    /// ignored, as Twilio does.
    pub(crate) fn with(&self, form: &Params) -> Result<Self, Refusal> {
        let mut new = self.clone();
        name(form, &mut new.friendly_name)?;
        link(form, "VoiceUrl", 21402, &mut new.voice_url)?;
        link(form, "VoiceFallbackUrl", 21402, &mut new.voice_fallback_url)?;
        link(form, "SmsUrl", 21402, &mut new.sms_url)?;
        link(form, "SmsFallbackUrl", 21402, &mut new.sms_fallback_url)?;
        link(form, "StatusCallback", 21502, &mut new.status_callback)?;
        method(form, "VoiceMethod", &mut new.voice_method)?;
        method(form, "VoiceFallbackMethod", &mut new.voice_fallback_method)?;
        method(form, "SmsMethod", &mut new.sms_method)?;
        method(form, "SmsFallbackMethod", &mut new.sms_fallback_method)?;
        method(form, "StatusCallbackMethod", &mut new.status_callback_method)?;
        choice(form, "VoiceReceiveMode", &["voice", "fax"], &mut new.voice_receive_mode)?;
        choice(form, "EmergencyStatus", &["Active", "Inactive"], &mut new.emergency_status)?;
        sid(form, "VoiceApplicationSid", "AP", &mut new.voice_application_sid)?;
        sid(form, "SmsApplicationSid", "AP", &mut new.sms_application_sid)?;
        sid(form, "TrunkSid", "TK", &mut new.trunk_sid)?;
        sid(form, "AddressSid", "AD", &mut new.address_sid)?;
        sid(form, "BundleSid", "BU", &mut new.bundle_sid)?;
        sid(form, "IdentitySid", "RI", &mut new.identity_sid)?;
        sid(form, "EmergencyAddressSid", "AD", &mut new.emergency_address_sid)?;
        if let Some(wanted) = form.flag("VoiceCallerIdLookup")? {
            new.voice_caller_id_lookup = wanted;
        }
        // A trunk and an application exclude each other: the one that is set clears the other.
        if form.filled("TrunkSid").is_some() {
            new.voice_application_sid.clear();
        } else if form.filled("VoiceApplicationSid").is_some() {
            new.trunk_sid.clear();
        }
        new.has_what_it_falls_back_from()?;
        Ok(new)
    }

    fn has_what_it_falls_back_from(&self) -> Result<(), Refusal> {
        if !self.voice_fallback_url.is_empty() && self.voice_url.is_empty() {
            return Err(Refusal::of(21405));
        }
        if !self.sms_fallback_url.is_empty() && self.sms_url.is_empty() {
            return Err(Refusal::of(21406));
        }
        Ok(())
    }
}

fn name(form: &Params, field: &mut String) -> Result<(), Refusal> {
    let Some(name) = form.get("FriendlyName") else { return Ok(()) };
    if name.chars().count() > 64 {
        return Err(Refusal::parameter("FriendlyName", "must not be longer than 64 characters"));
    }
    name.clone_into(field);
    Ok(())
}

fn link(form: &Params, name: &'static str, code: u32, field: &mut String) -> Result<(), Refusal> {
    let Some(text) = form.get(name) else { return Ok(()) };
    let is_link = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !text.is_empty() && !is_link {
        return Err(Refusal::saying(code, format!("{name} is not valid: {text}")));
    }
    text.clone_into(field);
    Ok(())
}

fn method(form: &Params, name: &'static str, field: &mut String) -> Result<(), Refusal> {
    let Some(text) = form.get(name) else { return Ok(()) };
    match text.to_ascii_uppercase().as_str() {
        "" => "POST".clone_into(field),
        known @ ("GET" | "POST") => known.clone_into(field),
        _ => return Err(Refusal::saying(21403, format!("{name} is not valid: {text}"))),
    }
    Ok(())
}

fn choice(form: &Params, name: &'static str, allowed: &[&str], field: &mut String) -> Result<(), Refusal> {
    let Some(text) = form.filled(name) else { return Ok(()) };
    let known = allowed.iter().find(|known| known.eq_ignore_ascii_case(text));
    let known = known.ok_or_else(|| Refusal::parameter(name, &format!("must be one of {}", allowed.join(", "))))?;
    (*known).clone_into(field);
    Ok(())
}

fn sid(form: &Params, name: &'static str, prefix: &str, field: &mut String) -> Result<(), Refusal> {
    let Some(text) = form.get(name) else { return Ok(()) };
    let is_sid = text
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if !text.is_empty() && !is_sid {
        return Err(Refusal::parameter(name, &format!("must be {prefix} and 32 hexadecimal digits")));
    }
    text.clone_into(field);
    Ok(())
}
