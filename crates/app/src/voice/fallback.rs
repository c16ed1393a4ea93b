//! What a caller hears while the database is away: what the number did last, or that they should call again. The call
//! itself is written down and charged when the carrier reports its end.

use std::time::Duration;

use moka::future::Cache;
use ports::inbound::CallWebhook;

use super::{Voice, answer::ours, routing, twiml};
use crate::numbers::VoiceTarget;

/// For how long a number's last answer is good enough in an outage. Longer, and a number that has changed hands since
/// might still do what its last owner wanted.
const KEEP: Duration = Duration::from_secs(5 * 60);
/// How many numbers are remembered at most.
const MOST: u64 = 50_000;

/// What numbers did when they rang last. Nothing is decided by it while the database answers.
pub(super) type Remembered = Cache<String, VoiceTarget>;

pub(super) fn remembered() -> Remembered {
    Cache::builder().max_capacity(MOST).time_to_live(KEEP).build()
}

impl Voice {
    /// The answer to a call whose number cannot be looked up.
    pub(super) async fn fallback(&self, call: &CallWebhook) -> String {
        let verbs = match self.0.remembered.get(ours(call)).await {
            Some(target) => routing::answer(Some(&target), &self.dialled_url()),
            None => routing::unavailable(),
        };
        twiml::document(&verbs)
    }
}
