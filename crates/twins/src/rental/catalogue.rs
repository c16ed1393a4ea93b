//! What the market sells: services and countries, read once from the tables beside this file.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use vocab::Amount;

use super::{numbers::Range, texts::hash};

/// A hundredth of a unit of money.
const CENT: i64 = 10_000;

/// The service that never has numbers.
const EMPTY: &str = "zz";

/// A service whose texts can be received.
#[derive(Debug)]
pub(crate) struct Service {
    /// SMS-Man's id.
    pub(crate) id: u32,
    /// The market's code, such as `tg`.
    pub(crate) code: &'static str,
    /// Its name for people.
    pub(crate) title: &'static str,
    /// Hundredths, in the US.
    cents: i64,
    /// How its codes look: `6` digits, or `3-3`.
    pub(crate) shape: &'static str,
    /// Its text, with `{code}` in it.
    pub(crate) text: Option<&'static str>,
}

impl Service {
    /// What a number costs in a country with this price level.
    pub(crate) fn price(&self, percent: i64) -> Amount {
        Amount::from_micros((self.cents * percent / 100).max(1) * CENT)
    }

    /// TextVerified's word for it: the title's letters and digits in lower case, or its word for any other service.
    pub(crate) fn name(&self) -> String {
        if self.code == "ot" {
            return "servicenotlisted".to_owned();
        }
        self.title.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    }
}

/// A country with numbers.
#[derive(Debug)]
pub(crate) struct Country {
    /// SMS-Man's id.
    pub(crate) id: u32,
    /// ISO 3166-1 alpha-2.
    pub(crate) iso: &'static str,
    /// Its name for people.
    pub(crate) title: &'static str,
    /// Its numbers.
    pub(crate) range: Range,
    /// Its price level; the US is 100.
    pub(crate) percent: i64,
}

/// What is on sale of one service in one country, apart from what has been sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stock {
    pub(crate) count: u32,
    pub(crate) cost: Amount,
}

impl Stock {
    /// What the market has: always the same, some offers more plentiful than others, none of the empty service.
    pub(crate) fn of(country: &Country, service: &Service) -> Self {
        let count = if service.code == EMPTY {
            0
        } else {
            400 + u32::try_from(hash(&format!("{}/{}", country.iso, service.code)) % 4600).unwrap_or(0)
        };
        Self { count, cost: service.price(country.percent) }
    }
}

/// The services, in the order of their ids, which are 1, 2, 3, …
pub(crate) static SERVICES: LazyLock<Vec<Service>> = LazyLock::new(|| {
    let services = rows(include_str!("services.tsv")).map(|row| Service {
        id: number(row[0]),
        code: row[1],
        title: row[2],
        cents: i64::from(number(row[3])),
        shape: row[4],
        text: Some(row[5]).filter(|text| *text != "-"),
    });
    services.collect()
});

/// The countries, in the order of their ids, which are 1, 2, 3, …
pub(crate) static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let countries = rows(include_str!("countries.tsv")).map(|row| Country {
        id: number(row[0]),
        iso: row[1],
        title: row[2],
        range: Range::new(row[3].split(',').map(str::to_owned), number(row[4])),
        percent: i64::from(number(row[5])),
    });
    countries.collect()
});

/// Area codes of the US and their states.
pub(crate) static AREA_CODES: LazyLock<Vec<(&'static str, &'static str)>> =
    LazyLock::new(|| rows(include_str!("area_codes.tsv")).map(|row| (row[0], row[1])).collect());

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn number(text: &str) -> u32 {
    text.parse().expect("the tables have a number here")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use vocab::{CountryCode, E164};

    use super::*;

    #[test]
    fn the_market_is_as_large_as_promised() {
        assert!(SERVICES.len() >= 50 && COUNTRIES.len() >= 50);
        for (index, service) in SERVICES.iter().enumerate() {
            assert_eq!(service.id as usize, index + 1);
        }
        for (index, country) in COUNTRIES.iter().enumerate() {
            assert_eq!(country.id as usize, index + 1);
        }
        let names: BTreeSet<_> = SERVICES.iter().map(Service::name).collect();
        assert_eq!(names.len(), SERVICES.len(), "each service has a name of its own");
        let codes: BTreeSet<_> = SERVICES.iter().map(|service| service.code).collect();
        assert!(["tg", "wa", "go", "vi", "fb", "ig", "tw", "am", "ub", "zz"].iter().all(|code| codes.contains(code)));
        assert_eq!((COUNTRIES[4].iso, SERVICES[0].code, SERVICES[1].code), ("US", "tg", "zz"));
    }

    #[test]
    fn only_the_empty_service_is_out_of_stock() {
        for country in COUNTRIES.iter() {
            for service in SERVICES.iter() {
                assert_eq!(Stock::of(country, service).count == 0, service.code == "zz");
            }
        }
    }

    #[test]
    fn every_country_has_numbers_of_its_own() {
        for country in COUNTRIES.iter() {
            let iso: CountryCode = country.iso.parse().expect("a country");
            let mut from = 0;
            let mut seen = BTreeSet::new();
            for _ in 0..20 {
                let (digits, next) = country.range.next(from, |_| true).expect("a number");
                let number: E164 = format!("+{digits}").parse().expect("well-formed");
                assert!(number.is_valid(), "{number}");
                assert_eq!(number.country(), Some(iso), "{number}");
                assert!(seen.insert(digits), "each number once");
                from = next;
            }
        }
    }
}
