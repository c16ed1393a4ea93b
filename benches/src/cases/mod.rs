//! What is measured. Each case gives a section of the report.

pub(crate) mod accounts;
pub(crate) mod calls;
pub(crate) mod code;
pub(crate) mod crowd;
pub(crate) mod entries;
pub(crate) mod growth;
pub(crate) mod ledger;
pub(crate) mod list;
pub(crate) mod open;
pub(crate) mod order;
pub(crate) mod purchase;
pub(crate) mod session;
pub(crate) mod sqlite;
pub(crate) mod start;
pub(crate) mod voice;
pub(crate) mod waiting;

use std::time::Duration;

/// How often and how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// How many rounds; in each, every variant has its turn.
    pub(crate) rounds: usize,
    /// How long a turn is.
    pub(crate) time: Duration,
}

impl Plan {
    /// A short turn before the first round, so that caches, pools and plans are as they will be.
    pub(crate) fn warm_up(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// How long a variant works in all.
    pub(crate) fn whole(&self) -> Duration {
        self.warm_up() + self.time * u32::try_from(self.rounds).unwrap_or(u32::MAX)
    }
}
