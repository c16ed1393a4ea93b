//! Which resource a path names. All products of Twilio share one root here.

use axum::http::Method;
use percent_encoding::percent_decode_str;

use crate::twilio::inventory::Kind;

/// A resource, with what its path says. `account` in the path is checked before one of these is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    Account,
    Balance,
    OfferedCountries,
    OfferedCountry(String),
    /// `None` is a type that Twilio knows and nobody sells here.
    Offered(String, Option<Kind>),
    Numbers(Option<Kind>),
    Number(String),
    PricedCountries(Product),
    PricedCountry(Product, String),
    PricedNumber(String),
    Regulations,
    Regulation(String),
}

/// A product with prices by country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    Numbers,
    Voice,
    Messaging,
}

impl Product {
    /// Version and name in paths.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Numbers => "v1/PhoneNumbers",
            Self::Voice => "v2/Voice",
            Self::Messaging => "v1/Messaging",
        }
    }
}

/// Every operation that a fault may name.
pub(crate) const OPERATIONS: &[&str] = &[
    "Accounts.fetch",
    "AvailablePhoneNumbers.list",
    "AvailablePhoneNumbers.fetch",
    "Balance.fetch",
    "IncomingPhoneNumbers.create",
    "IncomingPhoneNumbers.update",
    "IncomingPhoneNumbers.fetch",
    "IncomingPhoneNumbers.list",
    "IncomingPhoneNumbers.delete",
    "Pricing.list",
    "Pricing.fetch",
    "Regulations.list",
    "Regulations.fetch",
];

impl Resource {
    /// The resource at this path under this account; `None` if there is none.
    pub(crate) fn at(path: &str, account: &str) -> Option<Self> {
        let decoded: Vec<_> =
            path.split('/').skip(1).map(|part| percent_decode_str(part).decode_utf8_lossy()).collect();
        let parts: Vec<&str> = decoded.iter().map(AsRef::as_ref).collect();
        match parts.as_slice() {
            ["2010-04-01", "Accounts", file] => (file.strip_suffix(".json")? == account).then_some(Self::Account),
            ["2010-04-01", "Accounts", owner, rest @ ..] if *owner == account => Self::of_account(rest),
            ["v1", "PhoneNumbers", "Countries", rest @ ..] => Self::priced(Product::Numbers, rest),
            ["v2", "Voice", "Countries", rest @ ..] => Self::priced(Product::Voice, rest),
            ["v1", "Messaging", "Countries", rest @ ..] => Self::priced(Product::Messaging, rest),
            ["v2", "Voice", "Numbers", number] => Some(Self::PricedNumber((*number).to_owned())),
            ["v2", "RegulatoryCompliance", "Regulations"] => Some(Self::Regulations),
            ["v2", "RegulatoryCompliance", "Regulations", sid] => Some(Self::Regulation((*sid).to_owned())),
            _ => None,
        }
    }

    /// In the 2010 API a path without `.json` asks for XML, which nobody here reads.
    fn of_account(parts: &[&str]) -> Option<Self> {
        let (file, folders) = parts.split_last()?;
        let name = file.strip_suffix(".json")?;
        Some(match (folders, name) {
            ([], "Balance") => Self::Balance,
            ([], "AvailablePhoneNumbers") => Self::OfferedCountries,
            (["AvailablePhoneNumbers"], country) => Self::OfferedCountry(country.to_owned()),
            (["AvailablePhoneNumbers", country], kind) => Self::Offered((*country).to_owned(), offered(kind)?),
            ([], "IncomingPhoneNumbers") => Self::Numbers(None),
            (["IncomingPhoneNumbers"], "Local") => Self::Numbers(Some(Kind::Local)),
            (["IncomingPhoneNumbers"], "Mobile") => Self::Numbers(Some(Kind::Mobile)),
            (["IncomingPhoneNumbers"], "TollFree") => Self::Numbers(Some(Kind::TollFree)),
            (["IncomingPhoneNumbers"], sid) => Self::Number(sid.to_owned()),
            _ => return None,
        })
    }

    fn priced(product: Product, parts: &[&str]) -> Option<Self> {
        match parts {
            [] => Some(Self::PricedCountries(product)),
            [country] => Some(Self::PricedCountry(product, (*country).to_owned())),
            _ => None,
        }
    }

    /// What this method does with it; `None` where it does nothing.
    pub(crate) fn operation(&self, method: &Method) -> Option<&'static str> {
        Some(match (self, method) {
            (Self::Account, &Method::GET) => "Accounts.fetch",
            (Self::Balance, &Method::GET) => "Balance.fetch",
            (Self::OfferedCountries | Self::Offered(..), &Method::GET) => "AvailablePhoneNumbers.list",
            (Self::OfferedCountry(_), &Method::GET) => "AvailablePhoneNumbers.fetch",
            (Self::Numbers(_), &Method::GET) => "IncomingPhoneNumbers.list",
            (Self::Numbers(_), &Method::POST) => "IncomingPhoneNumbers.create",
            (Self::Number(_), &Method::GET) => "IncomingPhoneNumbers.fetch",
            (Self::Number(_), &Method::POST) => "IncomingPhoneNumbers.update",
            (Self::Number(_), &Method::DELETE) => "IncomingPhoneNumbers.delete",
            (Self::PricedCountries(_), &Method::GET) => "Pricing.list",
            (Self::PricedCountry(..) | Self::PricedNumber(_), &Method::GET) => "Pricing.fetch",
            (Self::Regulations, &Method::GET) => "Regulations.list",
            (Self::Regulation(_), &Method::GET) => "Regulations.fetch",
            _ => return None,
        })
    }
}

/// The last part of a search path; the inner `None` is a type without stock, the outer one no type at all.
fn offered(name: &str) -> Option<Option<Kind>> {
    match name {
        "Voip" | "SharedCost" | "MachineToMachine" => Some(None),
        name => Kind::ALL.into_iter().find(|kind| kind.path() == name).map(Some),
    }
}
