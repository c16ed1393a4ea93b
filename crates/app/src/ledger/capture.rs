//! CAPTURE: what was held for pays for itself on delivery. Wallet → revenue, once a hold.

use store::Tx;
use uuid::Uuid;
use vocab::Ambient;

use super::{
    LedgerAccount, LedgerError, Once, PostingKind, Revenue,
    model::{Posting, Transfer},
    post::post,
    sql::{self, Closed},
};

/// Takes the money held for `subject`. Finding it taken is fine; finding it given back is an error.
pub async fn capture(
    tx: &Tx,
    ambient: &Ambient,
    subject: Uuid,
    revenue: Revenue,
    note: &str,
) -> Result<Once, LedgerError> {
    let now = ambient.business();
    let hold = match sql::close_hold(tx, subject, "CAPTURED", now).await? {
        Closed::Now(hold) => hold,
        Closed::Before => return Ok(Once::AlreadyDone),
    };
    sql::move_wallet(tx, hold.account, hold.money.currency, 0, -hold.money.amount.micros(), now).await?;
    if hold.money.amount.micros() == 0 {
        return Ok(Once::Done);
    }
    let posting = Posting {
        kind: PostingKind::Capture,
        subject: subject.to_string(),
        period: "",
        account: Some(hold.account),
        note: Some(note),
        transfer: Transfer {
            debit: LedgerAccount::Wallet(hold.account),
            credit: LedgerAccount::Revenue(revenue),
            money: hold.money,
        },
    };
    post(tx, ambient, posting).await
}
