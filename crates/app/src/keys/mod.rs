//! API keys: what a program shows instead of a login.
//!
//! A key is shown once and stored as a digest. It may do what its permissions say, and never more than its
//! owner may at the time: it is narrowed to the owner's account role whenever it is looked up.

mod authenticate;
mod create;
mod ensure;
mod error;
pub mod http;
mod model;
mod read;
mod revoke;
mod routes;
mod secret;
mod sql;

#[cfg(test)]
mod tests;

use moka::future::Cache;
use store::Store;
use vocab::Ambient;

pub use create::NewKey;
pub use error::KeyError;
pub use model::Key;
pub use revoke::Revoked;
pub use routes::routes;
pub use secret::{Environment, KeySecret, MalformedKey};

use crate::jobs::Kernel;
use authenticate::{Known, cache};

/// The commands of this slice. Cheap to clone; clones share what they remember.
#[derive(Clone)]
pub struct Keys {
    store: Store,
    ambient: Ambient,
    environment: Environment,
    known: Cache<[u8; 32], Known>,
}

impl Keys {
    /// Over this database. New keys are of this environment; keys of both are accepted.
    pub fn new(kernel: &Kernel, environment: Environment) -> Self {
        let Kernel { store, ambient, .. } = kernel.clone();
        Self { store, ambient, environment, known: cache() }
    }
}
