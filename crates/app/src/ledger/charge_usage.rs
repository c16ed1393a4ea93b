//! USAGE: what was used is charged after the fact. Wallet → revenue, once a usage record.

use store::Tx;
use uuid::Uuid;
use vocab::{Ambient, Money, id::AccountId};

use super::{
    LedgerAccount, LedgerError, Once, PostingKind, Revenue,
    model::{Posting, Transfer},
    post::post,
    sql,
};

/// Charges finished usage. It may take the wallet below its credit limit, which then blocks new spending.
pub async fn charge_usage(
    tx: &Tx,
    ambient: &Ambient,
    account: AccountId,
    usage: Uuid,
    money: Money,
    note: &str,
) -> Result<Once, LedgerError> {
    sql::open_wallet(tx, ambient, account, money.currency).await?;
    let transfer =
        Transfer { debit: LedgerAccount::Wallet(account), credit: LedgerAccount::Revenue(Revenue::Usage), money };
    let posting = Posting {
        kind: PostingKind::Usage,
        subject: usage.to_string(),
        period: "",
        account: Some(account),
        note: Some(note),
        transfer,
    };
    post(tx, ambient, posting).await
}
