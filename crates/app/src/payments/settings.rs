//! What an operator can set about deposits.

use std::time::Duration;

use vocab::Currency;

use crate::prices::SOLD_IN;

/// Limits of a deposit. The defaults fit Stripe.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The least, in minor units of the currency. Stripe takes no less than about 0.50 USD.
    pub min_minor_units: i64,
    /// The most, in minor units of the currency.
    pub max_minor_units: i64,
    /// In which currencies: those that something is sold in, since money in another could not be spent.
    pub currencies: Vec<Currency>,
    /// How long a request waits for its payment to become final before it answers 202.
    pub wait: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            min_minor_units: 50,
            max_minor_units: 1_000_000,
            currencies: SOLD_IN.to_vec(),
            wait: Duration::from_secs(3),
        }
    }
}
