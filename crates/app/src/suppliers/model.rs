//! What is known of suppliers, and of what they offer. Pure.

use chrono::{DateTime, Utc};
use store::{DbErr, FromQueryResult};
use vocab::{CountryCode, Money};

vocab::wire_enum! {
    /// How well a supplier works.
    pub enum Health {
        /// It does what it is asked.
        Healthy = "HEALTHY",
        /// It failed just now; others are asked first.
        Degraded = "DEGRADED",
        /// It is not asked for numbers until it answers again.
        Down = "DOWN",
    }
}

impl Health {
    /// How well a supplier works after so many failures in a row.
    pub const fn after(failures: u32) -> Self {
        match failures {
            0 => Self::Healthy,
            1..5 => Self::Degraded,
            _ => Self::Down,
        }
    }
}

/// A supplier as it is stored.
#[derive(Debug, Clone, FromQueryResult)]
#[allow(missing_docs)] // the columns are explained in the migration
pub struct SupplierRow {
    pub name: String,
    pub is_enabled: bool,
    pub priority: i64,
    pub health: String,
    pub health_since: DateTime<Utc>,
    pub failures: i64,
    pub float_balance: Option<i64>,
    pub float_currency: Option<String>,
    pub float_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
    pub last_error_at: Option<DateTime<Utc>>,
    pub synced_at: Option<DateTime<Utc>>,
}

impl SupplierRow {
    /// How well it works.
    pub fn health(&self) -> Result<Health, DbErr> {
        self.health.parse().map_err(|_| DbErr::Type(format!("a row holds {:?}", self.health)))
    }
}

/// An offer of a supplier, in the market's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    /// The market's code of the service.
    pub service_code: String,
    /// Its name.
    pub service_name: String,
    /// The country.
    pub country: CountryCode,
    /// The service in the supplier's words.
    pub vendor_service: String,
    /// The country in the supplier's words.
    pub vendor_country: String,
    /// What one costs us.
    pub cost: Money,
    /// How many there are.
    pub stock: u32,
}

/// What one supplier offers for what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The supplier's name.
    pub supplier: String,
    /// The service in the supplier's words.
    pub vendor_service: String,
    /// The country in the supplier's words.
    pub vendor_country: String,
    /// What it costs us.
    pub cost: Money,
    /// How well the supplier works.
    pub health: Health,
    /// The operator's preference; the higher first.
    pub priority: i64,
    /// How many are in stock.
    pub stock: i64,
    /// Wall time: when it last refused to sell this.
    pub refused_at: Option<DateTime<Utc>>,
    /// Its record for this service and country.
    pub record: Record,
}

/// A supplier's record for a service in a country over the last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Record {
    /// How many rentals were measured. Those given up within a minute are not.
    pub orders: u32,
    /// How many of them got a text.
    pub codes: u32,
    /// Half of the texts came within so many seconds.
    pub median_seconds: Option<u32>,
}

/// One line of the catalogue: what one supplier offers.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The market's code of the service.
    pub service_code: String,
    /// Its name.
    pub service_name: String,
    /// The country.
    pub country: CountryCode,
    /// Who offers it, and for how much.
    pub candidate: Candidate,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supplier_that_keeps_failing_is_down() {
        let healths = [0, 1, 4, 5, 100].map(Health::after);
        assert_eq!(healths, [Health::Healthy, Health::Degraded, Health::Degraded, Health::Down, Health::Down]);
    }
}
