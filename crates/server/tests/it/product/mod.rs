//! The whole product over HTTP, with its twins.

mod carrier_faults;
mod journey;
mod purchase;
