//! The operator's API.

pub mod audit;
pub mod jobs;
pub mod orders;
pub mod orphans;
pub mod pricing_rules;
pub mod providers;
pub mod verifications;
