//! Why a deposit was not even opened.

use store::DbErr;

use crate::{ledger::LedgerError, web::idempotency::IdempotencyError};

/// A field of a request that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadField {
    /// Its name in the API.
    pub field: &'static str,
    /// What it must be.
    pub message: String,
}

impl BadField {
    pub(super) fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

/// Why there is no payment. Once there is one, what goes wrong stands in it.
#[derive(Debug, thiserror::Error)]
pub enum DepositError {
    /// The request itself is wrong.
    #[error("{} is not acceptable", .0.iter().map(|bad| bad.field).collect::<Vec<_>>().join(", "))]
    Invalid(Vec<BadField>),
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
