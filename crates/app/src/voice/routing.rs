//! What a caller hears: a pure function of the number's configuration.

use super::twiml::Verb;
use crate::{
    flows::{ActionType, RoutingAction},
    numbers::VoiceTarget,
    sessions::Greeting,
};

/// What strays hear: callers of numbers that nobody has, or had until lately (product.md, law 11).
const NOT_IN_SERVICE: &str = "The number you have called is not in service.";
/// What callers hear before the owner has decided.
const NOT_CONFIGURED: &str = "The number you have called is not taking calls yet.";
/// What callers hear where voicemail is on and nobody has written a greeting.
pub(super) const GREETING: &str = "Nobody can take your call right now. Please call again later.";
/// What callers hear when we cannot look their number up.
const UNAVAILABLE: &str = "We cannot connect your call right now. Please call again in a few minutes.";
/// How long a forward rings by default, in seconds (Twilio's own default).
const RING_SECONDS: u32 = 30;

/// The answer to a call, or to a number that nobody has.
pub(super) fn answer(target: Option<&VoiceTarget>, dialled_url: &str) -> Vec<Verb> {
    let Some(target) = target else { return neutral() };
    match &target.action {
        None => vec![Verb::Say(NOT_CONFIGURED.into()), Verb::Hangup],
        Some(action) => act(action, dialled_url),
    }
}

/// What strays hear.
pub(super) fn neutral() -> Vec<Verb> {
    vec![Verb::Say(NOT_IN_SERVICE.into()), Verb::Hangup]
}

/// What callers hear when we cannot look their number up.
pub(super) fn unavailable() -> Vec<Verb> {
    vec![Verb::Say(UNAVAILABLE.into()), Verb::Hangup]
}

/// What callers of a borrowed number hear.
pub(super) fn greeting(greeting: Greeting) -> Vec<Verb> {
    let verb = match greeting {
        Greeting::Play(url) => Verb::Play(url),
        Greeting::Say(text) => Verb::Say(text),
    };
    vec![verb, Verb::Hangup]
}

fn act(action: &RoutingAction, dialled_url: &str) -> Vec<Verb> {
    let destination = action.destination.clone().unwrap_or_default();
    match action.action_type {
        ActionType::Forward => {
            let timeout = action.options.timeout.unwrap_or(RING_SECONDS);
            vec![Verb::Dial { to: destination, timeout, action: dialled_url.to_owned() }]
        }
        ActionType::Say => vec![Verb::Say(destination), Verb::Hangup],
        ActionType::Play => vec![Verb::Play(destination), Verb::Hangup],
        ActionType::Reject => vec![Verb::Reject { busy: destination == "busy" }],
        ActionType::Voicemail => greet(action.destination.as_deref()),
        // Configurations with these are refused when they are written.
        ActionType::Conference | ActionType::Ivr | ActionType::Queue => neutral(),
    }
}

/// The voicemail greeting that the owner wrote, or ours.
pub(super) fn greet(greeting: Option<&str>) -> Vec<Verb> {
    let greeting = greeting.unwrap_or(GREETING);
    let verb = if greeting.starts_with("https://") || greeting.starts_with("http://") {
        Verb::Play(greeting.to_owned())
    } else {
        Verb::Say(greeting.to_owned())
    };
    vec![verb, Verb::Hangup]
}
