//! Usage: what was used, what it costs by rate and increment, and charging it once.

mod charge;
mod model;
mod sql;

pub use charge::charge;
pub use model::{Bill, Rate, UsageType, Used};
pub use sql::{rate, spent_between};
