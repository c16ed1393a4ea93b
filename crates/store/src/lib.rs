//! The databases: SQLite by default, PostgreSQL when it grows. One schema, one set of queries.
//!
//! This crate knows how to open, write, read and migrate; it knows no table's meaning. What differs
//! between the engines is in [`dialect`] and nowhere else.

pub mod columns;
pub mod dialect;
pub mod gather;
pub mod listing;
pub mod migrations;
pub mod open;
pub mod query;
pub mod reads;
pub mod several;
pub mod tx;

pub use columns::{Column, Columns};
pub use dialect::Dialect;
pub use gather::{Batch, Gather};
pub use listing::{Listed, Listing, Narrowed};
pub use open::{OpenError, Settings, Store};
pub use query::{Bound, all, exec, one, placeholders};
pub use reads::Reads;
pub use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, Value};
pub use several::Several;
pub use tx::Tx;

#[cfg(test)]
mod tests;
