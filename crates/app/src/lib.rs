//! The product: one folder per noun of the API, depending downwards only (see ARCHITECTURE.md).

pub mod events;
pub mod jobs;
pub mod ledger;
pub mod web;
pub mod orders;
pub mod payments;
pub mod prices;
pub mod usage;
pub mod numbers;
pub mod operators;
pub mod voice;
