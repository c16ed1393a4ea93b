//! Why something with number sessions was not done, and how the API says so.

use chrono::{DateTime, Utc};
use serde_json::json;
use store::DbErr;
use vocab::Amount;

use crate::{
    ledger::{HoldError, LedgerError},
    prices::PriceError,
    web::{ApiError, ErrorCode, FieldError, Timestamp, idempotency::IdempotencyError},
};

/// Why something with number sessions was not done.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The account has no such session.
    #[error("no such number session")]
    NotFound,
    /// The session is over.
    #[error("the number session is over")]
    Ended,
    /// The request is wrong.
    #[error("the request is not valid")]
    Invalid(Vec<FieldError>),
    /// Every number of the pool is taken or cools down.
    #[error("no number is free")]
    NoneFree {
        /// When the next one will be, if the pool has any.
        next: Option<DateTime<Utc>>,
    },
    /// The wallet does not hold enough.
    #[error("{available} available, {needed} needed")]
    InsufficientBalance {
        /// What there is.
        available: Amount,
        /// What a session costs.
        needed: Amount,
    },
    /// The ledger refused; nothing was changed.
    #[error(transparent)]
    Ledger(LedgerError),
    /// The Idempotency-Key says otherwise.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// There is no price.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl From<HoldError> for SessionError {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::InsufficientBalance { available, needed } => Self::InsufficientBalance { available, needed },
            HoldError::Database(error) => Self::Database(error),
        }
    }
}

impl From<LedgerError> for SessionError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Database(error) => Self::Database(error),
            other => Self::Ledger(other),
        }
    }
}

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::NotFound => Self::not_found(),
            SessionError::Ended => Self::new(ErrorCode::Conflict, "The session is over; start another one."),
            SessionError::Invalid(faults) => Self::validation(faults),
            SessionError::NoneFree { next } => {
                let message = match next {
                    Some(_) => "No number is free just now; details.nextFreeAt says when one will be.",
                    None => "No number is free just now, and none is lent that will come back.",
                };
                Self::new(ErrorCode::NumberNotAvailable, message).details(json!({ "nextFreeAt": next.map(Timestamp) }))
            }
            SessionError::InsufficientBalance { available, needed } => Self::new(
                ErrorCode::InsufficientBalance,
                format!("The wallet has {available} available and a session costs {needed}; make a deposit first."),
            )
            .details(json!({ "available": available, "required": needed })),
            SessionError::Idempotency(error) => error.into(),
            SessionError::Ledger(error) => Self::internal(error),
            SessionError::Price(error) => Self::internal(error),
            SessionError::Database(error) => Self::internal(error),
        }
    }
}
