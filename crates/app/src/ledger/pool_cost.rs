//! POOL_COST: a number was bought for the operator's pool. The pool's cost → carrier, once an order's item.

use store::Tx;
use vocab::{
    Ambient, Money,
    id::{AccountId, ItemId},
};

use super::{
    LedgerAccount, LedgerError, Once, PostingKind,
    model::{Posting, Transfer},
    post::post,
};

/// Writes down what the carrier takes for a pool number's first month. `operator` is the account that ordered it.
pub async fn pool_cost(
    tx: &Tx,
    ambient: &Ambient,
    operator: AccountId,
    item: ItemId,
    carrier: &'static str,
    money: Money,
) -> Result<Once, LedgerError> {
    let posting = Posting {
        kind: PostingKind::PoolCost,
        subject: item.uuid().to_string(),
        period: "",
        account: Some(operator),
        note: None,
        transfer: Transfer { debit: LedgerAccount::PoolCost, credit: LedgerAccount::Carrier(carrier), money },
    };
    post(tx, ambient, posting).await
}
