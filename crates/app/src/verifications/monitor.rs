//! Sees to it that every rental which waits is looked after. Each has a step of its own that asks its supplier and ends
//! it in time; this brings forward those whose time is over, and gives one back to a rental that has lost it.

use store::DbErr;
use tracing::warn;

use super::{Verifications, jobs::WATCH_STEP, sql};
use crate::jobs::{self, StepRef};

/// How many rentals are seen to in one transaction.
const BATCH: i64 = 500;

impl Verifications {
    /// Sees to the rentals that nobody looks after, or that are over and still wait. Says how many those were.
    pub(super) async fn monitor(&self) -> Result<usize, DbErr> {
        let now = (self.ambient.business(), self.ambient.wall());
        let unwatched = sql::lists::unwatched(self.store.fresh(), WATCH_STEP, now, BATCH).await?;
        metrics::gauge!("rentals_unwatched").set(u32::try_from(unwatched.len()).unwrap_or(u32::MAX));
        if unwatched.is_empty() {
            return Ok(0);
        }
        let (found, at) = (&unwatched, now.1);
        self.store
            .write(|tx| async move {
                for id in found {
                    let step = StepRef { kind: WATCH_STEP, subject: id.uuid() };
                    jobs::enqueue_at(&tx, &self.ambient, step, at).await?;
                }
                Ok::<_, DbErr>(())
            })
            .await?;
        self.engine.signal();
        warn!(rentals = unwatched.len(), "rentals that are over, or that nobody looked after, are looked at now");
        Ok(unwatched.len())
    }
}
