//! What every twin is made of: a journal, faults, an outbox of callbacks, and two loopback servers.
//!
//! A twin is put together like this: open a [`journal::Journal`] of its state, make [`faults::Faults`] with its
//! vendor's face, bind [`serve::Listeners`], build the vendor's router (each answer wrapped in
//! [`faults::Faults::around`]) and the [`control`] router, and [`serve::Listeners::serve`] both, with the
//! [`outbox::Courier`] as a background task.

pub mod control;
pub mod faults;
pub mod journal;
pub mod loopback;
pub mod outbox;
pub mod serve;

mod fault;
#[cfg(test)]
mod tests;

pub use fault::Fault;
pub use faults::{Face, Faults};
pub use journal::{Journal, JournalError, State};
pub use loopback::NotLoopback;
pub use outbox::{Callback, Courier, HasOutbox, Outbox, OutboxChange, Outgoing, Postman, Transport};
pub use serve::{Cut, Listeners, Running};
