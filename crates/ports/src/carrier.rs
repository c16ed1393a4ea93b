//! Carriers: who supplies numbers.

use std::time::Duration;

use vocab::{
    Amount, CountryCode, Currency, E164,
    telephony::{NumberCapability, NumberType},
};

use crate::PortError;

/// A carrier's account, as one of ours.
#[async_trait::async_trait]
pub trait Carrier: Send + Sync {
    /// What is fixed about this carrier.
    fn card(&self) -> &CarrierCard;

    /// Numbers on offer, at most `query.limit`. Numbers that the numbering plan does not know are left
    /// out. A type that the country lacks is an empty list.
    async fn search(&self, query: &NumberQuery) -> Result<Vec<Offer>, PortError>;

    /// Where the carrier has numbers, and of which types.
    async fn countries(&self) -> Result<Vec<CountryOffer>, PortError>;

    /// The carrier's monthly prices in a country.
    async fn prices(&self, country: CountryCode) -> Result<CarrierPrices, PortError>;

    /// What the carrier wants to see of the owner of a number of this type, besides an address ([`Offer::address`]). A
    /// type that the country lacks asks for nothing.
    async fn regulation(&self, country: CountryCode, number_type: NumberType) -> Result<Regulation, PortError>;

    /// Buys exactly this number and points it at us. Not idempotent: after [`PortError::Unknown`] ask
    /// [`Carrier::find`], never call this again.
    async fn buy(&self, order: &NumberOrder) -> Result<CarrierNumber, PortError>;

    /// Looks a number up among those this account owns.
    async fn find(&self, number: &E164) -> Result<Option<CarrierNumber>, PortError>;

    /// Points an owned number at us. Idempotent.
    async fn point(&self, sid: &str, hooks: &Hooks) -> Result<CarrierNumber, PortError>;

    /// Gives a number back. Idempotent: a number that is not there any more is a success.
    async fn release(&self, sid: &str) -> Result<(), PortError>;

    /// One page of all numbers this account owns; `after` is the last page's `next`.
    async fn owned(&self, after: Option<&str>) -> Result<OwnedPage, PortError>;

    /// Whether the account answers and is in order.
    async fn check(&self) -> Result<(), PortError>;
}

/// What is fixed about a carrier.
#[derive(Debug, Clone)]
pub struct CarrierCard {
    /// Its name in rows and logs, such as `twilio`.
    pub name: &'static str,
    /// After this long since it was sent, a purchase that cannot be found was not made. Longer than the
    /// request time-out.
    pub in_flight_bound: Duration,
    /// Where it asks no address of a number's owner: two letters each, ISO 3166-1. Elsewhere the number itself tells.
    pub no_address_in: &'static [&'static str],
}

/// What to search for.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberQuery {
    /// In which country.
    pub country: CountryCode,
    /// Of which type.
    pub number_type: NumberType,
    /// With this area code.
    pub area_code: Option<String>,
    /// Matching this pattern: digits, `*` for any one character, letters as on a keypad, `+` in front for the start.
    pub contains: Option<String>,
    /// Near this place, in degrees.
    pub near: Option<Near>,
    /// Able to do all of these.
    pub capabilities: Vec<NumberCapability>,
    /// Leave out numbers that need an address of any kind.
    pub exclude_restricted: bool,
    /// At most this many, 1 to 1000.
    pub limit: u32,
}

/// A circle on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Degrees north, −90 to 90.
    pub latitude: f64,
    /// Degrees east, −180 to 180.
    pub longitude: f64,
    /// Radius in miles, 1 to 500.
    pub miles: u32,
}

/// A number that can be bought now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The number.
    pub number: E164,
    /// As people write it.
    pub friendly_name: String,
    /// Its country.
    pub country: CountryCode,
    /// Its type.
    pub number_type: NumberType,
    /// Its town, where the carrier knows.
    pub locality: Option<String>,
    /// Its state or province, where the carrier knows.
    pub region: Option<String>,
    /// What it can carry.
    pub capabilities: Vec<NumberCapability>,
    /// Which address the carrier asks for before it sells.
    pub address: AddressRequirement,
}

/// Which address a carrier asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressRequirement {
    /// None.
    None,
    /// Any in the world.
    Any,
    /// One in the number's country.
    Local,
    /// One outside the number's country.
    Foreign,
}

/// A country in which a carrier sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryOffer {
    /// The country.
    pub country: CountryCode,
    /// Its English name.
    pub name: String,
    /// The types on offer there.
    pub number_types: Vec<NumberType>,
}

/// What a carrier takes in a country, a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierPrices {
    /// The country.
    pub country: CountryCode,
    /// The currency of the amounts.
    pub currency: Currency,
    /// By type; a type without a price is not on sale.
    pub monthly: Vec<(NumberType, Amount)>,
}

/// What a carrier wants to see of a number's owner before it sells: documents, which its reviewers approve first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Regulation {
    /// The documents of a person, by the carrier's names for them; `None` where it says nothing of persons.
    pub individual: Option<Vec<String>>,
    /// The documents of a business; `None` where it says nothing of businesses.
    pub business: Option<Vec<String>>,
}

impl Regulation {
    /// Whether anybody may own such a number without showing documents.
    pub const fn asks_nothing(&self) -> bool {
        self.individual.is_none() && self.business.is_none()
    }
}

/// A purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberOrder {
    /// The number wanted.
    pub number: E164,
    /// Where its calls are announced.
    pub hooks: Hooks,
}

/// Our URLs at the carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hooks {
    /// Asked what to do with a call.
    pub voice_url: String,
    /// Told how a call ended.
    pub status_callback: String,
}

/// A number this account owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierNumber {
    /// The carrier's own id of it.
    pub sid: String,
    /// The number.
    pub number: E164,
    /// As people write it.
    pub friendly_name: String,
    /// What it can carry.
    pub capabilities: Vec<NumberCapability>,
    /// Where its calls are announced now.
    pub hooks: Hooks,
}

/// A page of owned numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedPage {
    /// The numbers.
    pub numbers: Vec<CarrierNumber>,
    /// Hand this back for the next page; `None` at the end.
    pub next: Option<String>,
}
