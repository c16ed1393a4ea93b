//! The tables `orders`, `order_items` and `order_timeline`. Whose orders are read is a parameter, except where the
//! machinery asks.

mod items;
mod list;
mod orders;
mod rows;

pub(super) use items::{
    begin_placing, deliver_item, insert_item, item, item_state, item_states, items, items_of, move_item, place_again,
    refuse_item, set_detail,
};
pub(super) use list::{Filter, Totals, count, list, shelf, totals};
pub(super) use orders::{
    add_refund, append_timeline, archive, end_order, insert_order, lock_order, lock_order_of, move_order, order,
    timeline,
};
pub(super) use rows::{ITEM, ORDER, TimelineRow};
pub use rows::{ItemRow, OrderRow};
