//! Who somebody is: registration, login, and the tokens of a login session.
//!
//! An access token lives 15 minutes and names its login session; whether that still holds is read again every
//! few seconds, so ending a session, or suspending a user or an account, takes effect within five on every
//! replica (product.md, law 14). A refresh token is used once: see [`refresh`](Auth::refresh).

mod access;
mod authenticate;
mod credential;

mod error;
mod hasher;
pub mod http;
mod jobs;
mod login;
mod logout;
mod model;
mod password;
mod refresh;
mod register;
mod routes;
mod session;
mod sql;
mod token;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use moka::future::Cache;
use store::Store;
use vocab::{Ambient, SecretString, id::LoginSessionId};

pub use credential::ByPrefix;
pub use error::AuthError;
pub use hasher::{HashError, Hasher};
pub use login::{LoggedIn, Login};
pub use model::Device;
pub use password::weakness;
pub use register::{Registered, Registration};
pub use routes::routes;
pub use session::Tokens;

use crate::jobs::Kernel;
use access::AccessTokens;
use authenticate::{Seen, cache};

/// What the operator decides.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Signs access tokens.
    pub jwt_secret: SecretString,
    /// The terms that a registration must accept, if there are any.
    pub terms_version: Option<String>,
    /// Where a new customer goes on.
    pub onboarding_url: String,
}

/// The commands of this slice. Cheap to clone; clones share what they remember.
#[derive(Clone)]
pub struct Auth {
    store: Store,
    ambient: Ambient,
    settings: Arc<Settings>,
    hasher: Hasher,
    access: Arc<AccessTokens>,
    seen: Cache<LoginSessionId, Seen>,
}

impl Auth {
    /// Over this database.
    pub fn new(kernel: &Kernel, settings: Settings) -> Self {
        let Kernel { store, ambient, .. } = kernel.clone();
        Self {
            hasher: Hasher::new(ambient.clone()),
            access: Arc::new(AccessTokens::new(&settings.jwt_secret, ambient.clone())),
            seen: cache(),
            settings: Arc::new(settings),
            store,
            ambient,
        }
    }

    /// Where a new customer goes on.
    pub fn onboarding_url(&self) -> &str {
        &self.settings.onboarding_url
    }
}
