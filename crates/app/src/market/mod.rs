//! The market's own protocol, `handler_api`, by which existing clients rent numbers: one URL, an action and its
//! parameters in the query, text or JSON back.
//!
//! A client like any other: it opens orders, and rents, shows and gives up by the commands of
//! [`verifications`](crate::verifications). It keeps nothing of its own.

mod actions;
pub mod http;
mod lists;
mod model;
mod rent;
mod rentals;
mod routes;

use store::Store;
use vocab::Ambient;

pub use routes::routes;

use crate::{jobs::Kernel, orders::Orders, verifications::Verifications, web::Gate};

/// What the protocol works with. Cheap to clone.
#[derive(Clone)]
pub struct Market {
    store: Store,
    ambient: Ambient,
    verifications: Verifications,
    orders: Orders,
    gate: Gate,
}

impl std::fmt::Debug for Market {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.verifications.fmt(f)
    }
}

impl Market {
    /// The protocol over these rentals and the orders whose line they are. `gate` knows API keys, and counts what each
    /// asks.
    pub fn new(kernel: &Kernel, verifications: Verifications, orders: Orders, gate: Gate) -> Self {
        let Kernel { store, ambient, .. } = kernel.clone();
        Self { store, ambient, verifications, orders, gate }
    }
}
