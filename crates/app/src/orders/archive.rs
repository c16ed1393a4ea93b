//! Orders that ended long ago leave the lists: each can still be read by its id, and lists show them when asked to.

use store::DbErr;

use super::{Orders, sql};
use crate::jobs::{Every, Schedule};

impl Orders {
    /// What this slice does by the clock.
    pub fn schedules(&self) -> Vec<Schedule> {
        let orders = self.clone();
        vec![Schedule::new("order-archival", Every::cron("31 4 * * 0"), move || {
            let orders = orders.clone();
            async move { orders.archive().await.map(drop) }
        })]
    }

    /// Archives what ended, and last changed, longer ago than the settings say. Says how many orders that were.
    pub async fn archive(&self) -> Result<u64, DbErr> {
        let now = self.ambient.business();
        sql::archive(&self.store, now - self.settings.archive_after, now).await
    }
}
