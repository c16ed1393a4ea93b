//! What can be rented, where and for how much.

use std::sync::Arc;

use axum::extract::State;
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vocab::{Amount, CountryCode, Currency};

use super::VerificationsApi;
use crate::{
    suppliers::{Country, Service},
    verifications::{PriceLine, catalogue},
    web::{ApiError, ApiResult, Envelope, FieldError, List, Numbered, Ok200, PageNumberQuery},
};

/// What the list of services is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VerificationServicesQuery {
    /// On sale in this country, ISO 3166-1 alpha-2.
    #[garde(skip)]
    pub country: Option<CountryCode>,
}

/// What the list of countries is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VerificationCountriesQuery {
    /// With this service on sale: its code, such as `tg`, or its name.
    #[garde(length(max = 64))]
    #[schema(max_length = 64)]
    #[param(max_length = 64)]
    pub service_code: Option<String>,
}

/// What the list of prices is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VerificationPricesQuery {
    /// For this service: its code, such as `tg`, or its name.
    #[garde(length(max = 64))]
    #[schema(max_length = 64)]
    #[param(max_length = 64)]
    pub service_code: Option<String>,
    /// In this country, ISO 3166-1 alpha-2.
    #[garde(skip)]
    pub country: Option<CountryCode>,
}

/// A service for whose codes numbers can be rented.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"serviceCode": "tg", "name": "Telegram", "inStock": true}))]
pub struct VerificationServiceView {
    /// The market's code of the service, by which a number is ordered.
    pub service_code: String,
    /// Its name.
    pub name: String,
    /// Whether some supplier has a number for it now.
    pub in_stock: bool,
}

/// A country whose numbers can be rented.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"countryCode": "US", "name": "USA", "inStock": true}))]
pub struct VerificationCountryView {
    /// The country.
    pub country_code: CountryCode,
    /// Its English name; the code where the market has no name for it.
    pub name: String,
    /// Whether some supplier has a number there now.
    pub in_stock: bool,
}

/// What a code of a service costs in a country.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "serviceCode": "tg", "serviceName": "Telegram", "country": "US", "price": 0.63, "currency": "USD", "stock": 214,
}))]
pub struct VerificationPriceView {
    /// The market's code of the service, by which a number is ordered.
    pub service_code: String,
    /// The service's name.
    pub service_name: String,
    /// The numbers' country.
    pub country: CountryCode,
    /// What a code costs from the supplier that would be asked first; another one may cost something else.
    pub price: Amount,
    /// In which currency.
    pub currency: Currency,
    /// How many numbers there are, over all suppliers, as they last told. 0: out of stock.
    pub stock: i64,
}

impl From<PriceLine> for VerificationPriceView {
    fn from(PriceLine { service, country, price, stock }: PriceLine) -> Self {
        Self {
            service_code: service.code,
            service_name: service.name,
            country,
            price: price.amount,
            currency: price.currency,
            stock,
        }
    }
}

/// List the services
///
/// The services for whose codes numbers are rented here, by their codes. What the operator does not sell is left out.
#[utoipa::path(get, path = "/verifications/services", tag = "verifications", operation_id = "listVerificationServices",
    params(VerificationServicesQuery, PageNumberQuery),
    responses((status = 200, description = "The services", body = Envelope<List<VerificationServiceView>>)))]
pub async fn services(
    State(api): State<Arc<VerificationsApi>>,
    Numbered(query, page): Numbered<VerificationServicesQuery>,
) -> ApiResult<Ok200<List<VerificationServiceView>>> {
    api.known(None, query.country).await?;
    let services = catalogue::services(api.verifications.shown(None, query.country).await?);
    let view = |(service, in_stock): (Service, bool)| VerificationServiceView {
        service_code: service.code,
        name: service.name,
        in_stock,
    };
    Ok(Ok200(List::sliced(services.into_iter().map(view).collect(), &page)))
}

/// List the countries of rented numbers
///
/// The countries whose numbers are rented here, by their codes. What the operator does not sell is left out.
#[utoipa::path(get, path = "/verifications/countries", tag = "verifications",
    operation_id = "listVerificationCountries", params(VerificationCountriesQuery, PageNumberQuery),
    responses((status = 200, description = "The countries", body = Envelope<List<VerificationCountryView>>)))]
pub async fn countries(
    State(api): State<Arc<VerificationsApi>>,
    Numbered(query, page): Numbered<VerificationCountriesQuery>,
) -> ApiResult<Ok200<List<VerificationCountryView>>> {
    let service = api.known(query.service_code.as_deref(), None).await?;
    let countries = catalogue::countries(&api.verifications.shown(service.as_deref(), None).await?);
    let view = |(code, in_stock): (CountryCode, bool)| VerificationCountryView {
        country_code: code,
        name: Country::coded(code).map_or_else(|| code.to_string(), |country| country.name.to_owned()),
        in_stock,
    };
    Ok(Ok200(List::sliced(countries.into_iter().map(view).collect(), &page)))
}

/// List what codes cost
///
/// What a code of each service costs in each country, and how many numbers there are; by country, then by service.
/// What the operator does not sell is left out. Prices and stock follow the suppliers' catalogues, so that an order may
/// find others: `maxPrice` bounds what it pays.
#[utoipa::path(get, path = "/verifications/prices", tag = "verifications", operation_id = "listVerificationPrices",
    params(VerificationPricesQuery, PageNumberQuery),
    responses((status = 200, description = "The prices", body = Envelope<List<VerificationPriceView>>)))]
pub async fn prices(
    State(api): State<Arc<VerificationsApi>>,
    Numbered(query, page): Numbered<VerificationPricesQuery>,
) -> ApiResult<Ok200<List<VerificationPriceView>>> {
    let service = api.known(query.service_code.as_deref(), query.country).await?;
    let list = api.verifications.price_page(service.as_deref(), query.country, &page).await?;
    Ok(Ok200(list.map(VerificationPriceView::from)))
}

impl VerificationsApi {
    /// The code of the service that is meant, once service and country are known to exist.
    async fn known(&self, service: Option<&str>, country: Option<CountryCode>) -> ApiResult<Option<String>> {
        let service = service.map(Service::named);
        let mut faults = Vec::new();
        if let Some(service) = &service {
            let fault = self.verifications.service_fault(service).await.map_err(ApiError::internal)?;
            faults.extend(fault.map(|message| FieldError::new("serviceCode", message)));
        }
        if let Some(country) = country {
            let fault = self.verifications.country_fault(country).await.map_err(ApiError::internal)?;
            faults.extend(fault.map(|message| FieldError::new("country", message)));
        }
        if faults.is_empty() { Ok(service.map(|service| service.code)) } else { Err(ApiError::validation(faults)) }
    }
}
