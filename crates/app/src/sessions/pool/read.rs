//! Shows the pool to the operator.

use store::DbErr;
use vocab::{Cursor, PageRequest, id::PoolNumberId, page::MAX_TOTAL};

use super::{Pool, PoolError, PoolNumber};
use crate::{
    sessions::sql::{self, pool::Filter},
    web::{List, list::split},
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
        let rows = sql::pool::page(db, filter, now, page).await?;
        let (rows, next) = split(rows, page.limit(), |row| Cursor { at: row.created_at, id: row.id.uuid() });
        let total = match page {
            PageRequest::Page { .. } => Some(sql::pool::count(db, filter, now, MAX_TOTAL + 1).await?),
            PageRequest::After { .. } => None,
        };
        Ok(List::new(rows, page, total, next))
    }

    /// Whether the next borrower may have it now.
    pub(in crate::sessions) fn is_free(&self, number: &PoolNumber) -> bool {
        number.is_free(self.ambient.business())
    }
}
