//! The operator's pool: the numbers that are lent.
//!
//! Buying for the pool is an order of the operator's like any other (intent before effect, unknown is not no); what it
//! costs is posted to the pool's cost account. A number that the operator owns at the carrier already is adopted. Either
//! way its claim is the pool's, so nobody can order it and the comparison of inventories can explain it.

mod add;
mod adopt;
mod buy;
mod error;
mod jobs;
mod line;
mod model;
mod read;
mod remove;
mod routes;

use std::time::Duration;

use chrono::TimeDelta;
use store::Store;
use vocab::Ambient;

pub(super) use add::{Added, Failed, Many};
pub use error::PoolError;
pub use model::{PoolNumber, PoolState};
pub use routes::routes;

use crate::{
    jobs::{Engine, Kernel},
    offers::Offers,
};

/// How long a request waits for the carrier when it adds numbers, before it answers 202.
const ADD_WAIT: Duration = Duration::from_secs(110);
/// How long a request waits for the carrier when it gives a number back.
const RELEASE_WAIT: Duration = Duration::from_secs(3);

/// The operator's pool. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pool {
    store: Store,
    ambient: Ambient,
    engine: Engine,
    offers: Offers,
    /// For how long (business time) nobody gets a number that went back to the carrier.
    cool_down: TimeDelta,
}

impl Pool {
    /// A pool bought from what is on offer.
    pub fn new(kernel: &Kernel, offers: Offers, cool_down: TimeDelta) -> Self {
        let Kernel { store, ambient, engine } = kernel.clone();
        Self { store, ambient, engine, offers, cool_down }
    }
}
