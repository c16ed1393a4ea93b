//! Gives held money back. No posting: a hold is not an entry, and the balance never moved.

use store::Tx;
use uuid::Uuid;
use vocab::Ambient;

use super::{
    LedgerError, Once,
    sql::{self, Closed},
};

/// Releases the money held for `subject`. Finding it released is fine; finding it taken is an error.
pub async fn release(tx: &Tx, ambient: &Ambient, subject: Uuid) -> Result<Once, LedgerError> {
    let now = ambient.business();
    match sql::close_hold(tx, subject, "RELEASED", now).await? {
        Closed::Before => Ok(Once::AlreadyDone),
        Closed::Now(hold) => {
            sql::move_wallet(tx, hold.account, hold.money.currency, 0, -hold.money.amount.micros(), now).await?;
            Ok(Once::Done)
        }
    }
}
