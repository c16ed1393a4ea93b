//! One thin client per vendor: its words, its errors, its webhooks. No database, no domain rule.
//!
//! Every vendor has the same files: `mod.rs` client · `wire.rs` the vendor's words · `map.rs` wire ↔
//! ports and the one table of its errors · `hooks.rs` verify and parse what it sends us · `README.md`
//! quirks, limits, links. What all share, from time-outs to the circuit breaker, is [`http`];
//! what only the suppliers share is `rental.rs`.

pub mod http;
mod rental;
pub mod sms_man;
pub mod stripe;
pub mod text_verified;
pub mod twilio;
