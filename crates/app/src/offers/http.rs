//! Finding numbers, and what they cost.

use std::sync::Arc;

use axum::extract::State;

use crate::{
    offers::{
        CountryPrices, CountryQuery, CountryView, Offers, SearchQuery, SearchResults, TypeView,
        reference::{self, AreaCode},
    },
    web::{ApiResult, Envelope, ErrorEnvelope, Ok200, Query},
};

/// Search numbers
///
/// Numbers that can be bought now, with their prices; where there are none, what to try instead. The carrier is asked,
/// and its answer kept for some seconds, so that a number may be gone when it is bought.
#[utoipa::path(get, path = "/numbers/search", tag = "numbers", operation_id = "searchNumbers", params(SearchQuery),
    responses((status = 200, description = "Numbers, or what to try instead", body = Envelope<SearchResults>),
              (status = 502, description = "The carrier failed", body = ErrorEnvelope),
              (status = 504, description = "The carrier did not answer", body = ErrorEnvelope)))]
pub async fn search(
    State(offers): State<Arc<Offers>>,
    Query(query): Query<SearchQuery>,
) -> ApiResult<Ok200<SearchResults>> {
    Ok(Ok200(offers.search(query).await?))
}

/// Show what numbers cost
///
/// What numbers and calls cost in a country, by type of number.
#[utoipa::path(get, path = "/numbers/pricing", tag = "numbers", operation_id = "showPrices", params(CountryQuery),
    responses((status = 200, description = "Prices by type of number", body = Envelope<CountryPrices>),
              (status = 404, description = "Nothing is on sale there", body = ErrorEnvelope),
              (status = 502, description = "The carrier failed", body = ErrorEnvelope),
              (status = 504, description = "The carrier did not answer", body = ErrorEnvelope)))]
pub async fn pricing(
    State(offers): State<Arc<Offers>>,
    Query(query): Query<CountryQuery>,
) -> ApiResult<Ok200<CountryPrices>> {
    Ok(Ok200(offers.pricing(query.country_code).await?))
}

/// List the countries
///
/// The countries in which numbers are on sale, and which types there are.
#[utoipa::path(get, path = "/numbers/countries", tag = "numbers", operation_id = "listCountries",
    responses((status = 200, description = "The countries", body = Envelope<Vec<CountryView>>),
              (status = 502, description = "The carrier failed", body = ErrorEnvelope),
              (status = 504, description = "The carrier did not answer", body = ErrorEnvelope)))]
pub async fn countries(State(offers): State<Arc<Offers>>) -> ApiResult<Ok200<Vec<CountryView>>> {
    Ok(Ok200(offers.country_list().await?))
}

/// List a country's area codes
///
/// For the United States and Canada all of them; elsewhere those of the numbers on offer now.
#[utoipa::path(get, path = "/numbers/area-codes", tag = "numbers", operation_id = "listAreaCodes", params(CountryQuery),
    responses((status = 200, description = "The area codes", body = Envelope<Vec<AreaCode>>),
              (status = 502, description = "The carrier failed", body = ErrorEnvelope),
              (status = 504, description = "The carrier did not answer", body = ErrorEnvelope)))]
pub async fn area_codes(
    State(offers): State<Arc<Offers>>,
    Query(query): Query<CountryQuery>,
) -> ApiResult<Ok200<Vec<AreaCode>>> {
    Ok(Ok200(offers.area_codes(query.country_code).await?))
}

/// List the types of numbers
///
/// The types that numbers have here, and what each is good for.
#[utoipa::path(get, path = "/numbers/types", tag = "numbers", operation_id = "listNumberTypes",
    responses((status = 200, description = "The types", body = Envelope<Vec<TypeView>>)))]
pub async fn types() -> Ok200<Vec<TypeView>> {
    Ok200(reference::types())
}
