//! Takes numbers out of the pool.

use serde_json::json;
use store::{DbErr, Tx};
use vocab::id::PoolNumberId;

use super::{Pool, PoolError, PoolNumber, PoolState, RELEASE_WAIT, jobs::release_step};
use crate::{
    audit::{self, Action, Deed},
    jobs,
    offers::claims,
    sessions::sql,
    web::Caller,
};

impl Pool {
    /// The number is lent no more; a session that has it runs to its end. Repeats change nothing.
    pub(in crate::sessions) async fn drain(&self, caller: &Caller, id: PoolNumberId) -> Result<PoolNumber, PoolError> {
        self.store
            .write(|tx| async move {
                let now = self.ambient.business();
                let number = sql::pool::lock(&tx, id).await?.ok_or(PoolError::NotFound)?;
                match number.state {
                    PoolState::Active => {
                        sql::pool::move_to(&tx, id, number.state, PoolState::Draining, now).await?;
                        Ok(self.put_down(&tx, caller, id, (number.state, PoolState::Draining)).await?)
                    }
                    PoolState::Draining => Ok(()),
                    _ => Err(PoolError::Conflict("Only a number that is lent can be drained.")),
                }
            })
            .await?;
        self.find(id).await
    }

    /// Removes a number that is free. It stays the operator's at the carrier, unless `release` gives it back. Repeats
    /// change nothing.
    pub(in crate::sessions) async fn remove(
        &self,
        caller: &Caller,
        id: PoolNumberId,
        release: bool,
    ) -> Result<PoolNumber, PoolError> {
        let releases = self
            .store
            .write(|tx| async move {
                let now = self.ambient.business();
                let number = sql::pool::lock(&tx, id).await?.ok_or(PoolError::NotFound)?;
                match number.state {
                    PoolState::Removed | PoolState::Releasing => return Ok(false),
                    PoolState::Adding => {
                        return Err(PoolError::Conflict("The number is still being added; try again."));
                    }
                    PoolState::Active | PoolState::Draining if number.free_from > now => {
                        return Err(PoolError::NotFree(number.free_from));
                    }
                    PoolState::Active | PoolState::Draining => {}
                }
                let to = if release { PoolState::Releasing } else { PoolState::Removed };
                sql::pool::move_to(&tx, id, number.state, to, now).await?;
                self.put_down(&tx, caller, id, (number.state, to)).await?;
                if release {
                    jobs::enqueue(&tx, &self.ambient, release_step(id), self.engine.owner()).await?;
                } else {
                    claims::reserve(&tx, &number.number, id.uuid()).await?;
                }
                Ok(release)
            })
            .await?;
        if releases {
            let _late = tokio::time::timeout(RELEASE_WAIT, self.engine.run_now(release_step(id))).await;
        }
        self.find(id).await
    }

    /// Puts down who moved a number to where.
    async fn put_down(
        &self,
        tx: &Tx,
        caller: &Caller,
        id: PoolNumberId,
        (from, to): (PoolState, PoolState),
    ) -> Result<(), DbErr> {
        let action = if to == PoolState::Draining { Action::PoolNumberDrained } else { Action::PoolNumberRemoved };
        let said = |state: PoolState| Some(json!({ "state": state }));
        let deed = Deed { action, subject: id.to_string(), before: said(from), after: said(to) };
        audit::record(tx, &self.ambient, caller, deed).await
    }
}
