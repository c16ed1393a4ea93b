//! How usage is rated: pure arithmetic.

use uuid::Uuid;
use vocab::{Amount, Currency, id::AccountId, telephony::CallDirection};

vocab::wire_enum! {
    /// What is used (product.md, `UsageType`).
    pub enum UsageType {
        /// A call, by the minute.
        VoiceMinutes = "VOICE_MINUTES",
    }
}

/// A price per minute, and in which steps seconds are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// A minute.
    pub unit_price: Amount,
    /// Of what.
    pub currency: Currency,
    /// Seconds charged at least, above zero.
    pub first_increment: i64,
    /// Seconds charged at a time after that, above zero.
    pub next_increment: i64,
}

/// What a use costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bill {
    /// Seconds charged.
    pub seconds: i64,
    /// What they cost, rounded half to even to a millionth, once.
    pub cost: Amount,
}

impl Rate {
    /// Rates a use of so many seconds. Nothing used costs nothing.
    pub fn bill(&self, seconds: i64) -> Option<Bill> {
        let charged = if seconds <= 0 {
            0
        } else if seconds <= self.first_increment {
            self.first_increment
        } else {
            let beyond = seconds - self.first_increment;
            let steps = beyond / self.next_increment + i64::from(beyond % self.next_increment != 0);
            self.first_increment.checked_add(steps.checked_mul(self.next_increment)?)?
        };
        Some(Bill { seconds: charged, cost: self.unit_price.ratio(charged, 60)? })
    }
}

/// A use that is over.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    /// Who pays.
    pub account: AccountId,
    /// What was used.
    pub usage_type: UsageType,
    /// Which way.
    pub direction: CallDirection,
    /// What it was used on, such as a number.
    pub resource: Uuid,
    /// The one use, such as a call; charged once a type and direction.
    pub subject: Uuid,
    /// Its price.
    pub rate: Rate,
    /// What it comes to.
    pub bill: Bill,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(first: i64, next: i64) -> Rate {
        let unit_price = Amount::from_micros(10_200);
        Rate { unit_price, currency: Currency::USD, first_increment: first, next_increment: next }
    }

    fn cost(first: i64, next: i64, seconds: i64) -> i64 {
        rate(first, next).bill(seconds).expect("fits").cost.micros()
    }

    #[test]
    fn full_minutes_by_default() {
        assert_eq!(cost(60, 60, 0), 0);
        assert_eq!(cost(60, 60, 1), 10_200);
        assert_eq!(cost(60, 60, 60), 10_200);
        assert_eq!(cost(60, 60, 61), 20_400);
    }

    #[test]
    fn other_increments() {
        assert_eq!(cost(30, 6, 31), 10_200 * 36 / 60);
        assert_eq!(cost(1, 1, 7), 1190);
    }

    proptest! {
        #[test]
        fn nobody_pays_less_than_used_or_more_than_a_step_beyond(
            seconds in 1_i64..100_000, first in 1_i64..120, next in 1_i64..120,
        ) {
            let charged = rate(first, next).bill(seconds).expect("fits").seconds;
            prop_assert!(charged >= seconds && charged < seconds + first.max(next));
        }
    }
}
