//! SMS-Man: numbers for one code, over its `/control` API. Quirks and limits are in `README.md` beside this file.

mod map;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use futures::{StreamExt as _, stream};
use ports::{
    PortError, Supplier,
    supplier::{
        Allocation, Another, GivenBack, MoreTexts, PurchaseOrder, Recovery, RentalState, RentalStatus, SupplierCard,
        SupplierCountry, SupplierOffer, SupplierService,
    },
};
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;
use vocab::{Ambient, Currency, ExposeSecret, Money, SecretString};

use self::map::Set;
use crate::{
    http::{Call, Effect, Http, Limits, SetupError, Vendor, under},
    rental::{invalid, unsupported},
};

/// Where real SMS-Man answers. Older hosts (`.ru`, plain http) are in circulation; the key goes to none of them.
pub const API_URL: &str = "https://api.sms-man.com";

/// How many purchases a second we allow ourselves at the real one, whose limit is not documented.
pub const PURCHASES_PER_SECOND: u32 = 5;

/// How many questions about numbers a second we allow ourselves: no limit is documented, only that each number may be
/// asked about every five to ten seconds. So many are asked about at that pace while 1,600 wait.
pub const QUESTIONS_PER_SECOND: u32 = 200;

/// How many allocations are asked about at once.
const POLLS_AT_ONCE: usize = 8;

/// What the client needs to know.
#[derive(Debug, Clone)]
pub struct SmsManConfig {
    /// The account's key. It travels in the query of every request.
    pub api_key: SecretString,
    /// The root of the API, without a path; [`API_URL`] or a twin's.
    pub api_url: Url,
    /// The currency of the account, in which prices are asked for and the balance is read: USD, EUR or RUB.
    pub currency: Currency,
    /// For how long after the purchase SMS-Man refuses a cancellation, if it does; none is documented.
    pub cancel_lock: Option<Duration>,
    /// How many purchases a second we allow ourselves; [`PURCHASES_PER_SECOND`] unless agreed otherwise.
    pub purchases_per_second: u32,
    /// What one call may use up.
    pub limits: Limits,
    /// Jitter of repeats.
    pub ambient: Ambient,
}

/// One SMS-Man account.
pub struct SmsMan {
    http: Http,
    api: Url,
    token: SecretString,
    currency: Currency,
    card: SupplierCard,
}

impl SmsMan {
    /// Opens no connection yet.
    pub fn new(config: SmsManConfig) -> Result<Self, SetupError> {
        let vendor = Vendor {
            name: "sms_man",
            // None is documented; the proxy before the API sends this one.
            request_id: "cf-ray",
            headers: HeaderMap::new(),
            roots: vec![config.api_url.clone()],
        };
        Ok(Self {
            http: Http::new(vendor, config.limits, config.ambient)?,
            api: config.api_url,
            token: config.api_key,
            currency: config.currency,
            card: SupplierCard {
                name: "SMS_MAN",
                window: Duration::from_secs(20 * 60),
                cancel_lock: config.cancel_lock,
                recovery: Recovery::None,
                in_flight_bound: Duration::from_secs(30),
                more_texts: MoreTexts::SameAllocation,
                pushes_texts: false,
                finishes: true,
                reports: true,
                batched: false,
                quotes_singly: false,
                poll_interval: Duration::from_secs(5),
                purchases_per_second: config.purchases_per_second,
                questions_per_second: QUESTIONS_PER_SECOND,
            },
        })
    }

    /// A request; SMS-Man takes all of them by GET.
    fn call(&self, operation: &'static str, endpoint: &str, query: &[(&str, &str)], effect: Effect) -> Call {
        let mut url = under(&self.api, &["control", endpoint]);
        url.query_pairs_mut().append_pair("token", self.token.expose_secret()).extend_pairs(query);
        Call::get(operation, url).effecting(effect)
    }

    /// Reads.
    async fn ask(&self, operation: &'static str, endpoint: &str, query: &[(&str, &str)]) -> Result<Value, PortError> {
        let call = self.call(operation, endpoint, query, Effect::None);
        self.http.send(&call, |answer| map::value(answer, &self.token)).await
    }

    /// `ready` (a text is awaited), `close` (done), `reject` (given back) or `used` (given back, number is burnt).
    async fn set(&self, operation: &'static str, reference: &str, status: &str) -> Result<Set, PortError> {
        let query = [("request_id", reference), ("status", status)];
        let call = self.call(operation, "set-status", &query, Effect::Repeatable);
        self.http.send(&call, |answer| map::set(answer, &self.token)).await
    }

