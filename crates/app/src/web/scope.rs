//! What belongs to the request that is being served: its id and the clock that stamps its answer.
//!
//! Held in a task local, so that an answer made anywhere (a handler, a refusal of an extractor, a
//! panic caught far outside) carries the same `meta`.

use std::future::Future;

use chrono::{DateTime, Utc};
use vocab::Ambient;

tokio::task_local! {
    static CURRENT: Scope;
}

/// The request that this task serves.
#[derive(Debug, Clone)]
pub struct Scope {
    request_id: String,
    ambient: Ambient,
}

impl Scope {
    /// The longest inbound request id that is kept.
    const MAX_ID: usize = 128;

    /// A scope with the client's own request id if it is a sane token, else with a new one.
    pub fn new(given_id: Option<&str>, ambient: &Ambient) -> Self {
        let sane = |id: &&str| {
            (1..=Self::MAX_ID).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        };
        let request_id =
            given_id.filter(sane).map_or_else(|| format!("req_{}", ambient.uuid().simple()), str::to_owned);
        Self { request_id, ambient: ambient.clone() }
    }

    /// The id that the client gave, or ours.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Runs the future as part of this request.
    pub async fn run<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }
}

/// The id of the request that this task serves; empty outside of one.
pub fn request_id() -> String {
    CURRENT.try_with(|scope| scope.request_id.clone()).unwrap_or_default()
}

/// The wall time by the clock of the request that this task serves; the machine's outside of one.
pub(super) fn now() -> DateTime<Utc> {
    CURRENT.try_with(|scope| scope.ambient.wall()).unwrap_or_else(|_| Ambient::system().wall())
}
