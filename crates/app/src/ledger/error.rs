//! Why money did not move.

use store::DbErr;
use vocab::Amount;

/// Why money could not be set aside.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// Not enough is available; the caller's customer can pay in.
    #[error("{available} available, {needed} needed")]
    InsufficientBalance {
        /// What there is.
        available: Amount,
        /// What it would take.
        needed: Amount,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Why a movement was refused. Each but the first is a bug of the caller's, and the transaction must fail.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// There is no hold for this subject.
    #[error("no hold for {0}")]
    NoHold(uuid::Uuid),
    /// The hold ended the other way.
    #[error("the hold for {subject} is {state} already")]
    HoldEnded {
        /// What it was for.
        subject: uuid::Uuid,
        /// How it ended.
        state: String,
    },
    /// A movement of nothing or less.
    #[error("an amount must be above zero")]
    NotPositive,
}
