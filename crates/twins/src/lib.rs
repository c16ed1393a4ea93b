//! Twins: loopback servers that speak a vendor's own protocol, so that the whole product runs with no account anywhere.
//!
//! A twin keeps state in a journal, sends signed callbacks, and does wrong on demand ([`kernel::faults`]).
//! It shares no code with the adapter that talks to it: one misreading of a vendor's documents must not hide behind
//! the other. What both share with the product is only [`vocab`]: the clocks and the randomness, handed in.

// Stripe's objects have more members than `json!` can nest by default.
#![recursion_limit = "256"]

pub mod kernel;
mod rental;
pub mod sms_man;
pub mod stripe;
pub mod text_verified;
pub mod twilio;

pub use kernel::Running;
