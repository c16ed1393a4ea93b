//! Which configurations are accepted: those that calls will follow to the letter. Anything else is refused, never
//! swallowed.

use super::{
    destination,
    document::{ActionType, RoutingAction, RoutingOptions},
    model::{Features, NumberConfiguration},
};
use crate::web::error::FieldError;

/// The most characters in a configuration's name.
const MAX_NAME: usize = 100;
/// Seconds that a forward may ring (Twilio: `Dial` takes 5 to 600).
const RING: std::ops::RangeInclusive<u32> = 5..=600;

/// Whatever keeps us from acting on the configuration. `at` is its place in the request.
pub(crate) fn faults(configuration: &NumberConfiguration, at: &str, development: bool) -> Vec<FieldError> {
    let mut found = Faults { at, list: Vec::new() };
    if !(1..=MAX_NAME).contains(&configuration.name.trim().chars().count()) {
        found.add("name", format!("must have 1 to {MAX_NAME} characters"));
    }
    let rules = &configuration.routing_rules;
    let lists = [
        ("timeBasedRules", rules.time_based_rules.is_empty()),
        ("geographicRules", rules.geographic_rules.is_empty()),
        ("callerIdRules", rules.caller_id_rules.is_empty()),
        ("failoverRules", rules.failover_rules.is_empty()),
    ];
    for (name, _) in lists.into_iter().filter(|(_, empty)| !empty) {
        found.add(&format!("routingRules.{name}"), "rules are not acted on yet; leave the list empty");
    }
    if configuration.schedule.is_some() {
        found.add("schedule", "business hours are not acted on yet; leave them out");
    }
    let action = rules.action();
    found.action(&action, development);
    found.features(configuration.features, action.action_type);
    found.list
}

struct Faults<'a> {
    at: &'a str,
    list: Vec<FieldError>,
}

impl Faults<'_> {
    fn add(&mut self, field: &str, message: impl Into<String>) {
        let place = if self.at.is_empty() { field.to_owned() } else { format!("{}.{field}", self.at) };
        self.list.push(FieldError::new(place, message));
    }

    fn action(&mut self, action: &RoutingAction, development: bool) {
        let to = action.destination.as_deref();
        let checked = match action.action_type {
            ActionType::Forward => destination::forward(to),
            ActionType::Say => destination::spoken(to),
            ActionType::Voicemail => to.map_or(Ok(()), |greeting| destination::greeting(greeting, development)),
            ActionType::Play => destination::recording(to, development),
            ActionType::Reject if matches!(to, None | Some("busy" | "rejected")) => Ok(()),
            ActionType::Reject => Err("must be busy, rejected or absent"),
            ActionType::Conference | ActionType::Ivr | ActionType::Queue => {
                let name = action.action_type.as_str().to_ascii_lowercase();
                self.add("routingRules.defaultAction.type", format!("{name} is not acted on yet"));
                return;
            }
        };
        if let Err(message) = checked {
            self.add("routingRules.defaultAction.destination", message);
        }
        self.options(action.action_type, &action.options);
    }

    fn options(&mut self, action: ActionType, options: &RoutingOptions) {
        let at = "routingRules.defaultAction.options";
        match options.timeout {
            Some(_) if action != ActionType::Forward => {
                self.add(&format!("{at}.timeout"), "only a forward has a timeout");
            }
            Some(timeout) if !RING.contains(&timeout) => {
                self.add(&format!("{at}.timeout"), "must be 5 to 600 seconds");
            }
            _ => {}
        }
        for (name, set) in [("record", options.record), ("transcribe", options.transcribe)] {
            if set == Some(true) {
                self.add(&format!("{at}.{name}"), "is not acted on yet");
            }
        }
        if options.music.is_some() {
            self.add(&format!("{at}.music"), "is not acted on yet");
        }
    }

    fn features(&mut self, features: Features, action: ActionType) {
        let others = [
            ("recordCalls", features.record_calls),
            ("transcribeCalls", features.transcribe_calls),
            ("callScreening", features.call_screening),
            ("callQueue", features.call_queue),
        ];
        for (name, _) in others.into_iter().filter(|(_, on)| *on) {
            self.add(&format!("features.{name}"), "is not acted on yet");
        }
        if features.voicemail && !matches!(action, ActionType::Forward | ActionType::Voicemail) {
            self.add("features.voicemail", "goes with a forward: an unanswered one ends in the voicemail greeting");
        }
    }
}
