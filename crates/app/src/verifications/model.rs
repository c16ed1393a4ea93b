//! Where a rental is, which moves exist (product.md, "State machines"), and when it is looked at again. Pure.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ports::supplier::SupplierCard;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::DbErr;
use vocab::{
    Amount, CountryCode, Currency, E164, Money,
    id::{AccountId, ItemId, OrderId, VerificationId},
};

use crate::{
    orders::{Item, PlacedItem},
    suppliers::Service,
};

vocab::wire_enum! {
    /// Where a rental is.
    pub enum VerificationStatus {
        /// Its money is set aside.
        Pending = "PENDING",
        /// A supplier is being asked for a number.
        Processing = "PROCESSING",
        /// The number waits for its text.
        WaitingForSms = "WAITING_FOR_SMS",
        /// Its buyer has given it up, and the supplier has not agreed yet. A text that comes now still counts.
        Cancelling = "CANCELLING",
        /// A text came, and it is paid for. Later texts are added.
        Completed = "COMPLETED",
        /// Given up; the money is back.
        Cancelled = "CANCELLED",
        /// No text came in time; the money is back.
        Expired = "EXPIRED",
        /// No number was to be had, or it was no good; the money is back.
        Failed = "FAILED",
        /// As a filter: the money is back. It goes back in the transaction that ends a rental, so none stays here.
        Refunded = "REFUNDED",
    }
}

impl VerificationStatus {
    /// Whether a rental may go from here to `next`.
    pub const fn may_become(self, next: Self) -> bool {
        use VerificationStatus::{
            Cancelled, Cancelling, Completed, Expired, Failed, Pending, Processing, WaitingForSms,
        };
        matches!(
            (self, next),
            (Pending, Processing)
                | (Processing, WaitingForSms)
                | (WaitingForSms, Cancelling)
                | (Cancelling, WaitingForSms)
                | (Pending | Processing, Cancelled | Failed)
                | (WaitingForSms | Cancelling, Completed | Cancelled | Expired | Failed)
        )
    }

    /// Whether the first text is still to come.
    pub const fn waits(self) -> bool {
        matches!(self, Self::WaitingForSms | Self::Cancelling)
    }

    /// Whether the customer's money is back.
    pub const fn is_given_back(self) -> bool {
        matches!(self, Self::Cancelled | Self::Expired | Self::Failed | Self::Refunded)
    }
}

/// A rental.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Its id.
    pub id: VerificationId,
    /// Its number in the market's own protocol.
    pub activation: i64,
    /// Who rents.
    pub account: AccountId,
    /// The order.
    pub order: OrderId,
    /// The order's item.
    pub item: ItemId,
    /// The market's code of the service.
    pub service_code: String,
    /// The number's country.
    pub country: CountryCode,
    /// Where it is.
    pub status: VerificationStatus,
    /// Why, where there is something to say.
    pub status_reason: Option<String>,
    /// What the customer pays.
    pub price: Money,
    /// Where the number is rented, once it is.
    pub rental: Option<Rental>,
    /// When the first text came.
    pub code_at: Option<DateTime<Utc>>,
    /// One more text was asked for and has not come.
    pub awaits_more: bool,
    /// The customer's money is back and the supplier has yet to give ours.
    pub owed_back: bool,
    /// When the money went back.
    pub refunded_at: Option<DateTime<Utc>>,
    /// Grows with each change.
    pub version: i64,
    /// When it was ordered.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A number at a supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rental {
    /// The supplier's name.
    pub supplier: String,
    /// The supplier's id of it.
    pub reference: String,
    /// The number.
    pub number: E164,
    /// What it costs us: as the supplier says, else as it was quoted.
    pub cost: Option<Amount>,
    /// When it was bought.
    pub bought_at: DateTime<Utc>,
    /// When its time is over.
    pub expires_at: DateTime<Utc>,
    /// The supplier allows no cancellation before this.
    pub locked_until: Option<DateTime<Utc>>,
    /// How often its supplier, asked for one more text, began afresh ([`Another::Afresh`](ports::supplier::Another)).
    pub rounds: i64,
}

impl Verification {
    /// Its item, for orders.
    pub const fn placed(&self) -> PlacedItem {
        PlacedItem { item: self.item, order: self.order, account: self.account }
    }

    /// How it stands at this time (business).
    pub(super) fn standing(&self, now: DateTime<Utc>) -> Standing {
        let is_over = self.rental.as_ref().is_some_and(|at| at.expires_at <= now);
        Standing { version: self.version, is_over }
    }

    /// The currency of its price.
    pub const fn currency(&self) -> Currency {
        self.price.currency
    }
}

/// How far a rental has come; what is later is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Standing {
    /// Its [`Verification::version`].
    pub version: i64,
    /// Whether its time is over.
    pub is_over: bool,
}

