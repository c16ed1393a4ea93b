//! Why a deposit was not even opened.

use store::DbErr;

use crate::{
    ledger::LedgerError,
    web::{ApiError, ErrorCode, FieldError, idempotency::IdempotencyError},
};

/// Why there is no payment. Once there is one, what goes wrong stands in it.
#[derive(Debug, thiserror::Error)]
pub enum DepositError {
    /// The request itself is wrong.
    #[error("{} bad fields", .0.len())]
    Invalid(Vec<FieldError>),
    /// The account has saved no such means of payment.
    #[error("no such payment method")]
    NoSuchMethod,
    /// The operator has connected no processor.
    #[error("no payment processor is connected")]
    NoProcessor,
    /// The request's idempotency key was used already.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database failed.
    #[error(transparent)]
    Database(DbErr),
}

impl From<DbErr> for DepositError {
    fn from(error: DbErr) -> Self {
        // The wait for a key's first request may run out in any statement of the transaction.
        match IdempotencyError::from(error) {
            IdempotencyError::Database(error) => Self::Database(error),
            other => Self::Idempotency(other),
        }
    }
}

impl From<DepositError> for ApiError {
    fn from(error: DepositError) -> Self {
        match error {
            DepositError::Invalid(faults) => Self::validation(faults),
            DepositError::NoSuchMethod => Self::not_found().field("paymentMethodId"),
            DepositError::NoProcessor => {
                let message = "No payment processor is connected; the operator has to set one up (STRIPE_SECRET_KEY)";
                Self::new(ErrorCode::Unavailable, message)
            }
            DepositError::Idempotency(error) => error.into(),
            DepositError::Database(error) => Self::internal(error),
        }
    }
}

/// Why news of a charge could not be taken in. It is delivered again.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The ledger refused the deposit.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}
