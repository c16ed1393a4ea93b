//! How many rentals are looked after at each supplier: where they are many, each is looked at less often.

use std::{collections::HashMap, sync::Arc, time::Duration};

use moka::future::Cache;
use store::Store;
use tracing::warn;

use super::{jobs::WATCH_STEP, sql};

/// For how long a count is used.
const KEEP: Duration = Duration::from_secs(5);

/// Counts by supplier, of all processes' rentals: together they ask no more than the supplier allows. Cheap to clone.
#[derive(Clone)]
pub(super) struct Crowds {
    store: Store,
    counted: Cache<(), Arc<HashMap<String, u32>>>,
}

impl Crowds {
    pub(super) fn new(store: Store) -> Self {
        Self { store, counted: Cache::builder().max_capacity(1).time_to_live(KEEP).build() }
    }

    /// How many are looked after at this supplier.
    pub(super) async fn at(&self, supplier: &str) -> u32 {
        let counted = self.counted.try_get_with((), async {
            let counts = sql::lists::watched(self.store.reader(), WATCH_STEP).await?;
            Ok::<_, store::DbErr>(Arc::new(counts.into_iter().collect()))
        });
        match counted.await {
            Ok(counts) => counts.get(supplier).copied().unwrap_or(0),
            Err(error) => {
                warn!(%error, "rentals cannot be counted; each is looked at as if it were alone");
                0
            }
        }
    }
}
