//! What whoever runs the product can do to it.

mod clock;

pub use clock::{advance, offset};
