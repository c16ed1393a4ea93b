//! The product: one folder per noun of the API, depending downwards only (see ARCHITECTURE.md).

pub mod accounts;
pub mod audit;
pub mod auth;
pub mod events;
pub mod flows;
pub mod jobs;
pub mod keys;
pub mod ledger;
pub mod market;
pub mod numbers;
pub mod offers;
pub mod operators;
pub mod orders;
pub mod orphans;
pub mod payments;
pub mod prices;
pub mod sessions;
pub mod suppliers;
pub mod usage;
pub mod verifications;
pub mod voice;
pub mod web;
