//! What a number does when it rings: the routing document, which documents are accepted, and a number's versions of it.
//!
//! The rules are pure; [`sql`] alone knows the table. Who may change a number's document, and which version its calls
//! follow, is decided in [`numbers`](crate::numbers).

pub(crate) mod destination;
mod document;
mod model;
pub(crate) mod sql;
#[cfg(test)]
mod tests;
mod validate;

pub use document::{ActionType, RoutingAction, RoutingOptions, RoutingRules};
pub(crate) use model::Stored;
pub use model::{Features, NumberConfiguration, Schedule};
pub(crate) use validate::faults;
