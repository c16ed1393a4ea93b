//! The states of an order and its items, and which moves exist (product.md, "State machines").

use std::time::Duration;

use chrono::{DateTime, Utc};
use vocab::{Amount, id::ItemId};

use crate::jobs::{StepKind, StepRef};

/// The step that takes an item further.
pub(super) const ITEM_STEP: StepKind = "order_item";

/// The step of this item.
pub(super) fn step(item: ItemId) -> StepRef {
    StepRef { kind: ITEM_STEP, subject: item.uuid() }
}

/// How long ago that was; nothing where it is yet to come.
pub(super) fn elapsed(since: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (now - since).to_std().unwrap_or_default()
}

vocab::wire_enum! {
    /// Where an order is.
    pub enum OrderStatus {
        /// Opened; no item is past `HELD`.
        Pending = "PENDING",
        /// An item is being placed.
        Processing = "PROCESSING",
        /// Every item was delivered.
        Completed = "COMPLETED",
        /// Some items were delivered.
        Partial = "PARTIAL",
        /// No item was delivered.
        Failed = "FAILED",
        /// Given up before anything was placed.
        Cancelled = "CANCELLED",
    }
}

vocab::wire_enum! {
    /// Where an item is.
    pub enum ItemState {
        /// Not yet paid for.
        Pending = "PENDING",
        /// Its money is set aside.
        Held = "HELD",
        /// We are about to ask, or have asked, the vendor.
        Placing = "PLACING",
        /// The vendor has it; what it is for has not come yet.
        Placed = "PLACED",
        /// The vendor may have it; its answer is lost.
        Unknown = "UNKNOWN",
        /// The customer has it and has paid.
        Delivered = "DELIVERED",
        /// It is not to be had; the money is back.
        Refused = "REFUSED",
        /// Given up; the money is back.
        Cancelled = "CANCELLED",
    }
}

vocab::wire_enum! {
    /// What an item is (product.md, `OrderItemType`).
    pub enum ItemType {
        /// A number to own.
        PhoneNumber = "PHONE_NUMBER",
        /// A number for the operator's pool; only operators order these, by a path of their own.
        PoolNumber = "POOL_NUMBER",
        /// A number rented for one code.
        Verification = "VERIFICATION",
        /// A month of a number.
        MonthlyFee = "MONTHLY_FEE",
        /// A number's set-up.
        SetupFee = "SETUP_FEE",
        /// What was used.
        UsageFee = "USAGE_FEE",
        /// Taken off.
        Discount = "DISCOUNT",
        /// Put on.
        Tax = "TAX",
    }
}

vocab::wire_enum! {
    /// How far an order is paid (product.md, `PaymentStatus`, as far as it goes for orders).
    pub enum OrderPaymentStatus {
        /// Money is set aside.
        Pending = "PENDING",
        /// All of it was taken.
        Succeeded = "SUCCEEDED",
        /// None of it was taken.
        Failed = "FAILED",
        /// Given back before anything was placed.
        Cancelled = "CANCELLED",
        /// A part was given back.
        PartialRefund = "PARTIAL_REFUND",
        /// All that was taken was given back.
        Refunded = "REFUNDED",
    }
}

impl ItemState {
    /// Whether nothing comes after this.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Refused | Self::Cancelled)
    }

    /// Whether an item may go from here to `next`. `PLACED` is for lines whose delivery comes later.
    pub const fn may_become(self, next: Self) -> bool {
        use ItemState::{Cancelled, Delivered, Held, Pending, Placed, Placing, Refused, Unknown};
        matches!(
            (self, next),
            (Pending, Held)
                | (Pending | Held, Refused | Cancelled)
                | (Held, Placing)
                | (Placing, Placed | Delivered | Refused | Unknown)
                | (Unknown, Placed | Delivered | Refused)
                | (Placed, Delivered | Refused | Cancelled)
        )
    }
}

impl OrderStatus {
    /// Whether nothing comes after this.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Processing)
    }

    /// What an order's status is, given its items' states. An order has at least one item.
    pub fn of(items: &[ItemState]) -> Self {
        use ItemState::{Cancelled, Delivered, Held, Pending, Refused};
        let all_final = items.iter().all(|item| item.is_final());
        let delivered = items.iter().filter(|item| **item == Delivered).count();
        if !all_final {
            let untouched = items.iter().all(|item| matches!(item, Pending | Held | Refused | Cancelled));
            return if untouched { Self::Pending } else { Self::Processing };
        }
        if delivered == items.len() {
            Self::Completed
        } else if delivered > 0 {
            Self::Partial
        } else if items.contains(&Cancelled) {
            Self::Cancelled
        } else {
            Self::Failed
        }
    }

    /// How far an order with this status is paid, of which so much was taken for delivered items and so much of that
    /// was given back.
    pub fn payment(self, taken: Amount, refunded: Amount) -> OrderPaymentStatus {
        if refunded.is_positive() {
            return if refunded < taken { OrderPaymentStatus::PartialRefund } else { OrderPaymentStatus::Refunded };
        }
        match self {
            Self::Pending | Self::Processing => OrderPaymentStatus::Pending,
            Self::Completed => OrderPaymentStatus::Succeeded,
            Self::Partial => OrderPaymentStatus::PartialRefund,
            Self::Failed => OrderPaymentStatus::Failed,
            Self::Cancelled => OrderPaymentStatus::Cancelled,
        }
    }
}

/// What became of an order's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// For delivered items.
    taken: i64,
    /// Of that, what was paid back since.
    refunded: i64,
    /// Set aside for items that were not delivered, and free again.
    released: i64,
}

impl Sums {
    /// Of an order that was opened for `total`, of which `refunded` was paid back, and whose items cost so much each.
    /// An item that lost its number before the order opened is refused, and no part of the total.
    pub fn of(total: Amount, refunded: Amount, items: &[(ItemState, Amount)]) -> Self {
        let cost = |wanted: fn(ItemState) -> bool| {
            let costs = items.iter().filter(|(state, _)| wanted(*state)).map(|(_, cost)| cost.micros());
            costs.fold(0, i64::saturating_add)
        };
        let taken = cost(|state| state == ItemState::Delivered);
        let open = cost(|state| !state.is_final());
        let released = total.micros().saturating_sub(taken).saturating_sub(open);
        Self { taken, refunded: refunded.micros(), released }
    }

    /// What was paid for what was delivered, less refunds.
    pub const fn paid(self) -> Amount {
        Amount::from_micros(self.taken.saturating_sub(self.refunded))
    }

    /// What was given back: for refused and cancelled items, and by refunds.
    pub const fn returned(self) -> Amount {
        Amount::from_micros(self.released.saturating_add(self.refunded))
    }

    /// How far an order with this status is paid.
    pub fn payment(self, status: OrderStatus) -> OrderPaymentStatus {
        status.payment(Amount::from_micros(self.taken), Amount::from_micros(self.refunded))
    }
}
