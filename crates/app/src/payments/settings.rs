//! What an operator can set about deposits.

use std::time::Duration;

use vocab::Currency;

/// Limits of a deposit. The defaults fit Stripe.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The least, in minor units of the currency. Stripe takes no less than about 0.50 USD.
    pub min_minor_units: i64,
    /// The most, in minor units of the currency.
    pub max_minor_units: i64,
    /// In which currencies. The defaults are those whose minor unit is the same in ISO 4217 and at Stripe.
    pub currencies: Vec<Currency>,
    /// How long a request waits for its payment to become final before it answers 202.
    pub wait: Duration,
}

const CURRENCIES: &[&str] =
    &["USD", "EUR", "GBP", "AUD", "CAD", "CHF", "CZK", "DKK", "HKD", "JPY", "MXN", "NOK", "NZD", "PLN", "SEK", "SGD"];

impl Default for Settings {
    fn default() -> Self {
        let known = |code: &&str| code.parse().expect("the list above is of ISO 4217 codes");
        Self {
            min_minor_units: 50,
            max_minor_units: 1_000_000,
            currencies: CURRENCIES.iter().map(known).collect(),
            wait: Duration::from_secs(3),
        }
    }
}
