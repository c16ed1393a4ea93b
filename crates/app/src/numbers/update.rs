//! What an owner may change about a number: its name, tags, notes, and what its calls follow.

use garde::Validate;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use vocab::{
    id::{AccountId, ConfigurationId, NumberId},
    telephony::HttpMethod,
};

use super::{
    Number, NumberError, NumberStatus, Numbers,
    options::{NOT_A_URL, name_fault},
    sql,
};
use crate::{
    flows::{self, ActionType, NumberConfiguration},
    web::FieldError,
};

/// The most tags on a number.
pub(super) const MAX_TAGS: usize = 20;
/// The most characters in one of them, and in the notes.
const MAX_TAG: usize = 50;
const MAX_NOTES: usize = 2000;
/// The most configurations of a number.
const MAX_CONFIGURATIONS: i64 = 20;
const ON_ITS_WAY_BACK: &str = "The number is released or on its way back to the carrier.";

/// What to change. What is absent stays; null clears.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({
    "friendlyName": "Support line", "tags": ["support", "us"], "notes": "Printed on the website",
}))]
pub struct UpdateNumber {
    /// Your name for it.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 100)]
    pub friendly_name: Option<Option<String>>,
    /// Your labels: at most 20, of at most 50 characters.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(value_type = Option<Vec<String>>)]
    pub tags: Option<Option<Vec<String>>>,
    /// Your notes.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub notes: Option<Option<String>>,
    /// Must be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub voice_url: Option<String>,
    /// Must be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub voice_method: Option<HttpMethod>,
    /// Must be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub voice_fallback_url: Option<String>,
    /// Must be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub sms_url: Option<String>,
    /// Must be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub status_callback: Option<String>,
    /// Must be absent: `POST /numbers/{id}/configure` has features.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(value_type = Option<Object>)]
    pub configuration: Option<Value>,
}

/// Tells an absent field (`None`) from one that is null (`Some(None)`).
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Numbers {
    /// Changes the owner's own fields.
    pub async fn update(&self, account: AccountId, id: NumberId, wanted: &UpdateNumber) -> Result<(), NumberError> {
        check(wanted)?;
        self.store
            .write(|tx| async move {
                let mut number = sql::numbers::lock(&tx, account, id).await?.ok_or(NumberError::NotFound)?;
                refuse_leaving(&number)?;
                apply(&mut number, wanted);
                Ok(sql::numbers::update(&tx, &number, self.ambient.business()).await?)
            })
            .await
    }

    /// Writes a configuration, in the place of one of the same name, and makes it the one that calls follow if asked to.
    pub async fn configure(
        &self,
        account: AccountId,
        id: NumberId,
        wanted: &NumberConfiguration,
        make_default: bool,
    ) -> Result<(), NumberError> {
        let faults = flows::faults(wanted, "configuration", self.settings.development);
        if !faults.is_empty() {
            return Err(NumberError::Configuration(faults));
        }
        self.store
            .write(|tx| async move {
                let mut number = sql::numbers::lock(&tx, account, id).await?.ok_or(NumberError::NotFound)?;
                refuse_leaving(&number)?;
                refuse_circle(&number, wanted)?;
                if flows::sql::count_others(&tx, id, &wanted.name).await? >= MAX_CONFIGURATIONS {
                    return Err(NumberError::Conflict("The number has as many configurations as it may have, 20."));
                }
                let (new, now) = (ConfigurationId::new(&self.ambient), self.ambient.business());
                let written = flows::sql::put(&tx, new, account, id, wanted, now).await?;
                if make_default {
                    number.configuration = Some(written);
                }
                Ok(sql::numbers::update(&tx, &number, now).await?)
            })
            .await
    }
}

fn refuse_leaving(number: &Number) -> Result<(), NumberError> {
    match number.status {
        NumberStatus::Active | NumberStatus::Suspended => Ok(()),
        _ => Err(NumberError::Conflict(ON_ITS_WAY_BACK)),
    }
}

/// A number that forwards to itself would ring until the carrier stops it, and each round is charged.
fn refuse_circle(number: &Number, wanted: &NumberConfiguration) -> Result<(), NumberError> {
    let action = wanted.routing_rules.action();
    if action.action_type == ActionType::Forward && action.destination.as_deref() == Some(number.number.as_str()) {
        let place = "configuration.routingRules.defaultAction.destination";
        return Err(NumberError::Configuration(vec![FieldError::new(place, "must be another number than this one")]));
    }
    Ok(())
}

fn check(wanted: &UpdateNumber) -> Result<(), NumberError> {
    let unsupported: Vec<FieldError> = [
        ("voiceUrl", wanted.voice_url.is_some(), NOT_A_URL),
        ("voiceMethod", wanted.voice_method.is_some(), NOT_A_URL),
        ("voiceFallbackUrl", wanted.voice_fallback_url.is_some(), NOT_A_URL),
        ("smsUrl", wanted.sms_url.is_some(), NOT_A_URL),
        ("statusCallback", wanted.status_callback.is_some(), NOT_A_URL),
        ("configuration", wanted.configuration.is_some(), "is written with POST /numbers/{id}/configure"),
    ]
    .into_iter()
    .filter(|(_, is_given, _)| *is_given)
    .map(|(name, _, message)| FieldError::new(name, message))
    .collect();
    let mut faults = Vec::new();
    if let Some(Some(fault)) =
        wanted.friendly_name.as_ref().map(|name| name.as_deref().map(str::trim).and_then(name_fault))
    {
        faults.push(FieldError::new("friendlyName", fault));
    }
    if let Some(Some(tags)) = &wanted.tags {
        faults.extend(tag_faults(tags));
    }
    if let Some(Some(notes)) = &wanted.notes
        && notes.chars().count() > MAX_NOTES
    {
        faults.push(FieldError::new("notes", format!("must have at most {MAX_NOTES} characters")));
    }
    if !faults.is_empty() {
        return Err(NumberError::Invalid(faults));
    }
    if unsupported.is_empty() { Ok(()) } else { Err(NumberError::Configuration(unsupported)) }
}

fn tag_faults(tags: &[String]) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if tags.len() > MAX_TAGS {
        faults.push(FieldError::new("tags", format!("must have at most {MAX_TAGS} entries")));
    }
    for (at, tag) in tags.iter().enumerate() {
        if !(1..=MAX_TAG).contains(&tag.trim().chars().count()) || tag.contains(char::is_control) {
            let message = format!("must have 1 to {MAX_TAG} characters, none of them a control character");
            faults.push(FieldError::new(format!("tags[{at}]"), message));
        }
    }
    faults
}

fn apply(number: &mut Number, wanted: &UpdateNumber) {
    if let Some(name) = &wanted.friendly_name {
        number.friendly_name = name.as_deref().map(|name| name.trim().to_owned());
    }
    if let Some(tags) = &wanted.tags {
        number.tags.clear();
        for tag in tags.iter().flatten().map(|tag| tag.trim().to_owned()) {
            if !number.tags.contains(&tag) {
                number.tags.push(tag);
            }
        }
    }
    if let Some(notes) = &wanted.notes {
        number.notes.clone_from(notes);
    }
}
