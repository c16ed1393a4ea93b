//! What an operator does with the suppliers. Commands are part of the caller's transaction, so that what is told about
//! a change commits with it.

use chrono::{DateTime, Utc};
use ports::PortError;
use store::{ConnectionTrait, DbErr, Tx};
use vocab::Money;

use super::{Suppliers, model::SupplierRow, sql};

/// Every supplier that was ever connected.
pub async fn suppliers(db: &impl ConnectionTrait) -> Result<Vec<SupplierRow>, DbErr> {
    sql::suppliers::list(db).await
}

/// A supplier, locked until the transaction is over.
pub async fn lock_supplier(tx: &Tx, name: &str) -> Result<Option<SupplierRow>, DbErr> {
    sql::suppliers::lock(tx, name).await
}

/// Says whether a supplier is asked for numbers, and how early.
pub async fn set_supplier(
    tx: &Tx,
    name: &str,
    is_enabled: bool,
    priority: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    sql::suppliers::set_preference(tx, name, is_enabled, priority, now).await
}

impl Suppliers {
    /// Whether this process can ask the supplier.
    pub fn is_connected(&self, name: &str) -> bool {
        self.connected(name).is_some()
    }

    /// Asks a supplier for our balance there, which is also the probe of its health; `None` where it is not configured.
    pub async fn test_supplier(&self, name: &str) -> Result<Option<Result<Money, PortError>>, DbErr> {
        self.refresh().await?;
        let Some(supplier) = self.supplier(name) else { return Ok(None) };
        Ok(Some(self.ask_float(supplier.as_ref()).await?))
    }
}
