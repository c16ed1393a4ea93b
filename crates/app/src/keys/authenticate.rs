//! Lets a key in while it holds.

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use store::DbErr;
use vocab::id::ApiKeyId;

use super::{KeySecret, Keys, sql};
use crate::web::{AuthFailure, Authenticator, Caller, Via};

/// How long what was read of a key is believed. Below the five seconds within which a revocation must be
/// known on every replica (product.md, law 14), with room for a slow query.
const BELIEVED: Duration = Duration::from_secs(3);
/// How many keys are remembered at most.
const REMEMBERED: u64 = 100_000;
/// How exact `lastUsedAt` is: a write for every request would cost more than the requests.
const TO_THE: TimeDelta = TimeDelta::minutes(1);

/// A key that was looked up.
#[derive(Debug, Clone)]
pub(super) struct Known {
    caller: Caller,
    expires_at: Option<DateTime<Utc>>,
    revoked: bool,
    suspended: bool,
}

/// Why a look found nothing. Not remembered, so guessing fills no memory.
#[derive(Debug, thiserror::Error)]
enum NotKnown {
    #[error("unknown")]
    Key,
    #[error(transparent)]
    Database(#[from] DbErr),
}

pub(super) fn cache() -> Cache<[u8; 32], Known> {
    Cache::builder().max_capacity(REMEMBERED).time_to_live(BELIEVED).build()
}

#[async_trait]
impl Authenticator for Keys {
    async fn authenticate(&self, bearer: &str, _: IpAddr) -> Result<Caller, AuthFailure> {
        let secret: KeySecret = bearer.parse().map_err(|_| AuthFailure::MistypedKey)?;
        let digest = secret.digest();
        // Several requests at once share one look.
        let known = self.known.try_get_with(digest, self.look(digest)).await;
        let known = known.map_err(|error: Arc<NotKnown>| match &*error {
            NotKnown::Key => AuthFailure::UnknownKey,
            NotKnown::Database(error) => AuthFailure::Unavailable(error.to_string()),
        })?;
        if known.revoked {
            return Err(AuthFailure::RevokedKey);
        }
        if known.expires_at.is_some_and(|at| at <= self.ambient.wall()) {
            return Err(AuthFailure::ExpiredKey);
        }
        if known.suspended { Err(AuthFailure::Suspended) } else { Ok(known.caller) }
    }
}

impl Keys {
    async fn look(&self, digest: [u8; 32]) -> Result<Known, NotKnown> {
        let row = sql::holder(self.store.fresh(), &digest).await?.ok_or(NotKnown::Key)?;
        let caller = Caller {
            account: row.standing.account,
            user: row.standing.user,
            role: row.standing.role,
            via: Via::Key(row.id),
            permissions: row.permissions.narrowed_to(&row.standing.account_role.permissions()),
        };
        let revoked = row.revoked_at.is_some();
        if !revoked && row.last_used_at.is_none_or(|at| at <= self.ambient.wall() - TO_THE) {
            self.note_use(row.id);
        }
        Ok(Known { caller, expires_at: row.expires_at, revoked, suspended: row.standing.suspended })
    }

    /// Beside the request, which does not wait for it; a note that is lost is made up for by the next.
    fn note_use(&self, id: ApiKeyId) {
        let (store, now) = (self.store.clone(), self.ambient.wall());
        tokio::spawn(async move {
            let before = now - TO_THE;
            let noted = store.write(|tx| async move { sql::used(&tx, id, now, before).await }).await;
            if let Err(error) = noted {
                tracing::warn!(%error, key = %id, "cannot note the use of an API key");
            }
        });
    }
}
