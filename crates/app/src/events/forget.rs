//! Forgets facts that happened long ago.

use chrono::{DateTime, Utc};
use store::{DbErr, Store};

use super::sql;

/// Deletes facts from before then (business time) that have their place in the journal, and says how many. Whoever
/// follows the journal has to have read them by then.
pub async fn forget_old(store: &Store, before: DateTime<Utc>) -> Result<u64, DbErr> {
    sql::forget(store, before).await
}
