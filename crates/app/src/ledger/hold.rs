//! Sets money aside for something not yet delivered.

use store::{DbErr, Several, Tx};
use uuid::Uuid;
use vocab::{Ambient, Currency, Money, id::AccountId};

use super::{HoldError, sql};

/// Holds `money` for `subject`, if that much is available. One statement decides, so no two holds can
/// spend the same money under any concurrency.
pub async fn hold(
    tx: &Tx,
    ambient: &Ambient,
    account: AccountId,
    subject: Uuid,
    money: Money,
) -> Result<(), HoldError> {
    let now = ambient.business();
    if sql::setting_aside(account, money, now).exec(tx).await? == 0 {
        let wallet = sql::wallet(tx, account, money.currency).await?;
        return Err(HoldError::InsufficientBalance { available: wallet.available(), needed: money.amount });
    }
    sql::opening_hold(ambient.uuid(), account, subject, money, now).exec(tx).await?;
    Ok(())
}

/// The same as some of several statements, which happen if the money is there.
pub fn holding(several: &mut Several, ambient: &Ambient, account: AccountId, subject: Uuid, money: Money) {
    let now = ambient.business();
    several.must(sql::setting_aside(account, money, now));
    several.must(sql::opening_hold(ambient.uuid(), account, subject, money, now));
}

/// Locks a wallet for this transaction: what else an account may spend is decided by one transaction at a time.
pub async fn lock_wallet(tx: &Tx, account: AccountId, currency: Currency) -> Result<(), DbErr> {
    sql::lock_wallet(tx, account, currency).await
}
