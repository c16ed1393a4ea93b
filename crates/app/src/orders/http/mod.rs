//! The customer's API of orders (seed 004 §5).

mod billing;
mod body;
pub mod order;
pub mod read;

pub use billing::{Billing, BillingAddress};
pub use body::{CancelOrder, CreateOrder, CreateOrderItem};
pub use read::{OrdersQuery, SortBy, SortOrder};
