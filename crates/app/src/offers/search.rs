//! Searches the carrier's inventory: leaves out what somebody has, and puts our price on the rest.

use std::{collections::HashSet, sync::Arc, time::Duration};

use moka::future::Cache;
use ports::carrier::{NumberQuery, Offer, Regulation};
use serde::Serialize;
use utoipa::ToSchema;
use vocab::{
    Amount, CountryCode, Currency, E164, Money,
    telephony::{NumberCapability, NumberType},
};

use super::{OfferError, Offers, Requirement, SearchQuery, area_codes, claims, model::requirements};

/// For how long the carrier's answer to a search is used.
const KEEP: Duration = Duration::from_secs(15);
/// The most offers kept, over all searches.
const MOST_OFFERS: u64 = 20_000;
/// How many alternatives are suggested.
const MOST_SUGGESTIONS: usize = 10;
/// How far around a place is looked for alternatives, in miles: the carrier's maximum.
const FAR: u32 = 500;

/// The carrier's answers of the last seconds, by what was asked.
pub(super) type Answers = Cache<String, Arc<[Offer]>>;

pub(super) fn answers() -> Answers {
    let weight = |_: &String, offers: &Arc<[Offer]>| u32::try_from(offers.len().max(1)).unwrap_or(u32::MAX);
    Cache::builder().weigher(weight).max_capacity(MOST_OFFERS).time_to_live(KEEP).build()
}

/// What a search found.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchResults {
    /// The numbers.
    pub numbers: Vec<AvailableNumber>,
    /// What was searched for, with nothing left unsaid.
    pub search_criteria: SearchQuery,
    /// How many numbers are shown.
    #[schema(example = 1)]
    pub total: usize,
    /// Whether there are more than `limit`.
    #[schema(example = false)]
    pub has_more: bool,
    /// What to try instead, when nothing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestions: Option<Suggestions>,
}

/// A number that can be bought now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "phoneNumber": "+14155552671", "friendlyName": "(415) 555-2671", "locality": "San Francisco", "region": "CA",
    "countryCode": "US", "areaCode": "415", "numberType": "LOCAL", "capabilities": ["VOICE", "SMS", "MMS"],
    "pricing": {"setupPrice": 0, "monthlyPrice": 1.38, "currency": "USD"},
    "features": {"smsEnabled": true, "mmsEnabled": true, "voiceEnabled": true, "faxEnabled": false},
}))]
pub struct AvailableNumber {
    /// The number.
    pub phone_number: E164,
    /// As people write it.
    pub friendly_name: String,
    /// Its town.
    pub locality: Option<String>,
    /// Its state or province.
    pub region: Option<String>,
    /// Its country.
    pub country_code: CountryCode,
    /// Its area code, where its country has them.
    pub area_code: Option<String>,
    /// Its type.
    pub number_type: NumberType,
    /// What it can carry.
    pub capabilities: Vec<NumberCapability>,
    /// What it costs.
    pub pricing: NumberPricing,
    /// The capabilities, one by one.
    pub features: NumberFeatures,
    /// What the carrier asks of the owner before it sells the number, a sentence each; absent where it asks for nothing. A
    /// number with restrictions cannot be bought here yet: a purchase is refused with REQUIREMENTS_NOT_MET.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub restrictions: Vec<String>,
}

/// What a number costs.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumberPricing {
    /// Once.
    pub setup_price: Amount,
    /// A month; the first is paid with the order.
    pub monthly_price: Amount,
    /// In which currency.
    pub currency: Currency,
}

/// What a number can carry, one by one.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NumberFeatures {
    /// Texts.
    pub sms_enabled: bool,
    /// Picture messages.
    pub mms_enabled: bool,
    /// Calls.
    pub voice_enabled: bool,
    /// Fax.
    pub fax_enabled: bool,
}

/// What to try instead.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Suggestions {
    /// Area codes that have numbers, those of the same region first.
    pub alternative_area_codes: Vec<String>,
    /// Regions that have numbers.
    pub nearby_regions: Vec<String>,
}

impl Offers {
    /// Numbers that can be bought now, at our prices.
    pub async fn search(&self, query: SearchQuery) -> Result<SearchResults, OfferError> {
        let query = query.complete();
        let asked = query.carrier_query()?;
        let price = self.monthly_price(asked.country, asked.number_type).await?;
        let price = price.filter(|price| query.price_max.is_none_or(|most| price.amount <= most));
        let Some(price) = price else { return Ok(none(query, Suggestions::default())) };
        let (offers, regulation) = tokio::join!(self.ask(&asked), self.regulation(asked.country, asked.number_type));
        let offers = offers?;
        let free = self.free(offers.iter().filter(|offer| in_area(offer, &query))).await?;
        if free.is_empty() {
            let suggestions = self.suggest(&query, &asked).await;
            return Ok(none(query, suggestions));
        }
        let limit = usize::try_from(query.limit()).unwrap_or(usize::MAX);
        let has_more = free.len() > limit;
        let shown = &free[..free.len().min(limit)];
        for offer in shown {
            self.catalog.remember(offer).await;
        }
        let numbers: Vec<_> = shown.iter().map(|offer| available(offer, price, &regulation)).collect();
        Ok(SearchResults { total: numbers.len(), numbers, search_criteria: query, has_more, suggestions: None })
    }

