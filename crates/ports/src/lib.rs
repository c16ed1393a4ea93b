//! What Numberline asks of the outside, and how the outside's answers are told apart.
//!
//! Traits are small and every method is required. An adapter implements them over a vendor's real
//! HTTP protocol; there is no other implementation in the running product.

pub mod carrier;
pub mod contract;
pub mod error;
pub mod inbound;
pub mod processor;
pub mod supplier;

pub use carrier::Carrier;
pub use error::{PortError, Refusal, RefusalReason};
pub use inbound::{CarrierInbound, InboundRequest, ProcessorInbound, Rejected, SupplierInbound};
pub use processor::Processor;
pub use supplier::Supplier;
