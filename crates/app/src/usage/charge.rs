//! Records a use and charges it, once.

use store::Tx;
use uuid::Uuid;
use vocab::{Ambient, Money, id::AccountId, telephony::CallDirection};

use super::{Bill, Rate, UsageType, sql};
use crate::ledger::{self, LedgerError, Once};

/// A use that is over.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    /// Who pays.
    pub account: AccountId,
    /// What was used.
    pub usage_type: UsageType,
    /// Which way.
    pub direction: CallDirection,
    /// What it was used on, such as a number.
    pub resource: Uuid,
    /// The one use, such as a call; charged once a type and direction.
    pub subject: Uuid,
    /// Its price.
    pub rate: Rate,
    /// What it comes to.
    pub bill: Bill,
}

/// Writes the usage record and takes the money; a second time changes nothing.
pub async fn charge(tx: &Tx, ambient: &Ambient, used: &Used) -> Result<Once, LedgerError> {
    let id = ambient.uuid();
    if !sql::insert(tx, id, used, ambient.business()).await? {
        return Ok(Once::AlreadyDone);
    }
    if !used.bill.cost.is_positive() {
        return Ok(Once::Done);
    }
    let money = Money::new(used.bill.cost, used.rate.currency);
    ledger::charge_usage(tx, ambient, used.account, id, money, used.usage_type.as_str()).await
}
