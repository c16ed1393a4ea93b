//! Shows the pool to the operator.

use store::DbErr;
use vocab::{Cursor, PageRequest, id::PoolNumberId};

use super::{Pool, PoolError, PoolNumber};
use crate::{
    sessions::sql::{self, pool::Filter},
    web::List,
};

impl Pool {
    /// A number of the pool, as committed by now.
    pub(in crate::sessions) async fn find(&self, id: PoolNumberId) -> Result<PoolNumber, PoolError> {
        let found = sql::pool::find(self.store.fresh(), id, self.ambient.business()).await?;
        found.ok_or(PoolError::NotFound)
    }

    /// A page of the pool, the newest first.
    pub(in crate::sessions) async fn page(
        &self,
        filter: &Filter,
        page: &PageRequest,
    ) -> Result<List<PoolNumber>, DbErr> {
        let (db, now) = (self.store.fresh(), self.ambient.business());
        let listed = sql::pool::page(db, filter, now, page).await?;
        Ok(List::of(listed, page, |row| Cursor { at: row.created_at, id: row.id.uuid() }))
    }

    /// Whether the next borrower may have it now.
    pub(in crate::sessions) fn is_free(&self, number: &PoolNumber) -> bool {
        number.is_free(self.ambient.business())
    }
}
