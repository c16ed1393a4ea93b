//! Verification numbers: one number rented once, for one code of one service.
//!
//! A product line of [`orders`](crate::orders): [`Verifications`] implements its `Line`. The suppliers' catalogues are
//! read by the clock; an order picks one supplier after the other until one sells, waits for the text, and ends once:
//! a text came and it is paid for, or the money is back. Every end is decided by one transaction that locks the order
//! ([`receive`](self::receive), [`end`](self::end)), whoever asks for it: the monitor, a webhook, the customer.

mod admit;
mod cancel;
mod choose;
mod code;
mod connect;
mod credentials;
mod end;
mod error;
mod first_read;
mod health;
pub mod http;
mod jobs;
mod line;
mod live;
mod market;
mod model;
mod monitor;
mod policy;
mod polls;
mod providers;
mod purchase;
mod quote;
mod receive;
mod render;
mod resend;
mod seal;
mod sql;
mod sync;
#[cfg(test)]
mod tests;
mod turns;
mod watch;
mod webhook;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use ports::Supplier;
use store::Store;
use vocab::{Ambient, Amount, Money};

pub use choose::Record;
pub use connect::{Configured, Connect, Connected, CredentialSource, Credentials, Field, FieldKind, Known};
pub use credentials::{CredentialChanges, CredentialsError, CredentialsStanding, FieldStanding};
pub use error::VerificationError;
pub use market::{Category, Country, Service};
pub use model::{Health, Rental, Verification, VerificationStatus};
pub use policy::Policy;
pub use providers::{lock_supplier, set_supplier, suppliers};
pub use render::{MessageView, VerificationDetails, VerificationView};
pub use seal::Sealer;
pub use sql::suppliers::SupplierRow;

use crate::{
    jobs::{Engine, Kernel},
    prices::Prices,
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
    /// Our money at a supplier below which an operator is told; `None` never.
    pub float_alert: Option<Amount>,
    /// Whether what is sealed can be opened after a restart, so that credentials may be stored.
    pub keeps_secrets: bool,
}

impl Settings {
    /// Ten seconds between looks, a day of texts.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            cancel_wait: Duration::from_secs(3),
            look_every: Duration::from_secs(10),
            keep_texts: TimeDelta::hours(24),
            float_alert: None,
            keeps_secrets: true,
        }
    }
}

/// The rented numbers of every account. Cheap to clone.
#[derive(Clone)]
pub struct Verifications {
    store: Store,
    ambient: Ambient,
    engine: Engine,
    links: connect::Links,
    prices: Prices,
    sealer: Sealer,
    origin: Arc<Origin>,
    settings: Arc<Settings>,
    live: live::Live,
    polls: polls::Polls,
    turns: turns::Turns,
    first_read: first_read::FirstRead,
    failures: health::Failures,
    records: quote::Records,
}

impl std::fmt::Debug for Verifications {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.links.fmt(f)
    }
}

/// What rentals are made with.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The database, the clocks, and what runs the steps.
    pub kernel: Kernel,
    /// What customers pay.
    pub prices: Prices,
    /// Seals texts and codes.
    pub sealer: Sealer,
    /// Under which addresses suppliers know us.
    pub origin: Origin,
}

impl Verifications {
    /// Rentals at these suppliers. Until one is configured, nothing can be ordered.
    pub fn new(parts: Parts, suppliers: Vec<Known>, settings: Settings) -> Self {
        let Kernel { store, ambient, engine } = parts.kernel;
        Self {
            store,
            ambient,
            engine,
            links: connect::Links::new(suppliers),
            prices: parts.prices,
            sealer: parts.sealer,
            origin: Arc::new(parts.origin),
            settings: Arc::new(settings),
            live: live::Live::default(),
            polls: polls::Polls::default(),
            turns: turns::Turns::default(),
            first_read: first_read::FirstRead::default(),
            failures: health::Failures::default(),
            records: quote::records(),
        }
    }

    /// Ends open streams and requests that wait for news: the process stops, and they would hold it up.
    pub fn hang_up(&self) {
        self.live.end();
    }

    fn connected(&self, name: &str) -> Option<Connected> {
        self.links.connected(name)
    }

    /// The supplier where a number is rented, if it is connected still.
    fn supplier(&self, name: &str) -> Option<Arc<dyn Supplier>> {
        self.connected(name).map(|connected| connected.supplier)
    }

    /// What a supplier's price is in the currency in which we sell; a supplier is asked to quote in that one.
    fn sells_in(money: Money) -> bool {
        money.currency == vocab::Currency::USD
    }
}
