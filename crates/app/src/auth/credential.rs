//! One `Authorization: Bearer` for both kinds of credential.

use std::{net::IpAddr, sync::Arc};

use async_trait::async_trait;

use crate::web::{AuthFailure, Authenticator, Caller};

/// Every API key begins so, and no access token does: a JWT begins with `eyJ`.
const KEY_PREFIX: &str = "nl_";

/// Asks for an API key or an access token, by how the bearer token begins.
#[derive(Clone)]
pub struct ByPrefix {
    tokens: Arc<dyn Authenticator>,
    keys: Arc<dyn Authenticator>,
}

impl ByPrefix {
    /// Over these.
    pub fn new(tokens: Arc<dyn Authenticator>, keys: Arc<dyn Authenticator>) -> Self {
        Self { tokens, keys }
    }
}

#[async_trait]
impl Authenticator for ByPrefix {
    async fn authenticate(&self, bearer: &str, ip: IpAddr) -> Result<Caller, AuthFailure> {
        let one = if bearer.starts_with(KEY_PREFIX) { &self.keys } else { &self.tokens };
        one.authenticate(bearer, ip).await
    }
}
