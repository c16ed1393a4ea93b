//! The customer's API of orders (seed 004 §5).

mod billing;
mod body;
pub mod order;
mod place;
pub mod read;

pub use billing::{Billing, BillingAddress};
pub use body::{CancelOrder, CreateOrder, CreateOrderItem};
pub(crate) use place::{Standing, place};
pub use read::{OrdersQuery, SortBy, SortOrder};
