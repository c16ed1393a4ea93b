//! Revokes a key.

use chrono::{DateTime, Utc};
use vocab::id::{AccountId, ApiKeyId};

use super::{KeyError, Keys, sql};

/// A key that no longer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// Which.
    pub id: ApiKeyId,
    /// Since when: of a repeat, the first time.
    pub at: DateTime<Utc>,
}

impl Keys {
    /// Revokes one of the account's keys, at once here and within five seconds on every other replica.
    pub async fn revoke(&self, account: AccountId, id: ApiKeyId) -> Result<Revoked, KeyError> {
        let now = self.ambient.wall();
        let row = self.store.write(|tx| async move { sql::revoke(&tx, account, id, now).await }).await?;
        let revoked = row.ok_or(KeyError::NoSuchKey)?;
        self.known.invalidate(&revoked.digest).await;
        Ok(Revoked { id, at: revoked.at })
    }
}
