//! The HTTP API of number sessions.

pub mod admin;
pub mod ask;
mod sessions;

pub use sessions::*;
