//! Why somebody was not let in, and what the API says of it.

use serde_json::json;
use store::DbErr;

use super::hasher::HashError;
use crate::{
    accounts::CreateError,
    web::{ApiError, ErrorCode},
};

/// Why a registration, login or refresh failed.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Somebody has registered with this address.
    #[error("an account with this e-mail address exists already; log in instead")]
    EmailTaken,
    /// The operator has terms, and they were not accepted.
    #[error("must be true: the terms have to be accepted")]
    TermsNotAccepted,
    /// There is no such user, or the password is another one. Nobody is told which.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// The refresh token is unknown, has expired, or was revoked or used before.
    #[error("the refresh token is not valid, has expired or was revoked; log in again")]
    RefreshRefused,
    /// The user or the account is barred.
    #[error("this account is suspended")]
    Suspended,
    /// An API key has no login session of its own to end.
    #[error("is required when logging out with an API key, unless allDevices is true")]
    NothingToEnd,
    /// An API key for some things only was used to end login sessions.
    #[error("this API key may not end login sessions: that takes everything (*)")]
    NotWithThisKey,
    /// The user of a valid credential has gone.
    #[error("the user is gone")]
    NoUser,
    /// Passwords cannot be checked just now.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl From<CreateError> for AuthError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::EmailTaken => Self::EmailTaken,
            CreateError::Database(error) => Self::Database(error),
        }
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        let message = error.to_string();
        match error {
            AuthError::EmailTaken => Self::new(ErrorCode::Conflict, message).field("email"),
            AuthError::TermsNotAccepted => Self::bad_field("acceptTerms", message),
            AuthError::NothingToEnd => Self::bad_field("refreshToken", message),
            AuthError::NotWithThisKey => {
                Self::new(ErrorCode::AuthorizationError, message).details(json!({ "requiredPermissions": ["*"] }))
            }
            AuthError::WrongCredentials | AuthError::RefreshRefused | AuthError::NoUser => {
                Self::new(ErrorCode::AuthenticationError, message)
            }
            AuthError::Suspended => Self::new(ErrorCode::AuthorizationError, message),
            AuthError::Hash(HashError::Busy) => Self::unavailable(message),
            AuthError::Hash(HashError::Broken(cause)) => Self::bug(cause),
            AuthError::Database(error) => Self::internal(error),
        }
    }
}
