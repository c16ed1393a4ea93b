//! The whole product over HTTP, with its twins.

mod calls;
mod carrier_faults;
mod catalogue;
mod deposit;
mod journey;
mod lists;
mod processor_news;
mod purchase;
mod rentals;
mod requirements;
mod unconnected;
