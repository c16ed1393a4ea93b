//! Records a use and charges it, once.

use store::Tx;
use vocab::{Ambient, Money};

use super::{Used, sql};
use crate::ledger::{self, LedgerError, Once};

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
