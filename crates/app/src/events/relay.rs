//! Gives committed facts their place in the order of the journal.

use store::{DbErr, Store};

use super::sql;

/// How many facts are numbered in one transaction.
const BATCH: u64 = 500;

/// Numbers what has been committed since the last call and says how many facts that were. Run by one
/// process at a time, under a job's lease; a second one would only find nothing to do.
pub async fn number_committed(store: &Store) -> Result<usize, DbErr> {
    if !sql::any_unnumbered(store.reader()).await? {
        return Ok(0);
    }
    store
        .write(|tx| async move {
            let mut next = sql::last_seq(&tx).await? + 1;
            let ids = sql::unnumbered(&tx, BATCH).await?;
            let count = ids.len();
            for id in ids {
                sql::number(&tx, id, next).await?;
                next += 1;
            }
            Ok(count)
        })
        .await
}
