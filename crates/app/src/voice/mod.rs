//! Calls: what a caller hears, the call log, and what a call costs.
//!
//! The carrier's webhooks name the number; everything else is ours. A caller waits for the answer, so it
//! is one indexed read and one write; counting and charging come with the call's end.

mod answer;
mod calls;
mod ended;
mod examples;
mod fallback;
pub mod http;
mod model;
mod routes;
mod routing;
mod sql;
mod switchboard;
mod twiml;

use std::sync::Arc;

use ports::CarrierInbound;
use store::{Gather, Store};
use vocab::Ambient;

use self::switchboard::Switchboard;

use crate::{jobs::Kernel, sessions::Sessions, web::inbound::Origin};

pub use calls::CallLog;
pub use routes::routes;

/// The calls of every account. Cheap to clone: one pointer, since the web copies it for every request.
#[derive(Clone)]
pub struct Voice(Arc<Parts>);

struct Parts {
    store: Store,
    ambient: Ambient,
    switchboard: Gather<Switchboard>,
    remembered: fallback::Remembered,
    sessions: Sessions,
    inbound: Arc<dyn CarrierInbound>,
    carrier: &'static str,
    origin: Origin,
    /// Our public URL without a trailing slash, for URLs in answers.
    public_base: Box<str>,
}

impl Voice {
    /// Calls announced by this carrier's webhooks, which reach us under `origin`. URLs in answers are under
    /// `public_base`.
    pub fn new(
        kernel: &Kernel,
        sessions: Sessions,
        carrier: &'static str,
        inbound: Arc<dyn CarrierInbound>,
        origin: Origin,
        public_base: &str,
    ) -> Self {
        let Kernel { store, ambient, .. } = kernel.clone();
        let public_base = public_base.trim_end_matches('/').into();
        let switchboard = Gather::new(Switchboard { store: store.clone(), ambient: ambient.clone(), carrier });
        let remembered = fallback::remembered();
        Self(Arc::new(Parts {
            store,
            ambient,
            switchboard,
            remembered,
            sessions,
            inbound,
            carrier,
            origin,
            public_base,
        }))
    }
}

impl std::fmt::Debug for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Voice({})", self.0.carrier)
    }
}
