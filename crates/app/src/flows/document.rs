//! What happens to a call, in the API's own shapes. Which of them are acted on is decided in `configuration.rs`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

vocab::wire_enum! {
    /// What to do with a call.
    pub enum ActionType {
        /// Dial another number or SIP address.
        Forward = "FORWARD",
        /// Speak a greeting and hang up.
        Voicemail = "VOICEMAIL",
        /// Do not take the call.
        Reject = "REJECT",
        /// Speak a text and hang up.
        Say = "SAY",
        /// Play a recording and hang up.
        Play = "PLAY",
        /// Join a conference.
        Conference = "CONFERENCE",
        /// Ask the caller what they want.
        Ivr = "IVR",
        /// Wait for somebody to be free.
        Queue = "QUEUE",
    }
}

/// Rules of what happens to a call. Only `defaultAction` is acted on so far: lists of rules must be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoutingRules {
    /// What happens when no rule says otherwise: an action, or only its type.
    pub default_action: DefaultAction,
    /// Rules by the clock. Must be empty.
    #[serde(default)]
    pub time_based_rules: Vec<TimeBasedRule>,
    /// Rules by where the caller is. Must be empty.
    #[serde(default)]
    pub geographic_rules: Vec<GeographicRule>,
    /// Rules by who calls. Must be empty.
    #[serde(default)]
    pub caller_id_rules: Vec<CallerIdRule>,
    /// Where else to try. Must be empty.
    #[serde(default)]
    pub failover_rules: Vec<FailoverRule>,
}

/// An action, or only its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum DefaultAction {
    /// Its type: `"voicemail"`.
    Named(ActionType),
    /// The whole action.
    Full(RoutingAction),
}

/// What to do with a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoutingAction {
    /// What.
    #[serde(rename = "type")]
    pub action_type: ActionType,
    /// With what. `forward`: a number in E.164 form or a `sip:` address. `say`: the text spoken. `play`: the recording's
    /// https URL. `voicemail`: the greeting, a text or an https URL; without one it has one of ours. `reject`: `busy`,
    /// `rejected` or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// How.
    #[serde(default, skip_serializing_if = "RoutingOptions::is_empty")]
    pub options: RoutingOptions,
}

/// How an action is done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoutingOptions {
    /// Seconds that a forward rings, 5 to 600; 30 if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// Must not be true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<bool>,
    /// Must not be true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcribe: Option<bool>,
    /// Must be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub music: Option<String>,
}

impl RoutingAction {
    /// The action of this type with nothing else said.
    pub const fn plain(action_type: ActionType) -> Self {
        Self { action_type, destination: None, options: RoutingOptions::NONE }
    }
}

impl RoutingOptions {
    const NONE: Self = Self { timeout: None, record: None, transcribe: None, music: None };

    fn is_empty(&self) -> bool {
        *self == Self::NONE
    }
}

impl RoutingRules {
    /// The default action in full.
    pub fn action(&self) -> RoutingAction {
        match &self.default_action {
            DefaultAction::Named(action_type) => RoutingAction::plain(*action_type),
            DefaultAction::Full(action) => action.clone(),
        }
    }
}

/// A rule by the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TimeBasedRule {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// When it applies.
    pub schedule: RuleSchedule,
    /// What it does.
    pub action: RoutingAction,
    /// The highest goes first.
    pub priority: i64,
}

/// When a rule applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleSchedule {
    /// An IANA time zone.
    #[schema(example = "America/Los_Angeles")]
    pub timezone: String,
    /// The hours.
    pub rules: Vec<Hours>,
}

/// Hours of some days of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hours {
    /// 0 is Sunday.
    pub day_of_week: Vec<u8>,
    /// `HH:mm`.
    pub time_from: String,
    /// `HH:mm`.
    pub time_to: String,
}

/// A rule by where the caller is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GeographicRule {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// ISO country codes.
    pub countries: Vec<String>,
    /// States or provinces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub states: Option<Vec<String>>,
    /// Towns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cities: Option<Vec<String>>,
    /// What it does.
    pub action: RoutingAction,
    /// The highest goes first.
    pub priority: i64,
}

/// A rule by who calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CallerIdRule {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Of callers' numbers.
    pub patterns: Vec<String>,
    /// What it does.
    pub action: RoutingAction,
    /// The highest goes first.
    pub priority: i64,
}

/// Where else to try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FailoverRule {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How often.
    pub attempts: u32,
    /// Seconds between attempts.
    pub delay: u32,
    /// Where.
    pub destinations: Vec<String>,
}
