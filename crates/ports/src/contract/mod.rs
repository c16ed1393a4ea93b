//! What every adapter must do, as suites that are run against each through its vendor's twin.
//!
//! A suite is a plain async function; it panics where the contract is broken. It knows no vendor: whoever runs it hands
//! in the adapter and a hand on the vendor's side, which makes faults and counts what the vendor really holds.

pub mod carrier;
pub mod processor;
pub mod supplier;

/// How the vendor's side goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The connection closes and nothing happened.
    NotDone,
    /// It happens, then the connection closes without an answer.
    DoneUnanswered,
    /// Nothing happens and nothing is answered.
    Silent,
    /// A fault of the vendor's own, such as 503; nothing happened, but the answer does not prove it.
    Faulty,
    /// Too many requests: provably not processed.
    TurnedAway,
}