    async fn give_back(&self, operation: &'static str, reference: &str, status: &str) -> Result<GivenBack, PortError> {
        match self.set(operation, reference, status).await? {
            Set::Done => return Ok(GivenBack::Done),
            Set::TooEarly => return Ok(GivenBack::TooEarly { after: None }),
            Set::Wrong => {}
        }
        // One word for every state that forbids it: what the state is, only the texts tell.
        match self.status(reference).await.map(|status| status.state) {
            Ok(RentalState::Received) => Ok(GivenBack::AlreadyReceived),
            Ok(RentalState::Waiting) => Ok(GivenBack::TooEarly { after: None }),
            Ok(RentalState::Cancelled) => Ok(GivenBack::Done),
            Ok(_) | Err(PortError::Refused(_)) => Ok(GivenBack::Gone),
            Err(error) => Err(error),
        }
    }
}

#[async_trait::async_trait]
impl Supplier for SmsMan {
    fn card(&self) -> &SupplierCard {
        &self.card
    }

    async fn balance(&self) -> Result<Money, PortError> {
        map::balance(&self.ask("Balance.get", "get-balance", &[]).await?, self.currency)
    }

    async fn services(&self) -> Result<Vec<SupplierService>, PortError> {
        Ok(map::services(&self.ask("Applications.list", "applications", &[]).await?))
    }

    async fn countries(&self) -> Result<Vec<SupplierCountry>, PortError> {
        Ok(map::countries(&self.ask("Countries.list", "countries", &[]).await?))
    }

    async fn offers(&self, country: Option<&str>) -> Result<Vec<SupplierOffer>, PortError> {
        let mut query = vec![("currency", self.currency.as_str())];
        query.extend(country.map(|country| ("country_id", country)));
        let value = self.ask("Prices.list", "get-prices", &query).await?;
        Ok(map::offers(&value, country, self.currency))
    }

    async fn quote(&self, service: &str, country: &str) -> Result<Option<SupplierOffer>, PortError> {
        Ok(self.offers(Some(country)).await?.into_iter().find(|offer| offer.service == service))
    }

    async fn buy(&self, order: &PurchaseOrder) -> Result<Allocation, PortError> {
        if order.country == "0" {
            return Err(invalid("country 0 is a random one at SMS-Man"));
        }
        let mut query = vec![
            ("country_id", order.country.as_str()),
            ("application_id", order.service.as_str()),
            ("currency", self.currency.as_str()),
        ];
        let max_price = match order.max_cost {
            Some(max) if max.currency != self.currency => {
                return Err(invalid("the most to be paid must be in the currency of the SMS-Man account"));
            }
            max => max.map(|max| max.amount.to_string()),
        };
        query.extend(max_price.iter().map(|max| ("maxPrice", max.as_str())));
        let call = self.call("Numbers.get", "get-number", &query, Effect::Once);
        let read = |answer: &_| map::value(answer, &self.token).and_then(|value| map::allocation(&value));
        self.http.send(&call, read).await
    }

    async fn find(&self, _order: &PurchaseOrder) -> Result<Option<Allocation>, PortError> {
        Err(unsupported("SMS-Man cannot look a purchase up"))
    }

    async fn status(&self, reference: &str) -> Result<RentalStatus, PortError> {
        let call = self.call("Texts.get", "get-sms", &[("request_id", reference)], Effect::None);
        self.http.send(&call, |answer| map::status(answer, reference, &self.token)).await
    }

    async fn statuses(&self, references: &[String]) -> Vec<Result<RentalStatus, PortError>> {
        let ask = |reference: String| async move { self.status(&reference).await };
        stream::iter(references.to_vec()).map(ask).buffered(POLLS_AT_ONCE).collect().await
    }

    async fn cancel(&self, reference: &str) -> Result<GivenBack, PortError> {
        self.give_back("Numbers.reject", reference, "reject").await
    }

    async fn report(&self, reference: &str) -> Result<GivenBack, PortError> {
        self.give_back("Numbers.used", reference, "used").await
    }

    async fn finish(&self, reference: &str) -> Result<(), PortError> {
        // Closed already is closed.
        self.set("Numbers.close", reference, "close").await.map(|_| ())
    }

    async fn another(&self, reference: &str) -> Result<Another, PortError> {
        match self.set("Numbers.ready", reference, "ready").await? {
            Set::Done => {}
            Set::Wrong | Set::TooEarly => return Ok(Another::TooLate),
        }
        // Only once it tells the earlier code no more is the same code another text.
        match self.status(reference).await.map(|status| status.state) {
            Ok(RentalState::Waiting) => Ok(Another::Afresh),
            _ => Ok(Another::Waiting),
        }
    }
}
