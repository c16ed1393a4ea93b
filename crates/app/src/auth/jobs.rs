//! Forgets login sessions that are over.

use std::sync::Arc;

use chrono::TimeDelta;
use store::DbErr;

use super::{Auth, sql};
use crate::jobs::{Background, Every, Schedule, StepHandler};

/// How long a session that is over is kept, so that support can still see it.
const KEPT: TimeDelta = TimeDelta::days(1);
/// How many rows go in one transaction.
const BATCH: i64 = 500;

impl Background for Auth {
    fn steps(&self) -> Vec<Arc<dyn StepHandler>> {
        Vec::new()
    }

    fn schedules(&self) -> Vec<Schedule> {
        let auth = self.clone();
        vec![Schedule::new("login-sessions", Every::cron("7 * * * *"), move || {
            let auth = auth.clone();
            async move { auth.forget_expired().await.map(drop) }
        })]
    }
}

impl Auth {
    /// Deletes sessions and refresh tokens that expired more than a day ago, and says how many rows that
    /// were. For a schedule; an hour between runs is plenty.
    pub async fn forget_expired(&self) -> Result<u64, DbErr> {
        let before = self.ambient.wall() - KEPT;
        let mut deleted = 0;
        loop {
            let batch = self.store.write(|tx| async move { sql::delete_expired(&tx, before, BATCH).await }).await?;
            deleted += batch;
            if batch == 0 {
                return Ok(deleted);
            }
        }
    }
}
