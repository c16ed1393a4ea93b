//! The tables `orders`, `order_items` and `order_timeline`. Whose orders are read is a parameter, except where the
//! machinery asks.

mod items;
mod list;
mod orders;
mod rows;
mod shown;

pub(super) use items::{
    NewItem, begin_placing, deliver_item, delivering_item, inserting_item, item, item_state, item_states, items,
    move_item, place_again, refuse_item, set_detail,
};
pub(super) use list::{Filter, Page, Totals, page, shelf};
pub(super) use orders::{
    Whole, add_refund, append_timeline, archive, completing_order, end_order, inserting_order, lock_order,
    lock_order_of, move_order, order, timeline, whole,
};
pub(super) use rows::TimelineRow;
pub use rows::{ItemRow, OrderRow};
pub(super) use shown::{ShownItem, ShownOrder};
