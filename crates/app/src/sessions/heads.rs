//! Where to begin looking for a free number.
//!
//! Free numbers lie in a few queues ("lanes") by the time since when they are free, and are lent in that order; what
//! becomes free joins at the end. A process remembers how far it has got in each lane, so that it does not walk over
//! what was lent before: PostgreSQL keeps the old versions of a row in its indexes until they are cleaned up. It is a
//! hint only: whoever finds nothing after it looks again from the beginning.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use vocab::{Ambient, CountryCode};

/// How many lanes there are. More keep borrowers further apart and make a nearly empty pool dearer to search.
pub(super) const LANES: i64 = 8;

/// A lane of all countries' numbers, or of one country's.
type Place = (Option<CountryCode>, i64);

/// How far this process has got. Cheap to clone; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Heads(Arc<Mutex<HashMap<Place, DateTime<Utc>>>>);

impl Heads {
    /// Since when the number was free that was last lent from there.
    pub(super) fn get(&self, country: Option<CountryCode>, lane: i64) -> DateTime<Utc> {
        let heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heads.get(&(country, lane)).copied().unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// A number that was free since then has been lent. Never moves back.
    pub(super) fn advance(&self, country: Option<CountryCode>, lane: i64, free_since: DateTime<Utc>) {
        let mut heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let head = heads.entry((country, lane)).or_insert(free_since);
        *head = free_since.max(*head);
    }
}

/// Any lane: borrowers who come at once begin in different ones.
pub(super) fn any_lane(ambient: &Ambient) -> i64 {
    i64::try_from(ambient.below(LANES.unsigned_abs())).expect("below eight")
}
