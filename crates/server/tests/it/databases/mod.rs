//! The data layer: one schema and one set of queries on two engines.

mod dialect;
mod migrations;
mod outage;
mod transactions;
