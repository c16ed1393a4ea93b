//! Twilio: numbers, and the webhooks of their calls. Quirks and limits are in `README.md` beside this file.

mod hooks;
mod map;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use ports::{
    Carrier, PortError,
    carrier::{
        CarrierCard, CarrierNumber, CarrierPrices, CountryOffer, Hooks, NumberOrder, NumberQuery, Offer, OwnedPage,
        Regulation,
    },
};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use url::Url;
use vocab::{Ambient, CountryCode, E164, ExposeSecret, SecretString, telephony::NumberType};

pub use self::hooks::TwilioHooks;
use crate::http::{Call, Effect, Http, Limits, SetupError, Vendor, basic, under};

/// Where real Twilio answers.
pub const API_URL: &str = "https://api.twilio.com";
/// Where real Twilio tells its prices.
pub const PRICING_URL: &str = "https://pricing.twilio.com";
/// Where real Twilio tells what regulators want of a number's owner.
pub const NUMBERS_URL: &str = "https://numbers.twilio.com";

/// The largest page Twilio gives (more is error 20007).
const PAGE_SIZE: &str = "1000";

/// What the client needs to know.
#[derive(Debug, Clone)]
pub struct TwilioConfig {
    /// The account, `AC…`.
    pub account_sid: String,
    /// Its primary token: authenticates our calls and signs Twilio's.
    pub auth_token: SecretString,
    /// A second secret that Twilio may sign with: the old or the new token during a rotation, or a shared key.
    pub second_secret: Option<SecretString>,
    /// The root of the REST API, without a path; [`API_URL`] or a twin's.
    pub api_url: Url,
    /// The root of the pricing API, without a path; [`PRICING_URL`] or a twin's.
    pub pricing_url: Url,
    /// The root of the numbers API, without a path; [`NUMBERS_URL`] or a twin's.
    pub numbers_url: Url,
    /// What one call may use up.
    pub limits: Limits,
    /// Jitter of repeats.
    pub ambient: Ambient,
}

/// One Twilio account.
pub struct Twilio {
    http: Http,
    api: Url,
    pricing: Url,
    numbers: Url,
    account: String,
    card: CarrierCard,
    hooks: TwilioHooks,
}

impl Twilio {
    /// Opens no connection yet.
    pub fn new(config: TwilioConfig) -> Result<Self, SetupError> {
        let credential = basic("twilio", &config.account_sid, config.auth_token.expose_secret())?;
        let vendor = Vendor {
            name: "twilio",
            request_id: "twilio-request-id",
            headers: HeaderMap::from_iter([(AUTHORIZATION, credential)]),
            roots: vec![config.api_url.clone(), config.pricing_url.clone(), config.numbers_url.clone()],
        };
        Ok(Self {
            http: Http::new(vendor, config.limits, config.ambient)?,
            api: config.api_url,
            pricing: config.pricing_url,
            numbers: config.numbers_url,
            account: config.account_sid,
            card: CarrierCard {
                name: "twilio",
                in_flight_bound: Duration::from_secs(30),
                no_address_in: &["US", "CA", "PR"],
            },
            hooks: TwilioHooks::new([config.auth_token].into_iter().chain(config.second_secret)),
        })
    }

    /// `/2010-04-01/Accounts/{AccountSid}/…` on the REST API.
    fn url(&self, segments: &[&str]) -> Url {
        under(&under(&self.api, &["2010-04-01", "Accounts", &self.account]), segments)
    }

    /// The URL of a page that Twilio named. It is followed verbatim, but only under our own root: credentials go
    /// nowhere else.
    fn page(&self, next: &str) -> Result<Url, PortError> {
        let url = self.api.join(next).ok().filter(|url| url.origin() == self.api.origin());
        url.ok_or_else(|| map::invalid("the next page is not under the carrier's own root"))
    }
}

#[async_trait::async_trait]
impl Carrier for Twilio {
    fn card(&self) -> &CarrierCard {
        &self.card
    }

