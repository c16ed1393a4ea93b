//! Writes a posting, once.

use store::Tx;
use vocab::Ambient;

use super::{
    LedgerAccount, LedgerError, Once,
    model::{Posting, Transfer},
    sql,
};

/// Writes the posting, its entry and the wallets it moves, unless (kind, subject, period) is there already.
pub(super) async fn post(tx: &Tx, ambient: &Ambient, posting: Posting<'_>) -> Result<Once, LedgerError> {
    if !posting.transfer.money.amount.is_positive() {
        return Err(LedgerError::NotPositive);
    }
    let id = ambient.uuid();
    if !sql::insert_posting(tx, id, ambient.business(), &posting).await? {
        return Ok(Once::AlreadyDone);
    }
    sql::insert_entry(tx, id, &posting.transfer).await?;
    let Transfer { debit, credit, money } = &posting.transfer;
    let now = ambient.business();
    if let LedgerAccount::Wallet(account) = debit {
        sql::move_wallet(tx, *account, money.currency, -money.amount.micros(), 0, now).await?;
    }
    if let LedgerAccount::Wallet(account) = credit {
        sql::move_wallet(tx, *account, money.currency, money.amount.micros(), 0, now).await?;
    }
    Ok(Once::Done)
}
