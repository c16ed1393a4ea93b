//! What the carrier says of countries and prices, kept for a while, and asked for once at a time.

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use ports::{
    PortError, RefusalReason,
    carrier::{AddressRequirement, CarrierPrices, CountryOffer, Offer},
};
use vocab::{CountryCode, E164, Money, telephony::NumberType};

use super::{OfferError, Offers};
use crate::prices::Sold;

/// For how long a country's prices are used. A carrier announces changes weeks ahead.
const KEEP_PRICES: Duration = Duration::from_secs(5 * 60);
/// For how long the list of countries is used.
const KEEP_COUNTRIES: Duration = Duration::from_secs(60 * 60);
/// For how long an offer is remembered, so that who buys what they found is told the same type and place.
const KEEP_OFFERS: Duration = Duration::from_secs(30 * 60);
/// The most offers remembered.
const MOST_OFFERS: u64 = 20_000;

/// Caches of one process. Cheap to clone.
#[derive(Clone)]
pub(super) struct Catalog {
    prices: Cache<CountryCode, Arc<CarrierPrices>>,
    countries: Cache<(), Arc<[CountryOffer]>>,
    offers: Cache<E164, Arc<Offer>>,
}

impl Catalog {
    pub(super) fn new() -> Self {
        Self {
            // There are about 250 country codes.
            prices: Cache::builder().max_capacity(300).time_to_live(KEEP_PRICES).build(),
            countries: Cache::builder().max_capacity(1).time_to_live(KEEP_COUNTRIES).build(),
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
    /// What is known of a number: the offer that a search showed, else what the numbering plan says.
    pub(crate) async fn offer(&self, number: &E164) -> Option<Arc<Offer>> {
        if let Some(offer) = self.catalog.remembered(number).await {
            return Some(offer);
        }
        Some(Arc::new(Offer {
            number: number.clone(),
            friendly_name: number.national(),
            country: number.country()?,
            number_type: number.number_type().unwrap_or(NumberType::Local),
            locality: None,
            region: None,
            capabilities: Vec::new(),
            address: AddressRequirement::None,
        }))
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
