//! The whole product over HTTP, with its twins.

mod journey;
