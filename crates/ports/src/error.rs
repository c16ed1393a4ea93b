//! The five fates of an outside call.

use std::time::Duration;

/// Why an outside call did not do what was asked, by what the caller may do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// The vendor answered, definitely: no. Nothing happened there.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The vendor did not process it and asks to come back later. Nothing happened there.
    #[error("busy, retry after {} ms", retry_after.as_millis())]
    Busy {
        /// How long to wait at least.
        retry_after: Duration,
    },
    /// The request never left. It may be sent again blindly.
    #[error("not sent")]
    NotSent,
    /// It may have been received and its answer is lost. It must never be sent afresh: ask instead
    /// (product.md, law 5).
    #[error("outcome unknown")]
    Unknown,
    /// Our credentials or settings are wrong; retrying does not help, an operator must act.
    #[error("misconfigured: {0}")]
    Misconfigured(String),
}

impl PortError {
    /// Shorthand for a refusal.
    pub fn refused(reason: RefusalReason, code: impl Into<Option<String>>, message: impl Into<String>) -> Self {
        Self::Refused(Refusal { reason, code: code.into(), message: message.into() })
    }
}

/// A vendor's definite no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What it means to us.
    pub reason: RefusalReason,
    /// The vendor's own code, for the operator.
    pub code: Option<String>,
    /// The vendor's own words. Shown to operators, not to customers.
    pub message: String,
}

/// What a refusal means to us, over all vendors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalReason {
    /// The number is not to be had: taken, reserved, or not the vendor's.
    NumberNotAvailable,
    /// The vendor finds the request itself wrong.
    Invalid,
    /// The vendor knows no such thing.
    NotFound,
    /// An address, a bundle or a document is needed first.
    RequirementsNotMet,
    /// The vendor's account may not do this (trial, geography, suspended).
    NotPermitted,
    /// The vendor does not offer this at all.
    Unsupported,
    /// The payer's means of payment said no.
    Declined,
    /// Our own money at the vendor does not suffice: an operator must top it up.
    NoFunds,
    /// It costs more than we allowed.
    PriceTooHigh,
    /// Anything else that is definitely a no.
    Other,
}
