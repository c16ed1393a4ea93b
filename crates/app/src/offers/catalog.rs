//! What the carrier says of countries, prices and regulations, kept for a while, and asked for once at a time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use moka::{Expiry, future::Cache};
use ports::{
    PortError, RefusalReason,
    carrier::{AddressRequirement, CarrierPrices, CountryOffer, NumberQuery, Offer, Regulation},
};
use vocab::{CountryCode, E164, Money, telephony::NumberType};

use super::{OfferError, Offers, Requirement, model::requirements};
use crate::prices::Sold;

/// For how long a country's prices are used. A carrier announces changes weeks ahead.
const KEEP_PRICES: Duration = Duration::from_secs(5 * 60);
/// For how long the list of countries is used.
const KEEP_COUNTRIES: Duration = Duration::from_secs(60 * 60);
/// For how long a regulation is used. Laws change slowly, and the carrier has the last word at the purchase.
const KEEP_REGULATIONS: Duration = Duration::from_secs(60 * 60);
/// For how long the carrier is not asked again after it did not tell a regulation.
const KEEP_SILENCE: Duration = Duration::from_secs(30);
/// How long a search or a purchase waits to be told what a number asks for. It does without.
const WAIT_FOR_REQUIREMENTS: Duration = Duration::from_secs(2);
/// For how long an offer is remembered, so that who buys what they found is told the same type and place.
const KEEP_OFFERS: Duration = Duration::from_secs(30 * 60);
/// The most offers remembered.
const MOST_OFFERS: u64 = 20_000;

/// Caches of one process. Cheap to clone.
#[derive(Clone)]
pub(super) struct Catalog {
    prices: Cache<CountryCode, Arc<CarrierPrices>>,
    countries: Cache<(), Arc<[CountryOffer]>>,
    regulations: Cache<Regulated, Told>,
    offers: Cache<E164, Arc<Offer>>,
}

/// What a regulation is about.
type Regulated = (CountryCode, NumberType);
/// A regulation; `None` where the carrier did not tell it.
type Told = Option<Arc<Regulation>>;

/// Silence is forgiven soon.
struct KeepTold;

impl Expiry<Regulated, Told> for KeepTold {
    fn expire_after_create(&self, _: &Regulated, told: &Told, _: Instant) -> Option<Duration> {
        Some(if told.is_some() { KEEP_REGULATIONS } else { KEEP_SILENCE })
    }
}

impl Catalog {
    pub(super) fn new() -> Self {
        Self {
            // There are about 250 country codes.
            prices: Cache::builder().max_capacity(300).time_to_live(KEEP_PRICES).build(),
            countries: Cache::builder().max_capacity(1).time_to_live(KEEP_COUNTRIES).build(),
            // And seven types.
            regulations: Cache::builder().max_capacity(2000).expire_after(KeepTold).build(),
            offers: Cache::builder().max_capacity(MOST_OFFERS).time_to_live(KEEP_OFFERS).build(),
        }
    }

    /// Remembers an offer that a customer was shown.
    pub(super) async fn remember(&self, offer: &Offer) {
        self.offers.insert(offer.number.clone(), Arc::new(offer.clone())).await;
    }

    /// An offer that a customer was shown lately, by this process.
    async fn remembered(&self, number: &E164) -> Option<Arc<Offer>> {
        self.offers.get(number).await
    }
}

impl Offers {
    /// What is known of a number: the offer that a search showed, else what the carrier says when it is asked for this one,
    /// else what the numbering plan says.
    pub(crate) async fn offer(&self, number: &E164) -> Option<Arc<Offer>> {
        if let Some(offer) = self.catalog.remembered(number).await {
            return Some(offer);
        }
        let planned = Offer {
            number: number.clone(),
            friendly_name: number.national(),
            country: number.country()?,
            number_type: number.number_type().unwrap_or(NumberType::Local),
            locality: None,
            region: None,
            capabilities: Vec::new(),
            address: AddressRequirement::None,
        };
        let offered = self.looked_up(&planned).await;
        if let Some(offer) = &offered {
            self.catalog.remember(offer).await;
        }
        Some(Arc::new(offered.unwrap_or(planned)))
    }

