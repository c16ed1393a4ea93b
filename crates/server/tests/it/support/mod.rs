//! What the tests stand on.

pub(crate) mod clock;
pub(crate) mod control;
pub(crate) mod db;
mod postgres;
pub(crate) mod rows;
pub(crate) mod wait;

pub(crate) use db::{TestDb, on_both};
