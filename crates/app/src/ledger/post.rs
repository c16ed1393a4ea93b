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
    if sql::inserting_posting(id, ambient.business(), &posting).exec(tx).await? == 0 {
        return Ok(Once::AlreadyDone);
    }
    sql::inserting_entry(id, &posting.transfer).exec(tx).await?;
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
