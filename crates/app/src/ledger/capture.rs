//! CAPTURE: what was held for pays for itself on delivery. Wallet → revenue, once a hold.

use store::{Several, Tx};
use uuid::Uuid;
use vocab::{Ambient, Money, id::AccountId};

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
    post(tx, ambient, posting(hold.account, subject, hold.money, revenue, note)).await
}

/// Takes the money held for `subject`, which is `money` of this account's, as some of several statements: they happen if
/// it is held.
pub fn capturing(
    several: &mut Several,
    ambient: &Ambient,
    (account, subject): (AccountId, Uuid),
    money: Money,
    revenue: Revenue,
    note: &str,
) {
    let (id, now) = (ambient.uuid(), ambient.business());
    several.must(sql::capturing(account, subject, money, now));
    let taken = money.amount.micros();
    if taken == 0 {
        return;
    }
    let posting = posting(account, subject, money, revenue, note);
    several.must(sql::moving_wallet(account, money.currency, -taken, -taken, now));
    several.must(sql::inserting_posting(id, now, &posting));
    several.must(sql::inserting_entry(id, &posting.transfer));
}

fn posting(account: AccountId, subject: Uuid, money: Money, revenue: Revenue, note: &str) -> Posting<'_> {
    Posting {
        kind: PostingKind::Capture,
        subject: subject.to_string(),
        period: "",
        account: Some(account),
        note: Some(note),
        transfer: Transfer { debit: LedgerAccount::Wallet(account), credit: LedgerAccount::Revenue(revenue), money },
    }
}
