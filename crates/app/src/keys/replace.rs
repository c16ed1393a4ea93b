//! Gives a user a fresh key: the demo and operator logins of development get one at each start.

use store::DbErr;
use vocab::{
    SecretString,
    id::{AccountId, ApiKeyId, UserId},
};

use super::{Key, KeySecret, Keys, sql};
use crate::web::Permissions;

impl Keys {
    /// Makes a key that may do everything its owner may, and deletes the user's earlier ones of this name.
    pub async fn replace(&self, account: AccountId, user: UserId, name: &str) -> Result<SecretString, DbErr> {
        let secret = KeySecret::new(&self.ambient, self.environment);
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
        self.store
            .write(|tx| async move {
                sql::delete_named(&tx, account, user, &row.name).await?;
                sql::insert(&tx, account, row, &digest).await
            })
            .await?;
        self.known.invalidate_all();
        Ok(secret.reveal())
    }
}
