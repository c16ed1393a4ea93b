//! What Twilio holds: numbers, who has which, calls, callbacks under way.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{inventory::Capabilities, settings::Settings};
use crate::kernel::{HasOutbox, Outbox, OutboxChange, State};

/// So many calls are remembered; older ones are forgotten.
const CALLS_KEPT: usize = 1000;

/// Everything the account holds, and what others hold of the same inventory.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Holdings {
    numbers: BTreeMap<String, Number>,
    sid_of: BTreeMap<String, String>,
    /// Numbers in the hands of other accounts.
    others: BTreeSet<String>,
    /// In the order of their starts: sids are random.
    calls: Vec<Call>,
    outbox: Outbox,
}

/// A number of the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Number {
    pub(crate) sid: String,
    /// E.164.
    pub(crate) number: String,
    /// The numbering plan's form, the name it has until it is given another.
    pub(crate) national: String,
    /// `local`, `mobile`, `national` or `toll-free`.
    pub(crate) kind: String,
    pub(crate) can: Capabilities,
    pub(crate) address_requirements: String,
    pub(crate) beta: bool,
    pub(crate) settings: Settings,
    pub(crate) created: DateTime<Utc>,
    pub(crate) updated: DateTime<Utc>,
}

/// A simulated call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) sid: String,
    pub(crate) number_sid: String,
    pub(crate) from: String,
    pub(crate) to: String,
    /// Twilio's word; `ringing` until it is over.
    pub(crate) status: String,
    pub(crate) started: DateTime<Utc>,
    /// Seconds, once over.
    pub(crate) duration: Option<u32>,
}

/// One thing that happened.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Change {
    Bought(Number),
    Updated { sid: String, settings: Settings, at: DateTime<Utc> },
    Released { sid: String },
    TakenByOthers { number: String },
    FreedByOthers { number: String },
    CallStarted(Call),
    CallEnded { sid: String, status: String, duration: u32 },
    Outbox(OutboxChange),
}

impl State for Holdings {
    type Change = Change;

    fn apply(&mut self, change: Change) {
        match change {
            Change::Bought(number) => {
                self.sid_of.insert(number.number.clone(), number.sid.clone());
                self.numbers.insert(number.sid.clone(), number);
            }
            Change::Updated { sid, settings, at } => {
                if let Some(number) = self.numbers.get_mut(&sid) {
                    number.settings = settings;
                    number.updated = at;
                }
            }
            Change::Released { sid } => {
                if let Some(number) = self.numbers.remove(&sid) {
                    self.sid_of.remove(&number.number);
                }
            }
            Change::TakenByOthers { number } => {
                self.others.insert(number);
            }
            Change::FreedByOthers { number } => {
                self.others.remove(&number);
            }
            Change::CallStarted(call) => {
                if self.calls.len() >= CALLS_KEPT {
                    self.calls.remove(0);
                }
                self.calls.push(call);
            }
            Change::CallEnded { sid, status, duration } => {
                if let Some(call) = self.calls.iter_mut().rev().find(|call| call.sid == sid) {
                    call.status = status;
                    call.duration = Some(duration);
                }
            }
            Change::Outbox(change) => self.outbox.apply(change),
        }
    }
}

impl HasOutbox for Holdings {
    fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    fn outbox_change(change: OutboxChange) -> Change {
        Change::Outbox(change)
    }
}

impl Holdings {
    pub(crate) fn number(&self, sid: &str) -> Option<&Number> {
        self.numbers.get(sid)
    }

    /// The account's number with these digits.
    pub(crate) fn owned(&self, number: &str) -> Option<&Number> {
        self.numbers.get(self.sid_of.get(number)?)
    }

    pub(crate) fn is_with_others(&self, number: &str) -> bool {
        self.others.contains(number)
    }

    /// Whether anybody has it.
    pub(crate) fn is_taken(&self, number: &str) -> bool {
        self.sid_of.contains_key(number) || self.is_with_others(number)
    }

    pub(crate) fn others(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(String::as_str)
    }

    /// The account's numbers, the newest first.
    pub(crate) fn numbers(&self) -> Vec<&Number> {
        let mut numbers: Vec<_> = self.numbers.values().collect();
        numbers.sort_by(|a, b| (b.created, &b.sid).cmp(&(a.created, &a.sid)));
        numbers
    }

    /// The calls that are remembered, the oldest first.
    pub(crate) fn calls(&self) -> &[Call] {
        &self.calls
    }
}
