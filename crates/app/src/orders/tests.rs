//! The rules of an order's states.

use proptest::prelude::*;

use super::{ItemState, OrderStatus};

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
}
