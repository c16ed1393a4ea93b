//! Why an operator's command was not carried out, and how the API says so.

use store::DbErr;

use crate::{
    orders::{CancelError, RefundError},
    verifications::VerificationError,
    web::{ApiError, ErrorCode, FieldError, idempotency::IdempotencyError},
};

/// Why an operator's command was not carried out. Nothing was changed, and no audit entry was written.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// There is no such thing.
    #[error("no such thing")]
    NotFound,
    /// The request is wrong.
    #[error("the request is not valid")]
    Invalid(Vec<FieldError>),
    /// A secret cannot be kept.
    #[error("ENCRYPTION_KEY is not set")]
    NotKept,
    /// The order cannot be cancelled.
    #[error(transparent)]
    Cancel(#[from] CancelError),
    /// Nothing was given back.
    #[error(transparent)]
    Refund(#[from] RefundError),
    /// The rental or its supplier does not allow it.
    #[error(transparent)]
    Rental(#[from] VerificationError),
    /// The Idempotency-Key says otherwise.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl From<OperatorError> for ApiError {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::NotFound => Self::not_found(),
            OperatorError::Invalid(faults) => Self::validation(faults),
            OperatorError::NotKept => Self::new(
                ErrorCode::InvalidConfiguration,
                "Set ENCRYPTION_KEY to 32 characters or more and restart: without it nothing can be stored sealed.",
            ),
            OperatorError::Cancel(error) => error.into(),
            OperatorError::Refund(error) => error.into(),
            OperatorError::Rental(error) => error.into(),
            OperatorError::Idempotency(error) => error.into(),
            OperatorError::Database(error) => Self::internal(error),
        }
    }
}
