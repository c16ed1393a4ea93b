//! The journal: facts that happened, appended in the transaction that made them true.
//!
//! A fact has no place in the order of the journal until the relay gives it one, after its commit.
//! Whoever follows `seq` therefore misses nothing, however transactions overlap.

mod append;
mod forget;
mod model;
mod relay;
mod sql;

pub use append::{append, appending};
pub use forget::forget_old;
pub use model::{EventKind, Fact};
pub use relay::number_committed;
pub use sql::insert_selected;
