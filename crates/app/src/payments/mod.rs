//! Payments: money that comes in from outside, and the account's view of its money.
//!
//! A deposit is a row before it is a request to the processor, and one step works on it until it is final.
//! Whatever tells how the charge stands (the answer to our request, a signed webhook, a poll) ends in one
//! `settle`, which moves the payment by its state machine and credits the wallet in the same transaction.
//!
//! A payment that is closed stays closed. Should its charge bring money all the same, that money becomes a
//! payment of its own, so none is lost and none counts twice.

mod billing;
mod charge;
mod deposit;
mod error;
mod history;
pub mod http;
mod jobs;
mod model;
mod record;
pub mod render;
mod routes;
mod rules;
mod settings;
mod settle;
mod sql;
mod verify;
mod webhook;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use ports::{Processor, ProcessorInbound};
use store::Store;
use vocab::Ambient;

pub use billing::{BillingAccount, Suspension};
pub use deposit::{Browser, Deposited};
pub use error::{DepositError, SettleError};
pub use history::Filter;
pub use model::{Payment, PaymentProcessor, PaymentStatus};
pub use routes::routes;
pub use rules::Request;
pub use settings::Settings;
pub use verify::{PaymentSums, verify};
pub use webhook::WebhookError;

use crate::jobs::{Engine, Kernel};

/// A processor that the operator has connected.
#[derive(Clone)]
pub struct Gateway {
    /// Which one.
    pub name: PaymentProcessor,
    /// What we ask of it.
    pub processor: Arc<dyn Processor>,
    /// What it tells us.
    pub inbound: Arc<dyn ProcessorInbound>,
}

impl Gateway {
    /// The processor behind an adapter, by the name on its card.
    pub fn new(processor: Arc<dyn Processor>, inbound: Arc<dyn ProcessorInbound>) -> Self {
        let name = processor.card().name.parse().expect("an adapter's card names a processor of the API");
        Self { name, processor, inbound }
    }
}

/// The commands of this slice. Cheap to clone.
#[derive(Clone)]
pub struct Payments {
    store: Store,
    ambient: Ambient,
    engine: Engine,
    gateway: Option<Gateway>,
    settings: Arc<Settings>,
}

impl Payments {
    /// Without a gateway nothing can be paid in, and the wallet's own answers still work.
    pub fn new(kernel: &Kernel, gateway: Option<Gateway>, settings: Settings) -> Self {
        let Kernel { store, ambient, engine } = kernel.clone();
        Self { store, ambient, engine, gateway, settings: Arc::new(settings) }
    }
}
