//! A circuit breaker: a vendor that is down is left alone, and asked now and then whether it is back.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Opens after faults in a row; while open, one request each pause finds out whether the vendor is back.
pub(super) struct Breaker {
    failures: u32,
    window: Duration,
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Faults in a row so far, and when the first of them was.
    row: Option<(u32, Instant)>,
    /// Set while open: before this, nothing is sent.
    probe_at: Option<Instant>,
}

impl Breaker {
    pub(super) fn new(failures: u32, window: Duration, pause: Duration) -> Self {
        Self { failures: failures.max(1), window, pause, state: Mutex::default() }
    }

    /// Lets a request pass, or says how long to wait. A pass while open is the probe, and the next one comes a pause
    /// later whether or not this one ever reports, so that a probe given up on blocks nothing.
    pub(super) fn admit(&self, now: Instant) -> Result<(), Duration> {
        let mut state = self.state();
        match state.probe_at {
            Some(at) if now < at => Err(at - now),
            Some(_) => {
                state.probe_at = Some(now + self.pause);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Learns how a request went: `healthy` is any answer that is not the vendor's own fault.
    pub(super) fn report(&self, now: Instant, healthy: bool) {
        let mut state = self.state();
        if healthy {
            *state = State::default();
            return;
        }
        let (count, first) = state.row.filter(|(_, first)| now - *first <= self.window).unwrap_or((0, now));
        state.row = Some((count + 1, first));
        if count + 1 >= self.failures && state.probe_at.is_none() {
            state.probe_at = Some(now + self.pause);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(2);

    fn breaker() -> Breaker {
        Breaker::new(3, Duration::from_secs(30), PAUSE)
    }

    #[test]
    fn opens_probes_and_closes() {
        let (breaker, now) = (breaker(), Instant::now());
        for _ in 0..3 {
            assert_eq!(breaker.admit(now), Ok(()));
            breaker.report(now, false);
        }
        assert_eq!(breaker.admit(now), Err(PAUSE), "open");
        assert_eq!(breaker.admit(now + PAUSE), Ok(()), "one probe");
        assert_eq!(breaker.admit(now + PAUSE), Err(PAUSE), "and no second");
        breaker.report(now + PAUSE, false);
        assert_eq!(breaker.admit(now + PAUSE * 2), Ok(()), "the next probe");
        breaker.report(now + PAUSE * 2, true);
        assert_eq!(breaker.admit(now + PAUSE * 2), Ok(()), "closed");
    }

    #[test]
    fn only_faults_in_a_row_and_near_each_other_count() {
        let (breaker, now) = (breaker(), Instant::now());
        for healthy in [false, false, true, false, false] {
            breaker.report(now, healthy);
        }
        assert_eq!(breaker.admit(now), Ok(()), "a good answer starts the count anew");
        breaker.report(now + Duration::from_secs(31), false);
        assert_eq!(breaker.admit(now + Duration::from_secs(31)), Ok(()), "so does a long time");
    }
}
