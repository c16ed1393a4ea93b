//! Why nothing was done with a key, and what the API says of it.

use serde_json::json;
use store::DbErr;

use crate::web::{ApiError, ErrorCode, idempotency::IdempotencyError};

/// Why nothing was done with a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The account has no such key.
    #[error("no such API key")]
    NoSuchKey,
    /// The key would end before it begins.
    #[error("must be in the future")]
    ExpiresInThePast,
    /// The creator does not have these permissions.
    #[error("you cannot give what you do not have: {}", .0.join(", "))]
    Beyond(Vec<String>),
    /// A repeat of the request that made this key, whose secret is never shown again.
    #[error("this Idempotency-Key made an API key already, and its secret is shown only once")]
    MadeBefore(String),
    /// The idempotency key was used for another request, or the first one is still at it.
    #[error(transparent)]
    Idempotency(IdempotencyError),
    /// The database failed.
    #[error(transparent)]
    Database(DbErr),
}

impl From<IdempotencyError> for KeyError {
    fn from(error: IdempotencyError) -> Self {
        match error {
            IdempotencyError::Replay(resource) => Self::MadeBefore(resource),
            IdempotencyError::Database(error) => Self::Database(error),
            other => Self::Idempotency(other),
        }
    }
}

impl From<DbErr> for KeyError {
    fn from(error: DbErr) -> Self {
        // The wait for a key's first request may run out in any statement of the transaction.
        IdempotencyError::from(error).into()
    }
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        let message = error.to_string();
        match error {
            KeyError::NoSuchKey => Self::not_found(),
            KeyError::ExpiresInThePast => Self::bad_field("expiresAt", message),
            KeyError::Beyond(missing) => Self::new(ErrorCode::AuthorizationError, message)
                .field("permissions")
                .details(json!({ "requiredPermissions": missing })),
            KeyError::MadeBefore(id) => Self::new(ErrorCode::Conflict, message).details(json!({ "id": id })),
            KeyError::Idempotency(IdempotencyError::Mismatch) => Self::new(ErrorCode::IdempotencyMismatch, message),
            KeyError::Idempotency(_) => Self::new(ErrorCode::IdempotencyInProgress, message),
            KeyError::Database(error) => Self::internal(error),
        }
    }
}
