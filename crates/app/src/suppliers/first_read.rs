//! Before the catalogues are read for the first time there is nothing to sell: whoever asks then waits a little.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use ports::Supplier;
use store::DbErr;
use tokio::{
    sync::{Mutex, OnceCell},
    time::timeout,
};
use tracing::warn;

use super::{Suppliers, connect::Connected, error::SyncError, model::Health, sql};

/// How long a request waits for catalogues that were never read.
const WAIT: Duration = Duration::from_secs(5);
/// How soon whoever found nothing to buy from may try again.
pub const AGAIN: Duration = Duration::from_secs(5);

/// What this process knows of the first reading. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct FirstRead {
    over: Arc<OnceCell<()>>,
    /// One reading at a time: who waits for it need not read again.
    pub reading: Arc<Mutex<()>>,
}

impl Suppliers {
    /// Resolves when each catalogue was read before, or once this process has tried to.
    pub async fn catalogues(&self) {
        if self.first_read.over.initialized() {
            return;
        }
        let suppliers = self.clone();
        // On its own, so that it goes on when whoever asked goes away.
        let read = tokio::spawn(async move {
            let read = async || {
                if let Err(error) = suppliers.read_unread().await {
                    warn!(%error, "cannot look which catalogues were read");
                }
            };
            suppliers.first_read.over.get_or_init(read).await;
        });
        let _late = timeout(WAIT, read).await;
    }

    /// Reads the catalogues that were never read.
    async fn read_unread(&self) -> Result<(), DbErr> {
        let _alone = self.first_read.reading.lock().await;
        let unread = self.unread().await?;
        let reads = unread.iter().map(|connected| self.sync_one(connected.supplier.as_ref()));
        for error in join_all(reads).await.into_iter().filter_map(Result::err) {
            warn!(%error, "a catalogue cannot be read");
        }
        Ok(())
    }

    /// Reads the catalogue of a supplier that failed when it was first tried.
    pub(super) async fn read_late(&self, supplier: &dyn Supplier) -> Result<(), SyncError> {
        let _alone = self.first_read.reading.lock().await;
        self.sync_one(supplier).await
    }

    /// Whether a catalogue that was never read may still be: before that nobody can say what is not to be had. One of a
    /// supplier that is down is not waited for, unless there is no other.
    pub async fn is_reading(&self) -> Result<bool, DbErr> {
        let unread = self.unread().await?;
        let rows = sql::suppliers::list(self.store.fresh()).await?;
        let is_down = |name: &str| rows.iter().any(|row| row.name == name && row.health == Health::Down.as_str());
        let is_all = !unread.is_empty() && unread.len() == self.links.all().len();
        Ok(is_all || unread.iter().any(|connected| !is_down(connected.name())))
    }

    /// The suppliers whose catalogue was never read.
    async fn unread(&self) -> Result<Vec<Connected>, DbErr> {
        let rows = sql::suppliers::list(self.store.fresh()).await?;
        let is_read = |name: &str| rows.iter().any(|row| row.name == name && row.synced_at.is_some());
        Ok(self.links.all().into_iter().filter(|connected| !is_read(connected.name())).collect())
    }
}
