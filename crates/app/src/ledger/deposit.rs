//! DEPOSIT: a processor brought money in. Processor → wallet, once a payment.

use store::Tx;
use vocab::{
    Ambient, Money,
    id::{AccountId, PaymentId},
};

use super::{
    LedgerAccount, LedgerError, Once, PostingKind,
    model::{Posting, Transfer},
    post::post,
    sql,
};

/// Credits the wallet with a payment that has succeeded.
pub async fn deposit(
    tx: &Tx,
    ambient: &Ambient,
    account: AccountId,
    payment: PaymentId,
    processor: &'static str,
    money: Money,
) -> Result<Once, LedgerError> {
    sql::open_wallet(tx, ambient, account, money.currency).await?;
    let transfer =
        Transfer { debit: LedgerAccount::Processor(processor), credit: LedgerAccount::Wallet(account), money };
    let posting = Posting {
        kind: PostingKind::Deposit,
        subject: payment.to_string(),
        period: "",
        account: Some(account),
        note: None,
        transfer,
    };
    post(tx, ambient, posting).await
}
