//! How much each supplier is asked about: where many rentals are looked after, each is looked at less often.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use moka::future::Cache;
use store::Store;
use tracing::warn;

use super::{jobs::WATCH_STEP, model, sql};

/// For how long a count is used.
const KEEP: Duration = Duration::from_secs(5);

/// The crowd at each supplier, of all processes' rentals: together they ask no more than it allows. Cheap to clone.
#[derive(Clone)]
pub(super) struct Crowds {
    store: Store,
    counted: Cache<(), Arc<HashMap<String, u32>>>,
}

impl Crowds {
    pub(super) fn new(store: Store) -> Self {
        Self { store, counted: Cache::builder().max_capacity(1).time_to_live(KEEP).build() }
    }

    /// How many older rentals would be asked about as often as all that are looked after at this supplier (business
    /// time).
    pub(super) async fn at(&self, supplier: &str, now: DateTime<Utc>) -> u32 {
        let counted = self.counted.try_get_with((), async {
            let (young, attention) = (now - model::YOUNG, model::ATTENTION);
            let counts = sql::lists::watched(self.store.reader(), WATCH_STEP, young, attention).await?;
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
