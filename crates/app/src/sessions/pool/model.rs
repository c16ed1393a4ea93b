//! What a number of the pool is, and which moves it may make. Pure.

use chrono::{DateTime, Utc};
use vocab::{
    CountryCode, E164,
    id::{ItemId, NumberSessionId, PoolNumberId},
    telephony::NumberType,
};

vocab::wire_enum! {
    /// Where a number of the pool is.
    pub enum PoolState {
        /// It is the pool's, and the carrier has yet to point it at us.
        Adding = "ADDING",
        /// It is lent whenever it is free.
        Active = "ACTIVE",
        /// It is lent no more; a session that has it runs to its end.
        Draining = "DRAINING",
        /// On its way back to the carrier.
        Releasing = "RELEASING",
        /// It was the pool's.
        Removed = "REMOVED",
    }
}

impl PoolState {
    /// Whether this move exists.
    pub const fn may_become(self, next: Self) -> bool {
        use PoolState::{Active, Adding, Draining, Releasing, Removed};
        matches!(
            (self, next),
            (Adding, Active | Removed)
                | (Active, Draining | Releasing | Removed)
                | (Draining, Active | Releasing | Removed)
                | (Releasing, Removed)
        )
    }
}

/// A number of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolNumber {
    /// Its id.
    pub id: PoolNumberId,
    /// The number.
    pub number: E164,
    /// Its country.
    pub country: CountryCode,
    /// Its type.
    pub number_type: NumberType,
    /// The carrier's name.
    pub carrier: String,
    /// The carrier's id of it.
    pub carrier_sid: String,
    /// Where it is.
    pub state: PoolState,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// From when it may be lent, its cool-down included.
    pub free_from: DateTime<Utc>,
    /// The session that has it now.
    pub session: Option<NumberSessionId>,
    /// The order's item that bought it.
    pub item: Option<ItemId>,
    /// When it became the pool's.
    pub created_at: DateTime<Utc>,
}

impl PoolNumber {
    /// Whether the next borrower may have it at `now`.
    pub fn is_free(&self, now: DateTime<Utc>) -> bool {
        self.state == PoolState::Active && self.free_from <= now
    }
}

#[cfg(test)]
mod tests {
    use super::PoolState::{self, Active, Adding, Draining, Releasing, Removed};

    #[test]
    fn a_removed_number_is_another_row_when_it_comes_back() {
        assert!(PoolState::ALL.iter().all(|next| !Removed.may_become(*next)));
    }

    #[test]
    fn nothing_is_released_before_it_was_the_pools() {
        assert!(!Adding.may_become(Releasing) && !Adding.may_become(Draining));
        assert!(Draining.may_become(Active) && !Releasing.may_become(Active));
    }
}
