//! Lawful use: which services and countries are sold at all, and how much to one account (product.md, law 16).

use vocab::CountryCode;

use crate::suppliers::{Category, Service};

/// The categories that are denied until an operator allows them: a code there opens money, health or an identity.
const PROTECTED: [Category; 6] =
    [Category::Bank, Category::Payment, Category::Crypto, Category::Government, Category::Health, Category::Telecom];

/// Countries under comprehensive sanctions of the UN's, EU's or US's; denied in production until an operator allows
/// them.
const SANCTIONED: [&str; 4] = ["CU", "IR", "KP", "SY"];

/// What an operator allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Categories that nobody may buy.
    pub denied_categories: Vec<Category>,
    /// Whether services that nobody has classified are denied.
    pub denies_unclassified: bool,
    /// Countries whose numbers nobody may buy.
    pub denied_countries: Vec<CountryCode>,
    /// How many rentals an account may have open at once.
    pub active_cap: u32,
    /// How many rentals an account may open in 24 hours.
    pub daily_cap: u32,
}

impl Policy {
    /// Protects.
    pub fn production() -> Self {
        let country = |code: &&str| code.parse().expect("two letters");
        Self {
            denied_categories: PROTECTED.to_vec(),
            denies_unclassified: true,
            denied_countries: SANCTIONED.iter().map(country).collect(),
            active_cap: 20,
            daily_cap: 100,
        }
    }

    /// Does not stand in the way of a first try.
    pub fn development() -> Self {
        Self {
            denies_unclassified: false,
            denied_countries: Vec::new(),
            active_cap: 10_000,
            daily_cap: 1_000_000,
            ..Self::production()
        }
    }

    /// Why this is not sold; `None` if it is.
    pub fn refusal(&self, service: &Service, country: CountryCode) -> Option<String> {
        if self.denied_categories.contains(&service.category) {
            return Some(format!("Codes of {} ({}) are not sold here.", service.name, service.category));
        }
        if self.denies_unclassified && service.category == Category::Unclassified {
            return Some(format!("Codes of {} are not sold here until the operator has classified it.", service.name));
        }
        self.denied_countries.contains(&country).then(|| format!("Numbers of {country} are not rented here."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(policy: &Policy, service: &str, country: &str) -> bool {
        policy.refusal(&Service::named(service), country.parse().expect("a country")).is_some()
    }

    #[test]
    fn production_protects_and_development_lets_try() {
        let (strict, lax) = (Policy::production(), Policy::development());
        assert!(!refused(&strict, "tg", "US") && !refused(&lax, "tg", "US"));
        assert!(refused(&strict, "revolut", "US") && refused(&lax, "ts", "US"));
        assert!(refused(&strict, "test_success", "US") && !refused(&lax, "test_success", "US"));
        assert!(refused(&strict, "tg", "KP") && !refused(&lax, "tg", "KP"));
    }
}
