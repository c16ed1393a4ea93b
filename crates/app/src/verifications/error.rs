//! Why something with rentals was not done, and how the API says so.

use axum::http::{HeaderValue, header::RETRY_AFTER};
use store::DbErr;

use super::QuoteFault;
use crate::{
    ledger::LedgerError,
    suppliers::AGAIN,
    web::error::{ApiError, ErrorCode},
};

/// Why something with rentals was not done.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// The account has no such rental.
    #[error("no such verification")]
    NotFound,
    /// The rental is in a state that does not allow this.
    #[error("{0}")]
    Conflict(&'static str),
    /// The supplier failed.
    #[error(transparent)]
    Supplier(#[from] ports::PortError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The ledger refused; nothing was changed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<VerificationError> for ApiError {
    fn from(error: VerificationError) -> Self {
        match error {
            VerificationError::NotFound => Self::not_found(),
            VerificationError::Conflict(why) => Self::new(ErrorCode::Conflict, why),
            VerificationError::Supplier(error) => crate::web::port::from_port(&error),
            VerificationError::Database(error) => Self::internal(error),
            VerificationError::Ledger(error) => Self::internal(error),
        }
    }
}

impl From<QuoteFault> for ApiError {
    fn from(fault: QuoteFault) -> Self {
        match fault {
            QuoteFault::Database(error) => Self::internal(error),
            QuoteFault::Price(error) => Self::internal(error),
            QuoteFault::NotYet => {
                let message = "The suppliers' catalogues have not been read yet; try again in a moment.";
                Self::new(ErrorCode::Unavailable, message).header(RETRY_AFTER, HeaderValue::from(AGAIN.as_secs()))
            }
        }
    }
}
