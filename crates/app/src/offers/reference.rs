//! What is sold where, and for how much.

use std::collections::BTreeMap;

use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vocab::{
    Amount, CountryCode, Currency,
    telephony::{CallDirection, NumberCapability, NumberType},
};

use super::{OfferError, Offers, SearchQuery, area_codes};
use crate::usage::{self, UsageType};

/// How many numbers are looked at for the area codes of a country of which we have no list.
const LOOKED_AT: u32 = 100;

/// Which country is meant.
#[derive(Debug, Clone, Copy, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CountryQuery {
    /// ISO 3166-1 alpha-2.
    #[garde(skip)]
    pub country_code: CountryCode,
}

/// What numbers and calls cost in a country.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CountryPrices {
    /// The country.
    pub country: CountryCode,
    /// Of every amount.
    pub currency: Currency,
    /// By type; a type that is not listed is not on sale.
    pub prices: Vec<TypePrice>,
}

/// What a type of number costs.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "numberType": "LOCAL", "setupPrice": 0, "monthlyPrice": 1.38,
    "perMinute": {"inbound": 0.0102, "outbound": 0.0168}, "perMessage": null,
}))]
pub struct TypePrice {
    /// The type.
    pub number_type: NumberType,
    /// Once.
    pub setup_price: Amount,
    /// A month.
    pub monthly_price: Amount,
    /// A minute of a call.
    pub per_minute: DirectionPrices,
    /// A text. Null while texts are not sold.
    pub per_message: Option<DirectionPrices>,
}

/// A price each way.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct DirectionPrices {
    /// Coming in.
    pub inbound: Amount,
    /// Going out.
    pub outbound: Amount,
}

/// A country in which numbers are on sale.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "countryCode": "US", "name": "United States", "numberTypes": ["LOCAL", "TOLL_FREE"], "capabilities": ["VOICE"],
}))]
pub struct CountryView {
    /// The country.
    pub country_code: CountryCode,
    /// Its English name.
    pub name: String,
    /// The types on offer there.
    pub number_types: Vec<NumberType>,
    /// What numbers there can be used for through us. A single number's capabilities stand in a search.
    pub capabilities: Vec<NumberCapability>,
}

/// An area code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"areaCode": "415", "region": "CA"}))]
pub struct AreaCode {
    /// Its digits.
    pub area_code: String,
    /// Its state or province.
    pub region: Option<String>,
    /// Its town, where it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
}

/// A type of number.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "numberType": "LOCAL", "description": "Tied to a town or region; callers pay a local call.",
}))]
pub struct TypeView {
    /// The type.
    pub number_type: NumberType,
    /// What it is.
    pub description: &'static str,
}

impl Offers {
    /// What numbers and calls cost in a country; a country in which nothing is sold is not found.
    pub async fn pricing(&self, country: CountryCode) -> Result<CountryPrices, OfferError> {
        let costs = self.carrier_prices(country).await?.ok_or(OfferError::NotFound)?;
        let per_minute = DirectionPrices {
            inbound: self.minute(country, CallDirection::Inbound).await?,
            outbound: self.minute(country, CallDirection::Outbound).await?,
        };
        let mut prices = Vec::new();
        for (number_type, _) in &costs.monthly {
            let Some(price) = self.monthly_price(country, *number_type).await? else { continue };
            prices.push(TypePrice {
                number_type: *number_type,
                setup_price: Amount::ZERO,
                monthly_price: price.amount,
                per_minute,
                per_message: None,
            });
        }
        Ok(CountryPrices { country, currency: costs.currency, prices })
    }

    async fn minute(&self, country: CountryCode, direction: CallDirection) -> Result<Amount, OfferError> {
        let rate = usage::rate(self.store.reader(), UsageType::VoiceMinutes, direction, Some(country)).await?;
        Ok(rate.unit_price)
    }

    /// The countries in which the carrier has numbers.
    pub async fn country_list(&self) -> Result<Vec<CountryView>, OfferError> {
        let countries = self.countries().await?;
        let view = |country: &ports::carrier::CountryOffer| CountryView {
            country_code: country.country,
            name: country.name.clone(),
            number_types: country.number_types.clone(),
            capabilities: vec![NumberCapability::Voice],
        };
        Ok(countries.iter().map(view).collect())
    }

    /// A country's area codes: from our list for the United States and Canada, else those of the numbers that the
    /// carrier offers just now.
    pub async fn area_codes(&self, country: CountryCode) -> Result<Vec<AreaCode>, OfferError> {
        if let Some(table) = area_codes::of_country(country) {
            let mut codes: Vec<AreaCode> = table
                .map(|(code, region)| AreaCode { area_code: code.into(), region: Some(region.into()), locality: None })
                .collect();
            codes.sort_by(|a, b| a.area_code.cmp(&b.area_code));
            return Ok(codes);
        }
        let query = SearchQuery::everything(country, NumberType::Local, LOOKED_AT).carrier_query()?;
        let mut codes = BTreeMap::new();
        for offer in self.ask(&query).await?.iter() {
            if let Some(area_code) = offer.number.area_code() {
                let (region, locality) = (offer.region.clone(), offer.locality.clone());
                codes.entry(area_code.clone()).or_insert(AreaCode { area_code, region, locality });
            }
        }
        Ok(codes.into_values().collect())
    }
}

/// Every type of number, with what it is.
pub fn types() -> Vec<TypeView> {
    let description = |number_type| match number_type {
        NumberType::Local => "Tied to a town or region; callers pay a local call.",
        NumberType::TollFree => "Free for the caller; the owner pays for the call.",
        NumberType::Mobile => "A mobile network's number; usually carries texts as well.",
        NumberType::National => "Valid in a whole country and tied to no place in it.",
        NumberType::International => "Under a country code that several countries share.",
        NumberType::Premium => "Callers pay more than usual.",
        NumberType::SharedCost => "Caller and owner share the cost of the call.",
    };
    let view =
        |number_type: &NumberType| TypeView { number_type: *number_type, description: description(*number_type) };
    NumberType::ALL.iter().map(view).collect()
}
