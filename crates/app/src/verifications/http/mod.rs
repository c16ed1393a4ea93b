//! The customer's API of rented numbers, and the suppliers' webhooks.

pub mod catalogue;
pub mod order;
pub mod read;
pub mod webhooks;

use super::Verifications;
use crate::orders::Orders;

/// What the routes of rentals work with.
#[derive(Debug, Clone)]
pub struct VerificationsApi {
    /// The rentals.
    pub verifications: Verifications,
    /// The orders, whose line the rentals are.
    pub orders: Orders,
}
