//! TextVerified: numbers for one code, over API v2, and the webhooks of their texts. Quirks and limits are in
//! `README.md` beside this file.

mod client;
mod hooks;
mod map;
mod reuse;
mod statuses;
mod token;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use ports::{
    PortError, Supplier,
    supplier::{
        Allocation, Another, GivenBack, MoreTexts, PurchaseOrder, Recovery, RentalState, RentalStatus, SupplierCard,
        SupplierCountry, SupplierOffer, SupplierService,
    },
};
use url::Url;
use vocab::{Ambient, Money, SecretString};

pub use self::hooks::TextVerifiedHooks;
use self::{client::Client, map::Ask};
use crate::{
    http::{Effect, Limits, SetupError},
    rental::{invalid, unsupported},
};

/// Where real TextVerified answers.
pub const API_URL: &str = "https://www.textverified.com";

/// How many purchases a second we allow ourselves at the real one, which answers 429 to more than it likes.
pub const PURCHASES_PER_SECOND: u32 = 2;

/// How many services are priced at once: the vendor asks to keep such requests steady.
const QUOTES_AT_ONCE: usize = 4;

/// For everything that a purchase takes, from waiting for its turn to reading the number. Below the in-flight bound.
const PURCHASE_WITHIN: Duration = Duration::from_secs(25);

/// What the client needs to know.
#[derive(Debug, Clone)]
pub struct TextVerifiedConfig {
    /// The account's key.
    pub api_key: SecretString,
    /// The account's user name: the e-mail address it was registered with.
    pub username: String,
    /// `whsec_…`; two while one is rolled.
    pub webhook_secrets: Vec<SecretString>,
    /// The root of the API, without a path; [`API_URL`] or a twin's.
    pub api_url: Url,
    /// For how long after the purchase TextVerified refuses a cancellation, if it does; it says so only when asked.
    pub cancel_lock: Option<Duration>,
    /// How many purchases a second we allow ourselves; [`PURCHASES_PER_SECOND`] unless agreed otherwise.
    pub purchases_per_second: u32,
    /// What one call may use up.
    pub limits: Limits,
    /// Jitter of repeats.
    pub ambient: Ambient,
}

/// One TextVerified account.
pub struct TextVerified {
    client: Client,
    card: SupplierCard,
    hooks: TextVerifiedHooks,
}

impl TextVerified {
    /// Opens no connection yet.
    pub fn new(config: TextVerifiedConfig) -> Result<Self, SetupError> {
        let hooks = TextVerifiedHooks::new(config.webhook_secrets, config.api_key.clone());
        let pushes_texts = hooks.can_verify();
        Ok(Self {
            client: Client::new(config.api_url, config.api_key, &config.username, config.limits, config.ambient)?,
            card: SupplierCard {
                name: "TEXT_VERIFIED",
                window: Duration::from_secs(20 * 60),
                cancel_lock: config.cancel_lock,
                // For how long a key is known is not documented; within the hour is what a time-out needs.
                recovery: Recovery::Replay { within: Duration::from_secs(3600) },
                in_flight_bound: Duration::from_secs(30),
                more_texts: MoreTexts::NewAllocation,
                pushes_texts,
                finishes: false,
                reports: true,
                batched: true,
                quotes_singly: true,
                poll_interval: Duration::from_secs(5),
                purchases_per_second: config.purchases_per_second,
                questions_per_second: 50,
            },
            hooks,
        })
    }

    /// Buys under the order's key, or learns what became of that. The answer is only a link: number and price come from
    /// following it.
    async fn purchase(&self, order: &PurchaseOrder, ask: Ask) -> Result<Allocation, PortError> {
        if order.country != map::COUNTRY {
            return Err(invalid("TextVerified has numbers of the US only"));
        }
        let body = map::purchase(&order.service, order.max_cost)?;
        let call = self.client.post("Verifications.create", &["verifications"], Some(body), Effect::Repeatable);
        let link = self.client.change(client::keyed(call, &order.key)?, ask).await?;
        self.client.follow(&link).await
    }

    async fn verification(&self, reference: &str) -> Result<wire::Verification, PortError> {
        self.client.read("Verifications.get", self.client.url(&["verifications", reference])).await
    }

