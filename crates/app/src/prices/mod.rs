//! What we ask for what we pay: the operator's pricing rules on top of a vendor's cost.

mod model;
mod rules;
mod sql;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use store::{DbErr, Store};
use vocab::{Amount, Currency};

use crate::jobs::Kernel;

pub use model::{KeptRule, PricingRule, Product, ProfitType, RuleFilter, Sold, retail};
pub use rules::{change_rule, find_rule, lock_rule, make_rule, page_of_rules, remove_rule};

/// In which currencies anything is sold, and so in which a wallet can be filled.
pub const SOLD_IN: [Currency; 1] = [Currency::USD];

/// For how long a process uses the rules it has read: an operator's change shows everywhere after that.
const KEEP: Duration = Duration::from_secs(5);

/// Why there is no price.
#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    /// A rule makes it larger than an amount can be.
    #[error("the rules make {0} {1} larger than an amount can be")]
    TooLarge(Amount, Currency),
    /// The rules could not be read.
    #[error("the pricing rules cannot be read: {0}")]
    Database(#[source] Arc<DbErr>),
}

/// The prices of everything sold. Cheap to clone.
#[derive(Clone)]
pub struct Prices {
    store: Store,
    rules: Cache<(), Arc<[PricingRule]>>,
}

impl std::fmt::Debug for Prices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prices")
    }
}

impl Prices {
    /// Prices by the rules in this database.
    pub fn new(kernel: &Kernel) -> Self {
        let store = kernel.store.clone();
        Self { store, rules: Cache::builder().max_capacity(1).time_to_live(KEEP).build() }
    }

    /// What a customer pays for something that costs us `cost`.
    pub async fn retail(&self, cost: Amount, currency: Currency, sold: &Sold) -> Result<Amount, PriceError> {
        let rules = self.rules().await?;
        retail(&rules, cost, currency, sold).ok_or(PriceError::TooLarge(cost, currency))
    }

    /// The active rules, read at most once at a time and every five seconds: for prices inside a transaction, where
    /// nothing may be read beside it.
    pub async fn rules(&self) -> Result<Arc<[PricingRule]>, PriceError> {
        let read = async { sql::active(self.store.reader()).await.map(Arc::from) };
        self.rules.try_get_with((), read).await.map_err(PriceError::Database)
    }

    /// Reads the rules again at the next price: in this process a change counts at once.
    pub async fn forget(&self) {
        self.rules.invalidate(&()).await;
    }
}
