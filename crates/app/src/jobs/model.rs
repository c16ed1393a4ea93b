//! What a step is, and when it is tried again.

use std::time::Duration;

use uuid::Uuid;
use vocab::Ambient;

/// Names the handler of a step, such as `order_item`.
pub type StepKind = &'static str;

/// How long a lease lasts; it is renewed at a third of that (product.md, law 5).
pub(super) const LEASE: Duration = Duration::from_secs(10);

/// The longest pause between two attempts of a failing step: somebody waits for it.
pub(super) const LONGEST_OF_STEPS: Duration = Duration::from_secs(60);

/// The longest pause between two attempts of a failing job, which comes again by the clock at the latest.
pub(super) const LONGEST_OF_JOBS: Duration = Duration::from_secs(60 * 60);

/// Work on one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StepRef {
    /// Which handler.
    pub kind: StepKind,
    /// The row's id.
    pub subject: Uuid,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is left to do.
    Done,
    /// Nothing is left to do, and the handler has removed the step in the transaction that ended its work.
    Finished,
    /// Come back after this long.
    Again(Duration),
}

/// How long to wait after attempt number `attempt` (from 1) failed: doubling from a second to `longest`, give or take a
/// tenth.
pub(super) fn back_off(attempt: i64, longest: Duration, ambient: &Ambient) -> Duration {
    // 2²⁰ seconds are twelve days.
    let doublings = u32::try_from(attempt.clamp(1, 20) - 1).expect("is small");
    let base = Duration::from_secs(1 << doublings).min(longest);
    base.mul_f64(0.9 + f64::from(u32::try_from(ambient.below(1000)).unwrap_or(0)) / 5000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_grows_and_stops_growing() {
        let ambient = Ambient::fixed(3);
        let after = |attempt| back_off(attempt, Duration::from_secs(60), &ambient);
        assert!(after(1) < Duration::from_millis(1200));
        assert!(after(3) > Duration::from_secs(3));
        assert!(after(7) > Duration::from_secs(50) && after(500) < Duration::from_secs(80));
    }
}
