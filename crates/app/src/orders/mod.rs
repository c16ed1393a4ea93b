//! Orders: items, holds and timelines. Knows no product line.
//!
//! A line (numbers, verifications) implements [`Line`] and is handed over by the composition. An order
//! opens in one transaction: key, claims, holds, items, first steps. Each item then goes its own way
//! through [`advance`](self::advance), and the order's status follows from its items.

mod admin;
mod advance;
mod archive;
mod at_once;
mod cancel;
mod error;
pub mod http;
mod jobs;
mod line;
mod model;
mod open;
mod placed;
mod refund;
mod render;
mod routes;
mod settle;
mod sql;
#[cfg(test)]
mod tests;
mod timeline;
mod verify;
mod view;

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::TimeDelta;
use store::Store;
use vocab::Ambient;

use crate::jobs::{Engine, Kernel};

pub use admin::{AnyOrder, AnyOrderDetails, AnyOrders};
pub use error::{CancelError, OpenError};
pub use line::{AtOnce, Claim, Item, Line, Placed, Quote, QuoteError, Settled, Unmet, Wanted};
pub use model::{ItemState, ItemType, OrderPaymentStatus, OrderStatus, Sums};
pub use open::{NewOrder, Opened};
pub use placed::{PlacedItem, cancel_placed, deliver_placed, is_cancelled, lock, refuse_placed};
pub use refund::{Goodwill, Refund, RefundError};
pub use render::OrderWithItems;
pub use routes::routes;
pub use sql::{ItemRow, OrderRow};
pub use verify::verify;
pub use view::{OrderDetails, OrderSummary};

/// The orders of every account. Cheap to clone.
#[derive(Clone)]
pub struct Orders {
    pub(crate) store: Store,
    pub(crate) ambient: Ambient,
    pub(crate) engine: Engine,
    lines: Arc<HashMap<ItemType, Arc<dyn Line>>>,
    settings: Settings,
}

/// What an operator may set.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The most items in one order.
    pub max_items: usize,
    /// The same for an order of an operator's, for the pool.
    pub max_pool_items: usize,
    /// How long a request waits for its order to settle before it answers 202.
    pub settle_wait: Duration,
    /// How long (business time) after it ended, and last changed, an order leaves the lists.
    pub archive_after: TimeDelta,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_items: 10,
            max_pool_items: 100,
            settle_wait: Duration::from_secs(3),
            archive_after: TimeDelta::days(365),
        }
    }
}

impl std::fmt::Debug for Orders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Orders({} lines)", self.lines.len())
    }
}

impl Orders {
    /// Orders over these lines.
    pub fn new(kernel: &Kernel, lines: Vec<Arc<dyn Line>>, settings: Settings) -> Self {
        let Kernel { store, ambient, engine } = kernel.clone();
        let lines = lines.into_iter().map(|line| (line.item_type(), line)).collect();
        Self { store, ambient, engine, lines: Arc::new(lines), settings }
    }

    fn line(&self, item_type: ItemType) -> Option<&Arc<dyn Line>> {
        self.lines.get(&item_type)
    }
}
