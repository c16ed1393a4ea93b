//! What a buyer may say about a number beside which one it is.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use vocab::telephony::HttpMethod;

use super::NumberError;
use crate::{
    flows::{self, Features, NumberConfiguration, RoutingRules, Schedule},
    web::error::FieldError,
};

/// The most characters in the owner's name for a number.
pub(super) const MAX_FRIENDLY_NAME: usize = 100;
/// The most bytes of a buyer's own metadata.
const MAX_METADATA: usize = 4096;
/// Why no URL of a customer's is accepted.
pub(super) const NOT_A_URL: &str =
    "calls to a URL of yours are not acted on yet; use routingRules, or POST /numbers/{id}/configure later";

/// What a buyer may say about a number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub friendly_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<PurchaseConfiguration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<serde_json::Map<String, Value>>,
}

/// What a number's calls are to follow from the start. The URLs are the seed's and not acted on yet: they are refused.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PurchaseConfiguration {
    /// Its name; `default` if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What happens to calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_rules: Option<RoutingRules>,
    /// Must be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// What else; needs `routingRules`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
    /// Must be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_url: Option<String>,
    /// Must be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_method: Option<HttpMethod>,
    /// Must be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_fallback_url: Option<String>,
    /// Must be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_url: Option<String>,
    /// Must be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_callback: Option<String>,
}

/// Options that are accepted, as they are kept with the order's item.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Accepted {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub friendly_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<NumberConfiguration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<serde_json::Map<String, Value>>,
}

impl Accepted {
    /// Whether nothing was asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.friendly_name.is_none() && self.configuration.is_none() && self.metadata.is_none()
    }
}

impl Options {
    /// Reads a line's options. `at` is their place in the request.
    pub(super) fn read(options: &Value, at: &str, development: bool) -> Result<Accepted, NumberError> {
        if !matches!(options, Value::Null | Value::Object(_)) {
            return Err(NumberError::Invalid(vec![FieldError::new(at, "must be an object")]));
        }
        let read = if options.is_null() { Ok(Self::default()) } else { serde_json::from_value(options.clone()) };
        let options: Self = read.map_err(|error| NumberError::Invalid(vec![FieldError::new(at, error.to_string())]))?;
        options.accept(at, &format!("{at}.configuration"), development)
    }

    /// Checks them; `configuration_at` is where the configuration stands.
    pub(super) fn accept(self, at: &str, configuration_at: &str, development: bool) -> Result<Accepted, NumberError> {
        let friendly_name = self.friendly_name.map(|name| name.trim().to_owned());
        let mut faults = Vec::new();
        if let Some(fault) = friendly_name.as_deref().and_then(name_fault) {
            faults.push(FieldError::new(format!("{at}.friendlyName"), fault));
        }
        if let Some(metadata) = &self.metadata
            && serde_json::to_vec(metadata).map_or(usize::MAX, |text| text.len()) > MAX_METADATA
        {
            faults.push(FieldError::new(format!("{at}.metadata"), format!("must have at most {MAX_METADATA} bytes")));
        }
        if !faults.is_empty() {
            return Err(NumberError::Invalid(faults));
        }
        let configuration =
            self.configuration.map(|given| given.accept(configuration_at, development)).transpose()?.flatten();
        Ok(Accepted { friendly_name, configuration, metadata: self.metadata })
    }
}

impl PurchaseConfiguration {
    /// The configuration this asks for; `None` if it says nothing.
    fn accept(self, at: &str, development: bool) -> Result<Option<NumberConfiguration>, NumberError> {
        let urls = [
            ("voiceUrl", self.voice_url.is_some()),
            ("voiceMethod", self.voice_method.is_some()),
            ("voiceFallbackUrl", self.voice_fallback_url.is_some()),
            ("smsUrl", self.sms_url.is_some()),
            ("statusCallback", self.status_callback.is_some()),
        ];
        let mut faults: Vec<FieldError> = urls
            .into_iter()
            .filter(|(_, given)| *given)
            .map(|(name, _)| FieldError::new(format!("{at}.{name}"), NOT_A_URL))
            .collect();
        let says_more = self.name.is_some() || self.schedule.is_some() || self.features.is_some();
        let configuration = self.routing_rules.map(|routing_rules| NumberConfiguration {
            name: self.name.unwrap_or_else(|| "default".to_owned()),
            routing_rules,
            schedule: self.schedule,
            features: self.features.unwrap_or_default(),
        });
        match &configuration {
            Some(configuration) => faults.extend(flows::faults(configuration, at, development)),
            None if says_more => faults.push(FieldError::new(format!("{at}.routingRules"), "is required")),
            None => {}
        }
        if faults.is_empty() { Ok(configuration) } else { Err(NumberError::Configuration(faults)) }
    }
}

/// What is wrong with the owner's name for a number.
pub(super) fn name_fault(name: &str) -> Option<String> {
    let fits = (1..=MAX_FRIENDLY_NAME).contains(&name.chars().count());
    let clean = !name.contains(char::is_control);
    (!fits || !clean)
        .then(|| format!("must have 1 to {MAX_FRIENDLY_NAME} characters, none of them a control character"))
}
