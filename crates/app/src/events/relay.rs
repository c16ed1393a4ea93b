//! Gives committed facts their place in the order of the journal.

use store::{DbErr, Store};

use super::sql;

/// How many batches are numbered in one call: the next call goes on.
const MOST_BATCHES: u32 = 100;

/// Numbers what has been committed since the last call and says how many facts that were. Run by one
/// process at a time, under a job's lease; a second one would only find nothing to do.
pub async fn number_committed(store: &Store) -> Result<u64, DbErr> {
    // Most of the time nothing happened, and a reader can tell.
    if !sql::any_unnumbered(store.reader()).await? {
        return Ok(0);
    }
    let mut all = 0;
    for _ in 0..MOST_BATCHES {
        let numbered = sql::number_next(store).await?;
        all += numbered;
        if numbered < sql::BATCH {
            break;
        }
    }
    Ok(all)
}
