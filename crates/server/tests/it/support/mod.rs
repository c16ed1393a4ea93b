//! What the tests stand on.

pub(crate) mod api;
pub(crate) mod clock;
pub(crate) mod control;
pub(crate) mod customer;
pub(crate) mod db;
pub(crate) mod floats;
pub(crate) mod laws;
mod postgres;
pub(crate) mod process;
pub(crate) mod product;
pub(crate) mod rows;
pub(crate) mod signed;
pub(crate) mod wait;

pub(crate) use db::{TestDb, on_both};
