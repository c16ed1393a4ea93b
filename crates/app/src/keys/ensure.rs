//! Sees to it that a user has a key that is known beforehand: the demo and operator logins of development keep theirs.

use store::DbErr;
use vocab::id::{AccountId, ApiKeyId, UserId};

use super::{Environment, Key, KeySecret, Keys, sql};
use crate::web::Permissions;

impl Keys {
    /// Which kind of keys this installation makes.
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// Makes this key, which may do everything that its owner may, or makes it hold again where it was revoked.
    pub async fn ensure(&self, account: AccountId, user: UserId, name: &str, secret: &KeySecret) -> Result<(), DbErr> {
        let key = Key {
            id: ApiKeyId::new(&self.ambient),
            user,
            name: name.to_owned(),
            description: None,
            prefix: secret.shown().to_owned(),
            permissions: Permissions::all(),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
            created_at: self.ambient.wall(),
        };
        let (row, digest) = (&key, secret.digest());
        self.store.write(|tx| async move { sql::put(&tx, account, row, &digest).await }).await?;
        self.known.invalidate_all();
        Ok(())
    }
}
