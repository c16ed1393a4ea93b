//! How often this process asks a supplier: what it allows in a second may leave at once, the rest evenly after that.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ports::supplier::SupplierCard;
use tokio::time::Instant;

use super::Suppliers;

/// What is asked for. Purchases do not wait for questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Purchase,
    Question,
}

/// When each supplier's next request of a kind is due. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<(&'static str, Kind), Instant>>>);

impl Turns {
    /// Waits for a turn; `false` at once where none comes up within that time.
    pub(super) async fn wait(&self, supplier: &'static str, kind: Kind, per_second: u32, within: Duration) -> bool {
        let Some(pause) = self.take((supplier, kind), per_second, Instant::now(), within) else { return false };
        tokio::time::sleep(pause).await;
        true
    }

    fn take(&self, key: (&'static str, Kind), per_second: u32, now: Instant, within: Duration) -> Option<Duration> {
        let apart = Duration::from_secs(1) / per_second.max(1);
        let mut due = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = due.get(&key).copied().unwrap_or(now).max(now);
        let pause = (next + apart).saturating_duration_since(now + Duration::from_secs(1));
        if pause > within {
            return None;
        }
        due.insert(key, next + apart);
        Some(pause)
    }
}

impl Suppliers {
    /// Waits for a turn to buy at a supplier; `false` at once where none comes up within that time.
    pub async fn turn_to_buy(&self, card: &SupplierCard, within: Duration) -> bool {
        self.turns.wait(card.name, Kind::Purchase, card.purchases_per_second, within).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seconds_worth_at_once_and_then_evenly() {
        let (turns, now) = (Turns::default(), Instant::now());
        let take = |after: u64, within: u64| {
            let pause =
                turns.take(("A", Kind::Purchase), 5, now + Duration::from_millis(after), Duration::from_millis(within));
            pause.map(|pause| pause.as_millis())
        };
        assert_eq!([(); 5].map(|()| take(0, 0)), [Some(0); 5]);
        assert_eq!(take(0, 100), None, "a turn that is not waited for is not taken");
        assert_eq!([(); 3].map(|()| take(0, 1000)), [Some(200), Some(400), Some(600)]);
        assert_eq!(take(1000, 0), Some(0));
        assert_eq!(turns.take(("A", Kind::Question), 1, now, Duration::ZERO), Some(Duration::ZERO));
        assert_eq!(turns.take(("B", Kind::Purchase), 1, now, Duration::ZERO), Some(Duration::ZERO));
        assert_eq!([(); 5].map(|()| take(60_000, 0)), [Some(0); 5]);
        assert_eq!(take(60_000, 0), None, "no more for having waited");
    }
}