    /// The carrier's offer of one number, where it may ask its owner for an address. `None` where it does not say in time:
    /// it says so at the purchase.
    async fn looked_up(&self, planned: &Offer) -> Option<Offer> {
        let carrier = self.carrier().ok()?;
        if carrier.card().no_address_in.contains(&planned.country.as_str()) {
            return None;
        }
        let query = NumberQuery {
            country: planned.country,
            number_type: planned.number_type,
            area_code: None,
            contains: Some(planned.number.to_string()),
            near: None,
            capabilities: Vec::new(),
            exclude_restricted: false,
            limit: 1,
        };
        match tokio::time::timeout(WAIT_FOR_REQUIREMENTS, carrier.search(&query)).await {
            Ok(Ok(offers)) => offers.into_iter().find(|offer| offer.number == planned.number),
            Ok(Err(error)) => {
                tracing::warn!(number = %planned.number, %error, "the carrier tells nothing of a number");
                None
            }
            Err(_) => None,
        }
    }

    /// What the carrier takes in a country; `None` where it sells nothing.
    pub(crate) async fn carrier_prices(&self, country: CountryCode) -> Result<Option<Arc<CarrierPrices>>, PortError> {
        let ask = async { self.carrier()?.prices(country).await.map(Arc::new) };
        match self.catalog.prices.try_get_with(country, ask).await {
            Ok(prices) => Ok(Some(prices)),
            Err(error) => match error.as_ref() {
                PortError::Refused(refusal) if refusal.reason == RefusalReason::NotFound => Ok(None),
                other => Err(other.clone()),
            },
        }
    }

    /// What the carrier wants to see of a number's owner, besides an address. Nothing where it does not say: it says so at
    /// the purchase.
    pub(crate) async fn regulation(&self, country: CountryCode, number_type: NumberType) -> Arc<Regulation> {
        let ask = async {
            let told = async { self.carrier()?.regulation(country, number_type).await };
            match tokio::time::timeout(WAIT_FOR_REQUIREMENTS, told).await {
                Ok(Ok(regulation)) => Some(Arc::new(regulation)),
                Ok(Err(error)) => {
                    tracing::warn!(%country, %number_type, %error, "the carrier tells no regulation");
                    None
                }
                Err(_) => {
                    tracing::warn!(%country, %number_type, "the carrier does not tell a regulation in time");
                    None
                }
            }
        };
        self.catalog.regulations.get_with((country, number_type), ask).await.unwrap_or_default()
    }

    /// What the carrier wants of the owner before it sells this number, as far as it is known.
    pub(crate) async fn requirements(&self, offer: &Offer) -> Vec<Requirement> {
        requirements(offer.address, self.regulation(offer.country, offer.number_type).await.as_ref())
    }

    /// The countries in which the carrier has numbers.
    pub(super) async fn countries(&self) -> Result<Arc<[CountryOffer]>, PortError> {
        let ask = async { self.carrier()?.countries().await.map(Arc::from) };
        self.catalog.countries.try_get_with((), ask).await.map_err(|error| error.as_ref().clone())
    }

    /// What a customer pays a month for a type of number; `None` where it is not on sale.
    pub(crate) async fn monthly_price(
        &self,
        country: CountryCode,
        number_type: NumberType,
    ) -> Result<Option<Money>, OfferError> {
        let Some(prices) = self.carrier_prices(country).await? else { return Ok(None) };
        let Some((_, cost)) = prices.monthly.iter().find(|(priced, _)| *priced == number_type) else { return Ok(None) };
        let sold = Sold::number(country, number_type);
        let retail = self.prices.retail(*cost, prices.currency, &sold).await?;
        Ok(Some(Money::new(retail, prices.currency)))
    }
}
