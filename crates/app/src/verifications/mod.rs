//! Verification numbers: one number rented once, for one code of one service.
//!
//! A product line of [`orders`](crate::orders): [`Verifications`] implements its `Line`. An order picks one of the
//! [`suppliers`](crate::suppliers) after the other until one sells, waits for the text, and ends once: a text came and
//! it is paid for, or the money is back. Every end is decided by one transaction that locks the order
//! ([`receive`](self::receive), [`end`](self::end)), whoever asks for it: the monitor, a webhook, the customer.

mod admit;
mod cancel;
mod catalogue;
mod code;
mod crowds;
mod end;
mod error;
mod find;
pub mod http;
mod jobs;
mod line;
mod live;
mod model;
mod monitor;
mod policy;
mod purchase;
mod quote;
mod receive;
mod records;
mod render;
mod resend;
mod routes;
mod sql;
#[cfg(test)]
mod tests;
mod watch;
mod webhook;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use store::Store;
use vocab::Ambient;

pub use catalogue::PriceLine;
pub use error::VerificationError;
pub use model::{Rental, Verification, VerificationStatus};
pub use policy::Policy;
pub use quote::QuoteFault;
pub use render::{MessageView, VerificationDetails, VerificationView};
pub use routes::routes;

use crate::{
    jobs::{Engine, Kernel},
    prices::Prices,
    suppliers::{Sealer, Suppliers},
    web::inbound::Origin,
};

/// What an operator may set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What may be sold, and how much of it.
    pub policy: Policy,
    /// How long a request waits for a cancellation before it answers 202.
    pub cancel_wait: Duration,
    /// The longest pause between two looks at a rental that waits.
    pub look_every: Duration,
    /// How long (business time) words and codes are kept.
    pub keep_texts: TimeDelta,
}

impl Settings {
    /// Ten seconds between looks, a day of texts.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            cancel_wait: Duration::from_secs(3),
            look_every: Duration::from_secs(10),
            keep_texts: TimeDelta::hours(24),
        }
    }
}

/// The rented numbers of every account. Cheap to clone.
#[derive(Clone)]
pub struct Verifications {
    store: Store,
    ambient: Ambient,
    engine: Engine,
    suppliers: Suppliers,
    prices: Prices,
    sealer: Sealer,
    origin: Arc<Origin>,
    settings: Arc<Settings>,
    live: live::Live,
    records: records::Records,
    crowds: crowds::Crowds,
}

impl std::fmt::Debug for Verifications {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.suppliers.fmt(f)
    }
}

/// What rentals are made with.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The database, the clocks, and what runs the steps.
    pub kernel: Kernel,
    /// Where numbers are rented.
    pub suppliers: Suppliers,
    /// What customers pay.
    pub prices: Prices,
    /// Seals texts and codes.
    pub sealer: Sealer,
    /// Under which addresses suppliers know us.
    pub origin: Origin,
}

impl Verifications {
    /// Rentals made with these parts.
    pub fn new(parts: Parts, settings: Settings) -> Self {
        let Kernel { store, ambient, engine } = parts.kernel;
        Self {
            live: live::Live::new(store.clone(), ambient.clone()),
            crowds: crowds::Crowds::new(store.clone()),
            store,
            ambient,
            engine,
            suppliers: parts.suppliers,
            prices: parts.prices,
            sealer: parts.sealer,
            origin: Arc::new(parts.origin),
            settings: Arc::new(settings),
            records: records::records(),
        }
    }

    /// Ends open streams and requests that wait for news: the process stops, and they would hold it up.
    pub fn hang_up(&self) {
        self.live.end();
    }
}
