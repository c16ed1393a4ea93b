//! Why an order did not open, or was not cancelled.

use ports::PortError;
use store::DbErr;
use vocab::Amount;

use super::{QuoteError, Unmet};
use crate::{
    ledger::HoldError,
    web::{
        error::{ApiError, ErrorCode, FieldError},
        idempotency::IdempotencyError,
        port::from_port,
    },
};

/// Why an order did not open. Nothing was written.
#[derive(Debug)]
pub enum OpenError {
    /// The request is wrong.
    Invalid(Vec<FieldError>),
    /// The request is understood and refused, with a public code.
    Refused(ErrorCode, String),
    /// Vendors want something of the buyer first; each thing that is concerned.
    Unmet(Vec<Unmet>),
    /// Somebody else has every number asked for.
    NothingAvailable(Vec<String>),
    /// The wallet does not hold enough.
    InsufficientBalance {
        /// What is available.
        available: Amount,
        /// What the whole order takes.
        needed: Amount,
    },
    /// A vendor gave no price.
    Vendor(PortError),
    /// The Idempotency-Key says otherwise.
    Idempotency(IdempotencyError),
    /// The database failed.
    Database(DbErr),
}

impl From<DbErr> for OpenError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl From<IdempotencyError> for OpenError {
    fn from(error: IdempotencyError) -> Self {
        Self::Idempotency(error)
    }
}

impl From<HoldError> for OpenError {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::InsufficientBalance { available, needed } => Self::InsufficientBalance { available, needed },
            HoldError::Database(error) => Self::Database(error),
        }
    }
}

impl From<QuoteError> for OpenError {
    fn from(error: QuoteError) -> Self {
        match error {
            QuoteError::NotAvailable(subject) => Self::NothingAvailable(vec![subject]),
            QuoteError::Invalid(fields) => Self::Invalid(fields),
            QuoteError::Refused(code, message) => Self::Refused(code, message),
            QuoteError::Unmet(unmet) => Self::Unmet(vec![unmet]),
            QuoteError::Vendor(error) => Self::Vendor(error),
            QuoteError::Database(error) => Self::Database(error),
        }
    }
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Invalid(fields) => Self::validation(fields),
            OpenError::Refused(code, message) => Self::new(code, message),
            OpenError::Unmet(unmet) => requirements_not_met(&unmet),
            OpenError::NothingAvailable(subjects) => {
                let why = format!("Not available just now: {}. Search again, or try later.", subjects.join(", "));
                let numbers: Vec<_> = subjects.iter().filter(|subject| subject.starts_with('+')).collect();
                Self::new(ErrorCode::NumberNotAvailable, why).details(serde_json::json!({ "phoneNumbers": numbers }))
            }
            OpenError::InsufficientBalance { available, needed } => Self::new(
                ErrorCode::InsufficientBalance,
                format!("The order takes {needed} and the wallet has {available} available; make a deposit first."),
            )
            .details(serde_json::json!({ "available": available, "required": needed })),
            OpenError::Vendor(error) => from_port(&error),
            OpenError::Idempotency(error) => error.into(),
            OpenError::Database(error) if store::dialect::is_lock_timeout(&error) => Self::unavailable(error),
            OpenError::Database(error) => Self::internal(error),
        }
    }
}

/// Says which numbers are concerned, what each lacks, and what can be bought instead.
fn requirements_not_met(unmet: &[Unmet]) -> ApiError {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in unmet {
        match reasons.iter_mut().find(|(why, _)| *why == one.why) {
            Some((_, subjects)) => subjects.push(&one.subject),
            None => reasons.push((&one.why, vec![&one.subject])),
        }
    }
    let reasons: Vec<_> = reasons.iter().map(|(why, subjects)| format!("{}: {why}", subjects.join(", "))).collect();
    let message = format!(
        "{} Addresses and documents cannot be given here yet: choose numbers that a search shows without restrictions.",
        reasons.join(" ")
    );
    let details: Vec<_> = unmet.iter().map(|one| &one.detail).collect();
    ApiError::new(ErrorCode::RequirementsNotMet, message).details(serde_json::json!({ "numbers": details }))
}

/// Why an order was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// The account has no such order.
    #[error("no such order")]
    NotFound,
    /// It is too late: an item is with the vendor, or the order is over.
    #[error("the order is past the point where it can be cancelled")]
    TooLate,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The ledger refused; nothing was changed.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
}

impl From<CancelError> for ApiError {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::NotFound => Self::not_found(),
            CancelError::TooLate => Self::new(
                ErrorCode::Conflict,
                "The order can no longer be cancelled: an item is with its vendor, or the order is over. A rental that \
                 waits for its text is cancelled at /verifications/{id}/cancel.",
            ),
            CancelError::Database(error) => Self::internal(error),
            CancelError::Ledger(error) => Self::internal(error),
        }
    }
}
