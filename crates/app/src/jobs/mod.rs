//! The job engine: work as rows, leased, retried with back-off, one runner at a time.
//!
//! A *step* is work on one row of the product, enqueued in the transaction that made it necessary. A
//! *schedule* is work by the clock. Both are leased: the lease is renewed while the work runs, and taken
//! over by another process when its owner dies. Handlers look at the state and do what is next, so a
//! repeat is harmless.

mod background;
mod engine;
mod kernel;
mod model;
mod places;
mod schedule;
mod sql;

pub use background::Background;
pub use engine::{Engine, StepHandler};
pub use kernel::Kernel;
pub use model::{Outcome, StepKind, StepRef};
pub use schedule::{Every, Schedule};
pub use sql::{JobRow, bring_forward, enqueue, enqueue_at, enqueueing, finish, finishing, list_jobs};