    async fn search(&self, query: &NumberQuery) -> Result<Vec<Offer>, PortError> {
        let Some(kind) = map::search_resource(query.number_type) else { return Ok(Vec::new()) };
        let mut url = self.url(&["AvailablePhoneNumbers", query.country.as_str(), &format!("{kind}.json")]);
        url.query_pairs_mut().extend_pairs(map::search_filters(query)?);
        let call = Call::get("AvailablePhoneNumbers.list", url);
        self.http.send(&call, |answer| map::offers(answer, query)).await
    }

    async fn countries(&self) -> Result<Vec<CountryOffer>, PortError> {
        let call = Call::get("AvailablePhoneNumbers.countries", self.url(&["AvailablePhoneNumbers.json"]));
        self.http.send(&call, map::countries).await
    }

    async fn prices(&self, country: CountryCode) -> Result<CarrierPrices, PortError> {
        let url = under(&self.pricing, &["v1", "PhoneNumbers", "Countries", country.as_str()]);
        let call = Call::get("Pricing.fetch", url);
        self.http.send(&call, |answer| map::prices(answer, country)).await
    }

    async fn regulation(&self, country: CountryCode, number_type: NumberType) -> Result<Regulation, PortError> {
        let Some(kind) = map::regulated_type(number_type) else { return Ok(Regulation::default()) };
        // Without an EndUserType it tells of persons and of businesses.
        let mut url = under(&self.numbers, &["v2", "RegulatoryCompliance", "Regulations"]);
        url.query_pairs_mut().append_pair("IsoCountry", country.as_str()).append_pair("NumberType", kind);
        let call = Call::get("Regulations.list", url);
        self.http.send(&call, |answer| map::regulation(answer, country, number_type)).await
    }

    async fn buy(&self, order: &NumberOrder) -> Result<CarrierNumber, PortError> {
        // Never by AreaCode: Twilio would pick a number, and a second one for a repeat.
        let mut form = vec![("PhoneNumber".to_owned(), order.number.to_string())];
        form.extend(map::hook_fields(&order.hooks));
        let url = self.url(&["IncomingPhoneNumbers.json"]);
        let call = Call::post("IncomingPhoneNumbers.create", url, form, Effect::Once);
        self.http.send(&call, map::number).await
    }

    async fn find(&self, number: &E164) -> Result<Option<CarrierNumber>, PortError> {
        let mut url = self.url(&["IncomingPhoneNumbers.json"]);
        url.query_pairs_mut().append_pair("PhoneNumber", number.as_str());
        let call = Call::get("IncomingPhoneNumbers.list", url);
        let page = self.http.send(&call, map::owned).await?;
        // The filter is documented as a pattern, so what matches is compared.
        Ok(page.numbers.into_iter().find(|owned| owned.number == *number))
    }

    async fn point(&self, sid: &str, hooks: &Hooks) -> Result<CarrierNumber, PortError> {
        let url = self.url(&["IncomingPhoneNumbers", &format!("{sid}.json")]);
        let form = map::hook_fields(hooks).into();
        let call = Call::post("IncomingPhoneNumbers.update", url, form, Effect::Repeatable);
        self.http.send(&call, map::number).await
    }

    async fn release(&self, sid: &str) -> Result<(), PortError> {
        let url = self.url(&["IncomingPhoneNumbers", &format!("{sid}.json")]);
        self.http.send(&Call::delete("IncomingPhoneNumbers.delete", url), map::released).await
    }

    async fn owned(&self, after: Option<&str>) -> Result<OwnedPage, PortError> {
        let url = match after {
            Some(next) => self.page(next)?,
            None => {
                let mut first = self.url(&["IncomingPhoneNumbers.json"]);
                first.query_pairs_mut().append_pair("PageSize", PAGE_SIZE);
                first
            }
        };
        let mut page = self.http.send(&Call::get("IncomingPhoneNumbers.list", url), map::owned).await?;
        // A page that names itself as the next would be read for ever.
        page.next = page.next.filter(|next| Some(next.as_str()) != after);
        Ok(page)
    }

    async fn check(&self) -> Result<(), PortError> {
        let url = under(&self.api, &["2010-04-01", "Accounts", &format!("{}.json", self.account)]);
        self.http.send(&Call::get("Accounts.fetch", url), map::account).await
    }
}