/// What is kept with an order's item.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    pub service_code: String,
    pub country: CountryCode,
    pub preferred: Option<String>,
    /// Wall time.
    pub quoted_at: DateTime<Utc>,
    /// The most that a number may cost us: what its buyer was told, or what the supplier behind that price takes, where
    /// the operator's rules sell below cost.
    pub most_cost: Amount,
    pub verification: VerificationId,
    pub activation: i64,
    /// What the order shows of it.
    pub metadata: Value,
}

/// What a supplier sold.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sold {
    pub supplier: String,
    pub number: E164,
    pub cost: Option<Amount>,
    pub ends_at: Option<DateTime<Utc>>,
}

impl Detail {
    pub(super) fn of(item: &Item) -> Result<Self, DbErr> {
        serde_json::from_value(item.detail.clone()).map_err(|error| DbErr::Json(error.to_string()))
    }

    pub(super) fn service(&self) -> Service {
        Service::named(&self.service_code)
    }
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub statuses: Vec<VerificationStatus>,
    pub service_code: Option<String>,
}

/// For how long a rental is young. A text comes soon or, mostly, not at all.
pub(super) const YOUNG: TimeDelta = TimeDelta::minutes(2);

/// In a crowd one that is young is asked about so many times as often as an older one.
pub(super) const ATTENTION: u32 = 4;

/// How often a supplier is asked about a rental: as often as it likes or, where it announces texts and is asked only in
/// case an announcement is lost, after `longest`. Where that would be more questions than it allows, each waits longer;
/// a fifth of what it allows is left for what else is asked. `crowd` is how many older rentals would take as many
/// questions as all that it is asked about.
pub(super) fn pace(card: &SupplierCard, crowd: u32, is_young: bool, longest: Duration) -> Duration {
    let usual = if card.pushes_texts { longest } else { card.poll_interval.min(longest) };
    let evenly = Duration::from_secs(1) * crowd / card.questions_per_second.max(1) * 5 / 4;
    usual.max(if is_young { evenly / ATTENTION } else { evenly })
}

/// The shortest pause between two looks, and the shortest where a rental is about to end.
const LEAST: Duration = Duration::from_secs(1);
const AT_THE_END: Duration = Duration::from_millis(100);

/// How long until a rental is looked at again: the pace, up to a fifth sooner by chance (of 1,000) so that rentals of one
/// moment spread, and no later than `until`.
pub(super) fn pause(pace: Duration, chance: u64, until: Duration) -> Duration {
    let pace = pace.max(LEAST);
    let part = u32::try_from(chance % 200).unwrap_or(0);
    (pace - pace * part / 1000).min(until.max(AT_THE_END))
}

/// The same for one that found no turn: any moment of the pace by chance (of 1,000).
pub(super) fn some_moment(pace: Duration, chance: u64, until: Duration) -> Duration {
    let part = u32::try_from(chance % 1000).unwrap_or(0);
    (pace.max(LEAST) * part / 1000).max(LEAST).min(until.max(AT_THE_END))
}

#[cfg(test)]
mod tests {
    use ports::Supplier;
    use proptest::prelude::*;

    use super::*;
    use crate::suppliers::fake::FakeSupplier;

    #[test]
    fn a_rental_never_goes_from_paid_to_given_back() {
        use VerificationStatus as S;
        for next in S::ALL {
            assert!(!S::Completed.may_become(*next));
        }
        for from in S::ALL.iter().filter(|status| status.is_given_back()) {
            assert!(S::ALL.iter().all(|next| !from.may_become(*next)), "{from} is an end");
        }
        assert!(S::Cancelling.may_become(S::Completed) && S::WaitingForSms.may_become(S::Expired));
    }

    proptest! {
        #[test]
        fn nobody_waits_longer_than_told(pace in 0_u64..60_000, chance: u64, until in 0_u64..100_000) {
            let (most, end) = (Duration::from_millis(pace.max(1000)), Duration::from_millis(until));
            for pause in [pause, some_moment] {
                let paused = pause(Duration::from_millis(pace), chance, end);
                prop_assert!(paused <= most && paused >= AT_THE_END);
                prop_assert!(paused <= end.max(AT_THE_END));
            }
        }

        #[test]
        fn a_supplier_is_not_asked_more_than_it_allows(
            young in 0_u32..50_000,
            older in 0_u32..200_000,
            allowed in 0_u32..2_000,
            pushes: bool,
        ) {
            let longest = Duration::from_secs(10);
            let fake = FakeSupplier::new("FIRST", 415, "0.50");
            let card = SupplierCard { pushes_texts: pushes, questions_per_second: allowed, ..fake.card().clone() };
            let crowd = young * ATTENTION + older;
            let [of_young, of_older] = [true, false].map(|is_young| pace(&card, crowd, is_young, longest));
            let asked = f64::from(young) / of_young.as_secs_f64() + f64::from(older) / of_older.as_secs_f64();
            prop_assert!(asked <= 0.801 * f64::from(allowed.max(1)));
            let usual = if pushes { longest } else { card.poll_interval };
            prop_assert!(of_older >= of_young && of_young >= usual);
            if crowd <= allowed * 4 {
                prop_assert_eq!(of_older, usual, "a few are asked about as often as the supplier likes");
            }
        }
    }
}
