//! Calls: what a caller hears, the call log, and what a call costs.
//!
//! The carrier's webhooks name the number; everything else is ours. A caller waits for the answer, so it
//! is one indexed read and one write; counting and charging come with the call's end.

mod answer;
mod calls;
mod ended;
pub mod http;
mod model;
mod routing;
mod sql;
mod twiml;

use std::sync::Arc;

use ports::CarrierInbound;
use store::Store;
use vocab::Ambient;

pub use calls::CallLog;

/// The calls of every account. Cheap to clone.
#[derive(Clone)]
pub struct Voice {
    pub(crate) store: Store,
    pub(crate) ambient: Ambient,
    pub(crate) inbound: Arc<dyn CarrierInbound>,
    pub(crate) carrier: &'static str,
    pub(crate) origin: Arc<crate::web::inbound::Origin>,
    /// Our public URL without a trailing slash, for URLs in answers.
    pub(crate) public_base: Arc<str>,
}

impl std::fmt::Debug for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Voice({})", self.carrier)
    }
}
