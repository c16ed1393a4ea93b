//! Numbers that customers own: buy, manage, release.
//!
//! Numbers are a product line of [`orders`](crate::orders): [`Numbers`] implements its `Line`. What can be bought, and
//! the claim that makes an owner the only one, are [`offers`](crate::offers).
//! The carrier's hooks of a number are always ours; what its owner wants done with calls is a configuration, which
//! `voice` reads through [`voice_target`].

mod buy;
mod calls;
mod error;
mod faults;
pub mod http;
mod jobs;
mod line;
mod lookup;
mod model;
mod options;
mod purchase;
mod release;
mod routes;
mod show;
mod sql;
#[cfg(test)]
mod tests;
mod update;
mod view;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use store::Store;
use vocab::Ambient;

pub use calls::{CallSums, RecentCall, RecentCalls};
pub use error::NumberError;
pub use lookup::{VoiceTarget, count_call, voice_target, voice_targets, voicemail_greeting};
pub use model::{Number, NumberStatus};
pub use purchase::{
    NextSteps, OrderView, PurchaseNumber, PurchaseNumbers, PurchaseResult, PurchaseResults, PurchaseSummary,
    ResultStatus,
};
pub use routes::routes;

use crate::{
    jobs::{Engine, Kernel},
    offers::Offers,
};

/// What an operator may set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Our public URL without a trailing slash: what carriers call and sign.
    pub public_base: String,
    /// Whether greetings may be fetched over http and from this machine.
    pub development: bool,
    /// For how long (business time) nobody gets a number that was released.
    pub cool_down: TimeDelta,
    /// How long a request waits for a release before it answers 202.
    pub release_wait: Duration,
}

impl Settings {
    /// A day of cooling down, three seconds of waiting.
    pub fn new(public_base: impl Into<String>, development: bool) -> Self {
        Self {
            public_base: public_base.into().trim_end_matches('/').to_owned(),
            development,
            cool_down: TimeDelta::hours(24),
            release_wait: Duration::from_secs(3),
        }
    }
}

/// The numbers of every account. Cheap to clone.
#[derive(Clone)]
pub struct Numbers {
    store: Store,
    ambient: Ambient,
    engine: Engine,
    offers: Offers,
    settings: Arc<Settings>,
}

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Numbers({:?})", self.offers)
    }
}

impl Numbers {
    /// Numbers bought from what is on offer.
    pub fn new(kernel: &Kernel, offers: Offers, settings: Settings) -> Self {
        let Kernel { store, ambient, engine } = kernel.clone();
        Self { store, ambient, engine, offers, settings: Arc::new(settings) }
    }
}
