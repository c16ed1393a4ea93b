//! The customer's API of numbers.

pub mod buy;
pub mod manage;

use std::sync::Arc;

use super::{Numbers, RecentCalls};
use crate::orders::Orders;

/// What the routes of numbers work with.
#[derive(Clone)]
pub struct NumbersApi {
    /// The numbers.
    pub numbers: Numbers,
    /// The orders, whose line the numbers are.
    pub orders: Orders,
    /// The call log.
    pub calls: Arc<dyn RecentCalls>,
}

impl std::fmt::Debug for NumbersApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.numbers.fmt(f)
    }
}