    /// Whether an action worked; if it was forbidden, the verification's state tells why.
    async fn give_back(&self, operation: &'static str, reference: &str, action: &str) -> Result<GivenBack, PortError> {
        let call = self.client.post(operation, &["verifications", reference, action], None, Effect::Repeatable);
        match self.client.act(call).await {
            Ok(()) => return Ok(GivenBack::Done),
            Err(PortError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
        match self.verification(reference).await.map(|verification| map::state(verification.state.as_deref())) {
            Ok(RentalState::Received) => Ok(GivenBack::AlreadyReceived),
            Ok(RentalState::Cancelled | RentalState::Refunded) => Ok(GivenBack::Done),
            Ok(RentalState::Waiting) => Ok(GivenBack::TooEarly { after: None }),
            Ok(RentalState::Unclear) => Err(PortError::Unknown),
            Ok(_) | Err(PortError::Refused(_)) => Ok(GivenBack::Gone),
            Err(error) => Err(error),
        }
    }
}

#[async_trait::async_trait]
impl Supplier for TextVerified {
    fn card(&self) -> &SupplierCard {
        &self.card
    }

    async fn balance(&self) -> Result<Money, PortError> {
        let account: wire::Account = self.client.read("Account.me", self.client.url(&["account", "me"])).await?;
        map::credits(&account.current_balance).ok_or(PortError::Unknown)
    }

    async fn services(&self) -> Result<Vec<SupplierService>, PortError> {
        let mut url = self.client.url(&["services"]);
        // Both are required.
        url.query_pairs_mut().append_pair("numberType", "mobile").append_pair("reservationType", "verification");
        Ok(map::services(self.client.read("Services.list", url).await?))
    }

    async fn countries(&self) -> Result<Vec<SupplierCountry>, PortError> {
        let country = map::COUNTRY.parse().ok();
        Ok(vec![SupplierCountry { code: map::COUNTRY.to_owned(), title: "United States".to_owned(), country }])
    }

    async fn offers(&self, country: Option<&str>) -> Result<Vec<SupplierOffer>, PortError> {
        if country.is_some_and(|country| country != map::COUNTRY) {
            return Ok(Vec::new());
        }
        let quote = |service: SupplierService| async move { self.quote(&service.code, map::COUNTRY).await };
        let quotes = stream::iter(self.services().await?).map(quote).buffered(QUOTES_AT_ONCE);
        quotes.try_filter_map(future::ok).try_collect().await
    }

    async fn quote(&self, service: &str, country: &str) -> Result<Option<SupplierOffer>, PortError> {
        if country != map::COUNTRY {
            return Ok(None);
        }
        let ask = |operation, resource, question| {
            self.client.post(operation, &[resource, "verifications"], Some(question), Effect::None)
        };
        let price = self.client.send(ask("Pricing.verifications", "pricing", map::price_question(service)), Ask::Read);
        let stock =
            self.client.send(ask("Inventory.verifications", "inventory", map::stock_question(service)), Ask::Read);
        match future::try_join(price, stock).await {
            Ok((price, stock)) => map::offer(service, &price, &stock).map(Some),
            // A service or a combination that is not offered.
            Err(PortError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn buy(&self, order: &PurchaseOrder) -> Result<Allocation, PortError> {
        let bought = tokio::time::timeout(PURCHASE_WITHIN, self.purchase(order, Ask::Purchase)).await;
        bought.unwrap_or(Err(PortError::Unknown))
    }

    async fn find(&self, order: &PurchaseOrder) -> Result<Option<Allocation>, PortError> {
        match tokio::time::timeout(PURCHASE_WITHIN, self.purchase(order, Ask::Settled)).await {
            Ok(Ok(allocation)) => Ok(Some(allocation)),
            Ok(Err(PortError::Refused(_))) => Ok(None),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(PortError::Unknown),
        }
    }

    async fn status(&self, reference: &str) -> Result<RentalStatus, PortError> {
        // The state first: a text that comes in between is seen.
        let verification = self.verification(reference).await?;
        let texts = self.texts(reference).await?;
        Ok(map::status(map::state(verification.state.as_deref()), texts))
    }

    async fn statuses(&self, references: &[String]) -> Vec<Result<RentalStatus, PortError>> {
        self.all_statuses(references).await
    }

    async fn cancel(&self, reference: &str) -> Result<GivenBack, PortError> {
        self.give_back("Verifications.cancel", reference, "cancel").await
    }

    async fn report(&self, reference: &str) -> Result<GivenBack, PortError> {
        self.give_back("Verifications.report", reference, "report").await
    }

    async fn finish(&self, _reference: &str) -> Result<(), PortError> {
        Err(unsupported("a verification at TextVerified ends by itself"))
    }

    async fn another(&self, reference: &str) -> Result<Another, PortError> {
        self.reused(reference).await
    }
}
