//! One request at work: it reads the account, collects what changes, and nothing is true before the commit.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use vocab::Ambient;

use super::{
    charge::Charge,
    customer::Customer,
    event::Event,
    failure::Failure,
    form::Params,
    intent::Intent,
    method::Method,
    shelf::Named as _,
    state::{Account, Change},
};
use crate::kernel::{Callback, OutboxChange};

/// What an operation does with its request.
pub(super) struct Work<'a> {
    pub(super) account: &'a Account,
    pub(super) setting: &'a Setting,
    pub(super) params: &'a Params,
    /// Where the request comes from, as its events tell.
    pub(super) origin: Origin,
    pub(super) changes: Vec<Change>,
}

/// What all requests share.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) ambient: Ambient,
    /// Root of the twin's vendor API, for the pages that a payer is sent to.
    pub(super) url: String,
    /// Where events go; none, and they only stand in `/v1/events`.
    pub(super) webhook_url: Option<String>,
    /// How long after its cause an event is sent.
    pub(super) webhook_delay: TimeDelta,
}

/// Which request it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin {
    pub(super) request: Option<String>,
    pub(super) key: Option<String>,
}

/// An answer: 200, or 402 for a decline, which is a thing that happened.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Outcome {
    pub(super) fn ok(body: Value) -> Result<Self, Failure> {
        Ok(Self { status: 200, body })
    }
}

/// Looks an object up among what this request has changed, then in the account.
macro_rules! lookup {
    ($name:ident, $variant:ident, $shelf:ident, $object:ty) => {
        pub(super) fn $name(&self, id: &str) -> Option<$object> {
            let changed = self.changes.iter().rev().find_map(|change| match change {
                Change::$variant(object) if object.id() == id => Some(object),
                _ => None,
            });
            changed.or_else(|| self.account.$shelf.get(id)).cloned()
        }
    };
}

impl Work<'_> {
    lookup!(customer, Customer, customers, Customer);
    lookup!(method, Method, methods, Method);
    lookup!(intent, Intent, intents, Intent);
    lookup!(charge, Charge, charges, Charge);

    /// Business time in seconds, as Stripe stamps its objects.
    pub(super) fn now(&self) -> i64 {
        self.setting.ambient.business().timestamp()
    }

    fn wall(&self) -> DateTime<Utc> {
        self.setting.ambient.wall()
    }

    /// A new id.
    pub(super) fn id(&self, prefix: &str) -> String {
        id(&self.setting.ambient, prefix)
    }

    /// Keeps the object as it now is.
    pub(super) fn put(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Tells the world: an event, and its delivery if there is a webhook endpoint.
    pub(super) fn emit(&mut self, kind: &str, object: Value) {
        let event = Event {
            id: self.id("evt"),
            kind: kind.to_owned(),
            created: self.now(),
            object,
            request: self.origin.request.clone(),
            key: self.origin.key.clone(),
            sent: self.setting.webhook_url.is_some(),
        };
        if event.sent {
            let due = self.wall() + self.setting.webhook_delay;
            let body = format!("{:#}", event.show(1));
            let callback = Callback { id: event.id.clone(), url: String::new(), body, attempts: 0, due };
            self.put(Change::Outbox(OutboxChange::Add(callback)));
        }
        self.put(Change::Event(event));
    }
}

/// An id as Stripe makes them: a prefix and 24 letters and digits.
pub(super) fn id(ambient: &Ambient, prefix: &str) -> String {
    format!("{prefix}_{}", letters::<24>(ambient))
}

/// Random letters and digits.
pub(super) fn letters<const N: usize>(ambient: &Ambient) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    ambient.bytes::<N>().iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}
