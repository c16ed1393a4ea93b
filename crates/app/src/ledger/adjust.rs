//! ADJUSTMENT: an operator corrects a balance, with a reason. Once a key.

use store::Tx;
use vocab::{Ambient, Money, id::AccountId};

use super::{
    LedgerAccount, LedgerError, Once, PostingKind,
    model::{Posting, Transfer},
    post::post,
    sql,
};

/// Adds `money` to the wallet, or takes it where the amount is below zero. `key` is the caller's own and
/// makes it happen once; `reason` is kept on the posting.
pub async fn adjust(
    tx: &Tx,
    ambient: &Ambient,
    account: AccountId,
    key: &str,
    money: Money,
    reason: &str,
) -> Result<Once, LedgerError> {
    sql::open_wallet(tx, ambient, account, money.currency).await?;
    let (wallet, ours) = (LedgerAccount::Wallet(account), LedgerAccount::Adjustments);
    let transfer = if money.amount.is_negative() {
        let amount = money.amount.checked_neg().ok_or(LedgerError::NotPositive)?;
        Transfer { debit: wallet, credit: ours, money: Money::new(amount, money.currency) }
    } else {
        Transfer { debit: ours, credit: wallet, money }
    };
    let posting = Posting {
        kind: PostingKind::Adjustment,
        subject: key.to_owned(),
        period: "",
        account: Some(account),
        note: Some(reason),
        transfer,
    };
    post(tx, ambient, posting).await
}
