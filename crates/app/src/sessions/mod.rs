//! Number sessions: a number of the operator's pool, borrowed for some minutes. Callers hear the borrower's greeting.
//! (A login session is another thing; it is `auth`'s.)
//!
//! A pool number carries the time from which it may be borrowed, with the cool-down in it. A session's end is therefore
//! decided by time alone: no job frees anything, and finding a free number is the first row of an index range. A job only
//! tells of ends that nobody told.

mod end;
mod error;
mod extend;
mod heads;
pub mod http;
mod jobs;
mod lending;
mod lookup;
mod model;
mod pool;
mod read;
mod routes;
mod sql;
mod start;
mod view;

use chrono::TimeDelta;
use store::{Gather, Store};
use vocab::Ambient;

pub use error::SessionError;
pub use lookup::PoolCall;
pub use model::{EndReason, Greeting, NumberSession, SessionStatus};
pub use pool::routes as pool_routes;
pub use pool::{Pool, PoolError, PoolNumber, PoolState};
pub use routes::routes;
pub use start::{NewSession, Started};

use self::{heads::Heads, lending::Lending};
use crate::{jobs::Kernel, prices::Prices};

/// What an operator may set.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// For how long (business time) nobody borrows a number after a session's end.
    pub cool_down: TimeDelta,
    /// Whether greetings may be fetched over http.
    pub development: bool,
}

/// The number sessions of every account. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sessions {
    store: Store,
    ambient: Ambient,
    prices: Prices,
    heads: Heads,
    lending: Gather<Lending>,
    settings: Settings,
}

impl Sessions {
    /// Sessions on the pool in this database.
    pub fn new(kernel: &Kernel, prices: Prices, settings: Settings) -> Self {
        let Kernel { store, ambient, .. } = kernel.clone();
        let heads = Heads::default();
        let lending = Gather::new(Lending { store: store.clone(), heads: heads.clone() });
        Self { store, ambient, prices, heads, lending, settings }
    }
}
