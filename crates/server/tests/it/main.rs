//! The integration tests: the product's laws, on both engines.
//!
//! What needs a database runs twice, as `name::sqlite` and `name::postgres` ([`support::db`]). A test that touches
//! PostgreSQL needs `NUMBERLINE_TEST_PG`, which `make test` provides.

mod support;

mod access;
mod binary;
mod contracts;
mod databases;
mod document;
mod idempotency;
mod jobs;
mod journal;
mod ledger;
mod operators;
mod orders;
mod product;
mod rent;
mod sessions;
