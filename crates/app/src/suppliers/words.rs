//! The market's words: short codes of services, and what kind of service each is.

use std::sync::LazyLock;

use vocab::CountryCode;

vocab::wire_enum! {
    /// What kind of service a code is for.
    pub enum Category {
        /// Messages between people.
        Messenger = "MESSENGER",
        /// Social networks.
        Social = "SOCIAL",
        /// An account for many services of one company.
        Account = "ACCOUNT",
        /// E-mail.
        Mail = "MAIL",
        /// Dating.
        Dating = "DATING",
        /// Shops and markets.
        Shopping = "SHOPPING",
        /// Rides.
        Transport = "TRANSPORT",
        /// Meals and parcels.
        Delivery = "DELIVERY",
        /// Travel.
        Travel = "TRAVEL",
        /// Films, music, tickets.
        Media = "MEDIA",
        /// Games.
        Games = "GAMES",
        /// Software.
        Software = "SOFTWARE",
        /// Banks and brokers.
        Bank = "BANK",
        /// Payment services.
        Payment = "PAYMENT",
        /// Crypto exchanges.
        Crypto = "CRYPTO",
        /// Government, tax, identity.
        Government = "GOVERNMENT",
        /// Health.
        Health = "HEALTH",
        /// Telephone companies.
        Telecom = "TELECOM",
        /// Nobody has looked at it yet.
        Unclassified = "UNCLASSIFIED",
    }
}

/// A service for which codes can be received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The market's code, such as `tg`.
    pub code: String,
    /// Its name for people.
    pub name: String,
    /// What kind it is.
    pub category: Category,
}

/// A country by the market's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// The market's id, 187 for the USA.
    pub id: u32,
    /// Its ISO code.
    pub code: CountryCode,
    /// Its name.
    pub name: &'static str,
}

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let lines = include_str!("countries.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut fields = line.split('\t');
            let mut next = || fields.next().expect("three fields a line");
            let id = next().parse().expect("a number");
            Country { id, code: next().parse().expect("an ISO code"), name: next() }
        })
        .collect()
});

impl Country {
    /// Every country that the market has a number for.
    pub fn all() -> &'static [Self] {
        &COUNTRIES
    }

    /// By the market's number.
    pub fn numbered(id: u32) -> Option<&'static Self> {
        COUNTRIES.iter().find(|country| country.id == id)
    }

    /// By its ISO code.
    pub fn coded(code: CountryCode) -> Option<&'static Self> {
        COUNTRIES.iter().find(|country| country.code == code)
    }
}

struct Known {
    code: &'static str,
    name: &'static str,
    folded: String,
    category: Category,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let lines = include_str!("services.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let mut fields = line.split('\t');
            let mut next = || fields.next().expect("three fields a line");
            let (code, name, category) = (next(), next(), next());
            Known { code, name, folded: fold(name), category: category.parse().expect("a category of the list") }
        })
        .collect()
});

fn fold(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

impl Service {
    /// The service that a customer means, by the market's code or by its name.
    pub fn named(text: &str) -> Self {
        let code = text.trim().to_ascii_lowercase();
        let folded = fold(&code);
        let known = KNOWN.iter().find(|known| known.code == code);
        let known = known.or_else(|| KNOWN.iter().find(|known| known.folded == folded && !folded.is_empty()));
        known.map_or_else(
            || Self { name: code.clone(), code, category: Category::Unclassified },
            |known| Self { code: known.code.into(), name: known.name.into(), category: known.category },
        )
    }

    /// The service that a supplier means: by the market's code where it tells one, else by its name, else a service
    /// of the supplier's own.
    pub fn of_supplier(vendor_code: &str, title: &str, market: Option<&str>) -> Self {
        let Some(market) = market else {
            let by_title = Self::named(title);
            let found = if by_title.category == Category::Unclassified { Self::named(vendor_code) } else { by_title };
            return Self { name: if found.name == found.code { title.to_owned() } else { found.name }, ..found };
        };
        let code = market.trim().to_ascii_lowercase();
        match KNOWN.iter().find(|known| known.code == code) {
            Some(known) => Self { code, name: known.name.into(), category: known.category },
            None => Self { code, name: title.to_owned(), category: Category::Unclassified },
        }
    }

    /// Whether text can be a service's code.
    pub fn is_code(text: &str) -> bool {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        (1..=64).contains(&text.len()) && text.bytes().all(allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_names_lead_to_them() {
        for known in KNOWN.iter() {
            assert_eq!(KNOWN.iter().filter(|other| other.code == known.code).count(), 1, "{}", known.code);
            assert_eq!(Service::named(known.name).category, known.category, "{}", known.name);
            assert!(Service::is_code(known.code));
        }
    }

    #[test]
    fn countries_have_one_number_each() {
        for country in Country::all() {
            assert_eq!(Country::numbered(country.id), Some(country));
            assert_eq!(Country::coded(country.code), Some(country));
        }
        assert_eq!(Country::numbered(187).map(|country| country.code.to_string()).as_deref(), Some("US"));
    }

    #[test]
    fn a_supplier_without_codes_is_understood_by_its_names() {
        assert_eq!(Service::of_supplier("telegram", "telegram", None).code, "tg");
        assert_eq!(Service::of_supplier("1", "Mail.Ru", None).code, "ma");
        assert_eq!(Service::of_supplier("1", "Telegram messenger", Some("tg")).name, "Telegram");
        let own = Service::of_supplier("test_success", "test_success", None);
        assert_eq!((own.code.as_str(), own.category), ("test_success", Category::Unclassified));
    }
}
