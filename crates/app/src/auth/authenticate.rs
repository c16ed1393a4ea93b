//! Lets an access token in while its login session holds.

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use moka::future::Cache;
use store::DbErr;
use vocab::id::LoginSessionId;

use super::{Auth, sql};
use crate::{
    accounts::{Profile, Standing, profile},
    auth::AuthError,
    web::{AuthFailure, Authenticator, Caller, Via},
};

/// How long what was read of a session is believed. Below the five seconds within which an ending must be
/// known on every replica (product.md, law 14), with room for a slow query.
const BELIEVED: Duration = Duration::from_secs(3);
/// How many sessions are remembered at most.
const REMEMBERED: u64 = 100_000;

/// What a look at a login session found: who it is of, if it holds.
pub(super) type Seen = Option<Standing>;

pub(super) fn cache() -> Cache<LoginSessionId, Seen> {
    Cache::builder().max_capacity(REMEMBERED).time_to_live(BELIEVED).build()
}

#[async_trait]
impl Authenticator for Auth {
    async fn authenticate(&self, bearer: &str, _: IpAddr) -> Result<Caller, AuthFailure> {
        let claims = self.access.read(bearer)?;
        let look = sql::standing(self.store.fresh(), claims.sid);
        // Several requests at once share one look.
        let seen = self.seen.try_get_with(claims.sid, look).await;
        let seen = seen.map_err(|error: Arc<DbErr>| AuthFailure::Unavailable(error.to_string()))?;
        let standing = seen.filter(|seen| seen.user == claims.sub).ok_or(AuthFailure::EndedSession)?;
        if standing.suspended {
            return Err(AuthFailure::Suspended);
        }
        Ok(Caller {
            account: standing.account,
            user: standing.user,
            role: standing.role,
            via: Via::Session(claims.sid),
            permissions: standing.account_role.permissions(),
        })
    }
}

impl Auth {
    /// Who the caller is.
    pub async fn me(&self, caller: &Caller) -> Result<Profile, AuthError> {
        profile(self.store.fresh(), caller.account, caller.user).await?.ok_or(AuthError::NoUser)
    }
}
