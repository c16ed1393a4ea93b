//! Reads keys.

use store::DbErr;
use vocab::{
    Cursor, PageRequest,
    id::{AccountId, ApiKeyId},
};

use super::{Key, KeyError, Keys, sql};
use crate::web::{List, list::split};

impl Keys {
    /// The account's keys, newest first, revoked ones too.
    pub async fn list(&self, account: AccountId, page: &PageRequest) -> Result<List<Key>, DbErr> {
        let db = self.store.reader();
        let rows = sql::page(db, account, page).await?;
        let total = match page {
            PageRequest::Page { .. } => Some(sql::count(db, account).await?),
            PageRequest::After { .. } => None,
        };
        let cursor = |key: &Key| Cursor { at: key.created_at, id: key.id.uuid() };
        let (rows, next) = split(rows, page.limit(), cursor);
        Ok(List::new(rows, page, total, next))
    }

    /// One of the account's keys.
    pub async fn get(&self, account: AccountId, id: ApiKeyId) -> Result<Key, KeyError> {
        sql::find(self.store.fresh(), account, id).await?.ok_or(KeyError::NoSuchKey)
    }
}
