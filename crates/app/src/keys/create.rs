//! Makes a key.

use chrono::{DateTime, Utc};
use store::Tx;
use vocab::id::ApiKeyId;

use super::{Key, KeyError, KeySecret, Keys, model::beyond, sql};
use crate::web::{
    Caller, Permissions,
    idempotency::{self, Scope},
};

/// A key as asked for.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What its owner calls it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it may do.
    pub permissions: Permissions,
    /// When it ends, if it does; wall time.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Keys {
    /// Makes a key that acts for the caller. The secret is in this answer and nowhere else, so a repeat under
    /// the same idempotency key is told the id and not shown it again (product.md, law 7).
    pub async fn create(
        &self,
        caller: &Caller,
        new: NewKey,
        once: Option<Scope>,
    ) -> Result<(Key, KeySecret), KeyError> {
        let missing = beyond(&new.permissions, &caller.permissions);
        if !missing.is_empty() {
            return Err(KeyError::Beyond(missing.into_iter().map(str::to_owned).collect()));
        }
        if let Some(scope) = &once {
            idempotency::look_up(&self.store, scope).await?;
        }
        let now = self.ambient.wall();
        if new.expires_at.is_some_and(|at| at <= now) {
            return Err(KeyError::ExpiresInThePast);
        }
        let secret = KeySecret::new(&self.ambient, self.environment);
        let key = Key {
            id: ApiKeyId::new(&self.ambient),
            user: caller.user,
            name: new.name,
            description: new.description,
            prefix: secret.shown().to_owned(),
            permissions: new.permissions,
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
            created_at: now,
        };
        let (row, digest, once) = (&key, secret.digest(), once.as_ref());
        self.store
            .write(|tx: Tx| async move {
                if let Some(scope) = once {
                    idempotency::begin(&tx, &self.ambient, scope, &row.id.to_string()).await?;
                }
                Ok::<_, KeyError>(sql::insert(&tx, caller.account, row, &digest).await?)
            })
            .await?;
        Ok((key, secret))
    }
}
