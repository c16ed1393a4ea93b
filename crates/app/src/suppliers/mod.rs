//! The supply side of the rental market: who sells numbers for one code, what they offer, and how well each works.
//!
//! A supplier is connected by the settings of the process or by credentials that an operator stores
//! ([`connect`](self::connect), [`credentials`](self::credentials)). Its catalogue is read by the clock
//! ([`sync`](self::sync)) into the market's words ([`words`](self::words)), and what becomes of each call tells how well
//! it works ([`health`](self::health)). Nothing here knows who buys, or what for.

mod ask;
mod choose;
mod connect;
mod credentials;
mod error;
#[cfg(test)]
pub(crate) mod fake;
mod first_read;
mod health;
mod jobs;
mod model;
mod offers;
mod polls;
mod providers;
mod seal;
mod sql;
mod sync;
#[cfg(test)]
mod tests;
mod turns;
mod words;

use std::sync::Arc;

use ports::Supplier;
use store::Store;
use vocab::{Ambient, Amount, Money};

pub use ask::Untold;
pub use choose::rank;
pub use connect::{Configured, Connect, Connected, CredentialSource, Credentials, Field, FieldKind, Known};
pub use credentials::{CredentialChanges, CredentialsStanding, FieldStanding};
pub use error::{CredentialsError, SyncError};
pub use first_read::AGAIN;
pub use model::{Candidate, Health, Listed, Record, SupplierRow};
pub use offers::note_refusal;
pub use providers::{lock_supplier, set_supplier, suppliers};
pub use seal::Sealer;
pub use words::{Category, Country, Service};

use crate::{jobs::Kernel, prices::SOLD_IN};

/// What an operator may set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Our money at a supplier below which an operator is told; `None` never.
    pub float_alert: Option<Amount>,
    /// Whether what is sealed can be opened after a restart, so that credentials may be stored.
    pub keeps_secrets: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { float_alert: None, keeps_secrets: true }
    }
}

/// The suppliers of rented numbers. Cheap to clone; clones see the same.
#[derive(Clone)]
pub struct Suppliers {
    store: Store,
    ambient: Ambient,
    links: connect::Links,
    sealer: Sealer,
    settings: Arc<Settings>,
    polls: polls::Polls,
    turns: turns::Turns,
    first_read: first_read::FirstRead,
    failures: health::Failures,
}

impl std::fmt::Debug for Suppliers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.links.fmt(f)
    }
}

impl Suppliers {
    /// These suppliers. Until one is configured, nothing can be ordered. `sealer` seals their credentials.
    pub fn new(kernel: &Kernel, sealer: Sealer, known: Vec<Known>, settings: Settings) -> Self {
        let Kernel { store, ambient, .. } = kernel.clone();
        Self {
            store,
            ambient,
            links: connect::Links::new(known),
            sealer,
            settings: Arc::new(settings),
            polls: polls::Polls::default(),
            turns: turns::Turns::default(),
            first_read: first_read::FirstRead::default(),
            failures: health::Failures::default(),
        }
    }

    /// Every supplier that is connected, by name.
    pub fn all(&self) -> Vec<Connected> {
        self.links.all()
    }

    /// The connection to a supplier, if it is configured.
    pub fn connected(&self, name: &str) -> Option<Connected> {
        self.links.connected(name)
    }

    /// A supplier, if it is connected still.
    pub fn supplier(&self, name: &str) -> Option<Arc<dyn Supplier>> {
        self.connected(name).map(|connected| connected.supplier)
    }

    /// What a supplier's price is in the currency in which we sell; a supplier is asked to quote in that one.
    fn sells_in(money: Money) -> bool {
        SOLD_IN.contains(&money.currency)
    }
}
