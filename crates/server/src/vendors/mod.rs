//! Where adapters are made: each vendor that the settings name, or its twin.

mod carrier;
mod processor;
mod suppliers;

pub(crate) use carrier::carrier;
pub(crate) use processor::gateway;
pub(crate) use suppliers::known as suppliers;
