//! Numbers that customers own: search, buy, manage, release.
//!
//! Numbers are a product line of [`orders`](crate::orders): [`Numbers`] implements its `Line`. Each E.164 has one row in
//! `number_claims` from the moment somebody orders it until it has cooled down after its release, so it has one owner.
//! The carrier's hooks of a number are always ours; what its owner wants done with calls is a configuration, which
//! `voice` reads through [`voice_target`].

mod area_codes;
mod buy;
mod calls;
mod catalog;
mod error;
pub mod http;
mod inventory;
mod jobs;
mod line;
mod lookup;
mod model;
mod options;
mod purchase;
mod reference;
mod release;
mod search;
mod search_query;
mod sql;
pub mod stock;
#[cfg(test)]
mod tests;
mod update;
mod view;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use ports::{Carrier, carrier::Hooks};
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
pub use reference::{AreaCode, CountryPrices, CountryQuery, CountryView, TypeView, types};
pub use search::{AvailableNumber, SearchResults, Suggestions};
pub use search_query::SearchQuery;

use crate::{
    jobs::{Engine, Kernel},
    prices::Prices,
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
    carrier: Option<Arc<dyn Carrier>>,
    prices: Prices,
    catalog: catalog::Catalog,
    answers: search::Answers,
    suspects: inventory::Suspects,
    settings: Arc<Settings>,
}

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Numbers({})", self.carrier_name())
    }
}

impl Numbers {
    /// Without a carrier nothing can be searched, bought or released; what is owned is still managed.
    pub fn new(kernel: &Kernel, carrier: Option<Arc<dyn Carrier>>, prices: Prices, settings: Settings) -> Self {
        let Kernel { store, ambient, engine } = kernel.clone();
        Self {
            store,
            ambient,
            engine,
            carrier,
            prices,
            catalog: catalog::Catalog::new(),
            answers: search::answers(),
            suspects: inventory::Suspects::default(),
            settings: Arc::new(settings),
        }
    }

    fn carrier_name(&self) -> &'static str {
        self.carrier.as_ref().map_or("none", |carrier| carrier.card().name)
    }

    /// Our URLs at a carrier.
    pub(crate) fn hooks(&self, carrier: &str) -> Hooks {
        let base = format!("{}/api/v1/webhooks/{carrier}", self.settings.public_base);
        Hooks { voice_url: format!("{base}/voice"), status_callback: format!("{base}/status") }
    }
}
