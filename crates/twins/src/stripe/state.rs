//! What the twin knows, and every way in which that changes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{charge::Charge, customer::Customer, event::Event, intent::Intent, method::Method, shelf::Shelf};
use crate::kernel::{HasOutbox, Outbox, OutboxChange, State};

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) customers: Shelf<Customer>,
    pub(super) methods: Shelf<Method>,
    pub(super) intents: Shelf<Intent>,
    pub(super) charges: Shelf<Charge>,
    pub(super) events: Shelf<Event>,
    /// First answers by idempotency key.
    pub(super) answers: BTreeMap<String, Remembered>,
    outbox: Outbox,
}

/// The first answer to an idempotency key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub(super) key: String,
    /// Hash of method, path and parameters.
    pub(super) fingerprint: String,
    pub(super) request: String,
    pub(super) status: u16,
    pub(super) body: String,
    /// Wall time: Stripe may forget a key after 24 h, and this twin does.
    pub(super) at: DateTime<Utc>,
}

/// An object as it now is, or something else that happened.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Change {
    Customer(Customer),
    Method(Method),
    Intent(Intent),
    Charge(Charge),
    Event(Event),
    Answered(Remembered),
    Outbox(OutboxChange),
}

impl State for Account {
    type Change = Change;

    fn apply(&mut self, change: Change) {
        match change {
            Change::Customer(customer) => self.customers.put(customer),
            Change::Method(method) => self.methods.put(method),
            Change::Intent(intent) => self.intents.put(intent),
            Change::Charge(charge) => self.charges.put(charge),
            Change::Event(event) => self.events.put(event),
            Change::Answered(answer) => {
                self.answers.insert(answer.key.clone(), answer);
            }
            Change::Outbox(change) => self.outbox.apply(change),
        }
    }
}

impl HasOutbox for Account {
    fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    fn outbox_change(change: OutboxChange) -> Change {
        Change::Outbox(change)
    }
}
