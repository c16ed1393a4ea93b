//! Shows sessions to their owner.

use store::DbErr;
use vocab::{
    Cursor, PageRequest,
    id::{AccountId, NumberSessionId},
};

use super::{
    NumberSession, SessionError, Sessions,
    sql::{self, calls::CallRow, sessions::Filter},
};
use crate::web::List;

impl Sessions {
    /// An account's session.
    pub async fn find(&self, account: AccountId, id: NumberSessionId) -> Result<NumberSession, SessionError> {
        sql::sessions::find(self.store.fresh(), account, id).await?.ok_or(SessionError::NotFound)
    }

    /// The latest calls of an account's session.
    pub(super) async fn calls(&self, session: &NumberSession) -> Result<Vec<CallRow>, DbErr> {
        sql::calls::of_session(self.store.fresh(), session.id).await
    }

    /// A page of an account's sessions, the newest first.
    pub(super) async fn page(
        &self,
        account: AccountId,
        filter: &Filter,
        page: &PageRequest,
    ) -> Result<List<NumberSession>, DbErr> {
        let (db, now) = (self.store.fresh(), self.ambient.business());
        let listed = sql::sessions::page(db, account, filter, now, page).await?;
        Ok(List::of(listed, page, |row| Cursor { at: row.started_at, id: row.id.uuid() }))
    }
}
