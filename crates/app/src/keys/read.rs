//! Reads keys.

use store::DbErr;
use vocab::{
    Cursor, PageRequest,
    id::{AccountId, ApiKeyId},
};

use super::{Key, KeyError, Keys, sql};
use crate::web::List;

impl Keys {
    /// The account's keys, newest first, revoked ones too.
    pub async fn list(&self, account: AccountId, page: &PageRequest) -> Result<List<Key>, DbErr> {
        let listed = sql::page(self.store.reader(), account, page).await?;
        Ok(List::of(listed, page, |key| Cursor { at: key.created_at, id: key.id.uuid() }))
    }

    /// One of the account's keys.
    pub async fn get(&self, account: AccountId, id: ApiKeyId) -> Result<Key, KeyError> {
        sql::find(self.store.fresh(), account, id).await?.ok_or(KeyError::NoSuchKey)
    }
}
