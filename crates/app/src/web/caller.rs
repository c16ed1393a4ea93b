//! Who is asking, and the trait by which tokens and API keys prove it.

use std::net::IpAddr;

use async_trait::async_trait;
use axum::{extract::FromRequestParts, http::request::Parts};
use vocab::id::{AccountId, ApiKeyId, LoginSessionId, UserId};

use super::{
    error::{ApiError, ErrorCode},
    permission::Permissions,
};

vocab::wire_enum! {
    /// The platform roles, each allowed more than the one before.
    pub enum Role {
        /// A customer.
        User = "USER",
        /// The operator's support staff.
        Support = "SUPPORT",
        /// The operator's developers.
        Developer = "DEVELOPER",
        /// The operator's administrators.
        Admin = "ADMIN",
        /// The operator.
        SuperAdmin = "SUPER_ADMIN",
    }
}

/// How the caller proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// An access token of this login session.
    Session(LoginSessionId),
    /// This API key.
    Key(ApiKeyId),
}

/// Who is asking. Handlers of routes that need one take it as an argument.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// The tenant: what every query of owned rows is scoped to.
    pub account: AccountId,
    /// The person, or the key's owner.
    pub user: UserId,
    /// Their platform role.
    pub role: Role,
    /// Token or key.
    pub via: Via,
    /// What they may do.
    pub permissions: Permissions,
}

impl Caller {
    /// What the rate limits count them by: the user, or the key.
    pub fn limit_key(&self) -> String {
        match self.via {
            Via::Session(_) => self.user.to_string(),
            Via::Key(key) => key.to_string(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| ApiError::new(ErrorCode::AuthenticationError, "Log in, or send an API key"))
    }
}

/// Why a bearer token was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthFailure {
    /// Nothing that we ever made: malformed, or signed by somebody else.
    #[error("this is not an access token or API key of ours")]
    Invalid,
    /// It looks like an API key of ours and its checksum does not fit.
    #[error("this API key is mistyped: a character is wrong or missing")]
    MistypedKey,
    /// A well-formed API key that nobody has here.
    #[error("there is no such API key here")]
    UnknownKey,
    /// An API key that its owner revoked.
    #[error("this API key was revoked")]
    RevokedKey,
    /// An API key whose time is over.
    #[error("this API key has expired")]
    ExpiredKey,
    /// An access token whose time is over.
    #[error("this access token has expired: get another with the refresh token")]
    ExpiredToken,
    /// An access token whose login session has ended.
    #[error("this login session has ended: log in again")]
    EndedSession,
    /// It holds, but its user or account is suspended.
    #[error("this account is suspended")]
    Suspended,
    /// It holds, but not from this address.
    #[error("this API key may not be used from this address")]
    AddressNotAllowed,
    /// It could not be looked up. The text is for the log.
    #[error("credentials cannot be checked: {0}")]
    Unavailable(String),
}

impl From<AuthFailure> for ApiError {
    fn from(failure: AuthFailure) -> Self {
        let message = failure.to_string();
        match failure {
            AuthFailure::Invalid
            | AuthFailure::MistypedKey
            | AuthFailure::UnknownKey
            | AuthFailure::RevokedKey
            | AuthFailure::ExpiredKey
            | AuthFailure::ExpiredToken
            | AuthFailure::EndedSession => Self::new(ErrorCode::AuthenticationError, message),
            AuthFailure::Suspended | AuthFailure::AddressNotAllowed => {
                Self::new(ErrorCode::AuthorizationError, message)
            }
            AuthFailure::Unavailable(cause) => Self::unavailable(cause),
        }
    }
}

/// Turns a bearer token into a caller. Implemented by `auth` (access tokens) and `keys` (API keys).
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Who this is, if the token holds now and from this address.
    async fn authenticate(&self, bearer: &str, ip: IpAddr) -> Result<Caller, AuthFailure>;
}
