//! The rules of an order's states.

use proptest::prelude::*;

use vocab::Amount;

use super::{ItemState, OrderStatus, Sums};

fn any_state() -> impl Strategy<Value = ItemState> {
    prop::sample::select(ItemState::ALL)
}

#[test]
fn nothing_leaves_a_final_state() {
    for from in ItemState::ALL.iter().filter(|state| state.is_final()) {
        for to in ItemState::ALL {
            assert!(!from.may_become(*to), "{from} → {to}");
        }
    }
}

#[test]
fn a_doubtful_item_is_never_placed_afresh() {
    for from in [ItemState::Unknown, ItemState::Placed] {
        assert!(!from.may_become(ItemState::Placing) && !from.may_become(ItemState::Held));
    }
}

proptest! {
    #[test]
    fn the_order_follows_its_items(items in prop::collection::vec(any_state(), 1..10)) {
        let status = OrderStatus::of(&items);
        let delivered = items.iter().filter(|item| **item == ItemState::Delivered).count();
        prop_assert_eq!(status.is_final(), items.iter().all(|item| item.is_final()));
        prop_assert_eq!(status == OrderStatus::Completed, delivered == items.len());
        if status.is_final() {
            prop_assert_eq!(status == OrderStatus::Partial, delivered > 0 && delivered < items.len());
        }
        let in_flight = items.iter().any(|item| matches!(item, ItemState::Placing | ItemState::Unknown));
        prop_assert!(!(in_flight && status == OrderStatus::Pending), "{status} with {items:?}");
    }

    /// What was set aside is paid, given back or set aside still. `lost` items were refused before the order opened.
    #[test]
    fn an_orders_money_is_accounted_for(
        items in prop::collection::vec((any_state(), 0_i64..1_000_000_000), 1..10),
        lost in prop::collection::vec(0_i64..1_000_000_000, 0..3),
        part in 0_i64..=100,
    ) {
        let sum = |wanted: fn(ItemState) -> bool| -> i64 {
            items.iter().filter(|(state, _)| wanted(*state)).map(|(_, cost)| cost).sum()
        };
        let (total, open) = (sum(|_| true), sum(|state| !state.is_final()));
        let delivered = sum(|state| state == ItemState::Delivered);
        let refunded = delivered / 100 * part;
        let lost = lost.into_iter().map(|cost| (ItemState::Refused, cost));
        let all: Vec<_> =
            items.iter().copied().chain(lost).map(|(state, cost)| (state, Amount::from_micros(cost))).collect();
        let sums = Sums::of(Amount::from_micros(total), Amount::from_micros(refunded), &all);
        prop_assert_eq!(sums.paid().micros(), delivered - refunded);
        prop_assert_eq!(sums.paid().micros() + sums.returned().micros() + open, total);
    }
}
