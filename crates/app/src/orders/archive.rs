//! Orders that ended long ago leave the lists: each can still be read by its id, and lists show them when asked to.

use store::DbErr;

use super::{Orders, sql};

impl Orders {
    /// Archives what ended, and last changed, longer ago than the settings say. Says how many orders that were.
    pub async fn archive(&self) -> Result<u64, DbErr> {
        let now = self.ambient.business();
        sql::archive(&self.store, now - self.settings.archive_after, now).await
    }
}
