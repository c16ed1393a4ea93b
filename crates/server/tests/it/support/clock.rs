//! A wall clock that a test can move: leases end without waiting for them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use vocab::{Ambient, Clock, Rng};

/// The machine's clock, plus what the test has added.
#[derive(Clone, Default)]
pub(crate) struct HandClock(Arc<AtomicI64>);

impl HandClock {
    /// An ambient that goes by this clock.
    pub(crate) fn ambient(&self) -> Ambient {
        Ambient::new(Arc::new(self.clone()), Arc::new(SystemRng))
    }

    /// Moves the clock ahead.
    pub(crate) fn skip(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).expect("a test skips no aeons");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        Ambient::system().wall() + TimeDelta::microseconds(self.0.load(Ordering::SeqCst))
    }
}

struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, buffer: &mut [u8]) {
        Ambient::system().fill(buffer);
    }
}