    /// The carrier's offers, asked for once at a time and not again for some seconds.
    pub(super) async fn ask(&self, query: &NumberQuery) -> Result<Arc<[Offer]>, OfferError> {
        let ask = async { self.carrier()?.search(query).await.map(Arc::from) };
        let answer = self.answers.try_get_with(format!("{query:?}"), ask).await;
        answer.map_err(|error| OfferError::Carrier(error.as_ref().clone()))
    }

    /// Those of the offers that nobody has. What is claimed is looked up each time, however old the carrier's answer.
    async fn free<'a>(&self, offers: impl Iterator<Item = &'a Offer>) -> Result<Vec<&'a Offer>, OfferError> {
        let offers: Vec<&Offer> = offers.collect();
        let numbers: Vec<&E164> = offers.iter().map(|offer| &offer.number).collect();
        let taken = claims::taken(self.store.fresh(), &numbers, self.ambient.business()).await?;
        let taken: HashSet<E164> = taken.into_iter().collect();
        Ok(offers.into_iter().filter(|offer| !taken.contains(&offer.number)).collect())
    }

    /// Where else there are numbers: by a wider search. A search that fails suggests nothing.
    async fn suggest(&self, query: &SearchQuery, asked: &NumberQuery) -> Suggestions {
        let mut wide = NumberQuery { area_code: None, contains: None, limit: 100, ..asked.clone() };
        if let Some(near) = &mut wide.near {
            near.miles = FAR;
        }
        let Ok(offers) = self.ask(&wide).await else { return Suggestions::default() };
        let Ok(free) = self.free(offers.iter()).await else { return Suggestions::default() };
        suggestions(query, &free)
    }
}

/// What free numbers elsewhere suggest, those of the region asked for first.
fn suggestions(query: &SearchQuery, free: &[&Offer]) -> Suggestions {
    let area = query.area_code.as_deref();
    let home = area.and_then(|code| area_codes::region(query.country_code, code));
    let (near, far): (Vec<&Offer>, Vec<&Offer>) =
        free.iter().copied().partition(|offer| home.is_some() && offer.region.as_deref() == home);
    let mut suggested = Suggestions::default();
    for offer in near.into_iter().chain(far) {
        let code = offer.number.area_code().filter(|code| area != Some(code.as_str()));
        add(&mut suggested.alternative_area_codes, code);
        add(&mut suggested.nearby_regions, offer.region.clone());
    }
    suggested
}

fn add(list: &mut Vec<String>, entry: Option<String>) {
    if let Some(entry) = entry.filter(|entry| list.len() < MOST_SUGGESTIONS && !list.contains(entry)) {
        list.push(entry);
    }
}

/// Whether the offer has the area code asked for; the carrier has looked where it can.
fn in_area(offer: &Offer, query: &SearchQuery) -> bool {
    let Some(area) = query.area_code.as_deref().filter(|_| !area_codes::is_searchable(query.country_code)) else {
        return true;
    };
    offer.number.area_code().as_deref() == Some(area)
}

fn none(query: SearchQuery, suggestions: Suggestions) -> SearchResults {
    let suggestions = Some(suggestions);
    SearchResults { numbers: Vec::new(), search_criteria: query, total: 0, has_more: false, suggestions }
}

fn available(offer: &Offer, price: Money, regulation: &Regulation) -> AvailableNumber {
    let can = |capability| offer.capabilities.contains(&capability);
    AvailableNumber {
        phone_number: offer.number.clone(),
        friendly_name: offer.friendly_name.clone(),
        locality: offer.locality.clone(),
        region: offer.region.clone(),
        country_code: offer.country,
        area_code: offer.number.area_code(),
        number_type: offer.number_type,
        capabilities: offer.capabilities.clone(),
        pricing: NumberPricing { setup_price: Amount::ZERO, monthly_price: price.amount, currency: price.currency },
        features: NumberFeatures {
            sms_enabled: can(NumberCapability::Sms),
            mms_enabled: can(NumberCapability::Mms),
            voice_enabled: can(NumberCapability::Voice),
            fax_enabled: can(NumberCapability::Fax),
        },
        restrictions: requirements(offer.address, regulation).iter().map(Requirement::sentence).collect(),
    }
}
