//! A configuration of a number: its routing document with a name and what else it switches on.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vocab::id::ConfigurationId;

use super::document::{Hours, RoutingRules};

/// What calls to a number are to follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "name": "Office",
    "routingRules": {
        "defaultAction": {"type": "FORWARD", "destination": "+14155550100", "options": {"timeout": 20}},
    },
    "features": {"voicemail": true},
}))]
pub struct NumberConfiguration {
    /// Its name; a number has one configuration of a name.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// What happens to calls.
    pub routing_rules: RoutingRules,
    /// Must be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// What else.
    #[serde(default)]
    pub features: Features,
}

/// When somebody is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schedule {
    /// An IANA time zone.
    #[schema(example = "America/Los_Angeles")]
    pub timezone: String,
    /// The hours.
    pub business_hours: Vec<Hours>,
}

/// What else a configuration switches on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Features {
    /// Must not be true.
    pub record_calls: bool,
    /// Must not be true.
    pub transcribe_calls: bool,
    /// Must not be true.
    pub call_screening: bool,
    /// Must not be true.
    pub call_queue: bool,
    /// An unanswered forward ends in the voicemail greeting: that of the number's latest configuration whose action is
    /// `voicemail`, active or not, else one of ours.
    pub voicemail: bool,
}

/// A version as it is stored.
pub(crate) struct Stored {
    pub(crate) id: ConfigurationId,
    pub(crate) name: String,
    pub(crate) routing_rules: RoutingRules,
    pub(crate) features: Features,
    pub(crate) created_at: DateTime<Utc>,
}
