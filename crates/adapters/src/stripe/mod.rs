//! Stripe: charges and customers, and the events about them. Quirks and limits are in `README.md` beside this file.

mod hooks;
mod map;
mod units;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use ports::{
    PortError, Processor,
    processor::{Charge, ChargeState, MethodDetails, ProcessorCard},
};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;
use vocab::{Ambient, ExposeSecret, SecretString};

pub use self::hooks::StripeHooks;
use crate::http::{Call, Effect, Http, Limits, SetupError, Vendor, credential, under};

/// Where real Stripe answers.
pub const API_URL: &str = "https://api.stripe.com";
/// The version of Stripe's API that this adapter speaks.
pub const API_VERSION: &str = "2026-10-28.endive";

/// A receipt can do without a card's brand; a payer does not wait for it.
const DESCRIBE_WITHIN: Duration = Duration::from_secs(1);

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What the client needs to know.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// `sk_…` or `rk_…`.
    pub secret_key: SecretString,
    /// `whsec_…`; two while one is rolled.
    pub webhook_secrets: Vec<SecretString>,
    /// The root of the API, without a path; [`API_URL`] or a twin's.
    pub api_url: Url,
    /// What one call may use up.
    pub limits: Limits,
    /// Jitter of repeats.
    pub ambient: Ambient,
}

/// One Stripe account.
pub struct Stripe {
    http: Http,
    api: Url,
    card: ProcessorCard,
    hooks: StripeHooks,
}

impl Stripe {
    /// Opens no connection yet.
    pub fn new(config: StripeConfig) -> Result<Self, SetupError> {
        let bearer = credential("stripe", &format!("Bearer {}", config.secret_key.expose_secret()))?;
        let version = (HeaderName::from_static("stripe-version"), HeaderValue::from_static(API_VERSION));
        let vendor = Vendor {
            name: "stripe",
            request_id: "request-id",
            headers: HeaderMap::from_iter([(AUTHORIZATION, bearer), version]),
            roots: vec![config.api_url.clone()],
        };
        Ok(Self {
            http: Http::new(vendor, config.limits, config.ambient)?,
            api: config.api_url,
            // Keys may be pruned once they are 24 h old; a pruned key would charge again.
            card: ProcessorCard { name: "STRIPE", replay_window: Duration::from_secs(24 * 3600) },
            hooks: StripeHooks::new(config.webhook_secrets),
        })
    }

    /// A POST that happens once for its key, however often it is sent.
    fn post(
        &self,
        operation: &'static str,
        path: &[&str],
        key: &str,
        form: Vec<(String, String)>,
    ) -> Result<Call, PortError> {
        let key = HeaderValue::from_str(key)
            .ok()
            .filter(|key| (1..=255).contains(&key.len()))
            .ok_or_else(|| map::invalid("the idempotency key must be 1 to 255 printable characters"))?;
        Ok(Call::post(operation, under(&self.api, path), form, Effect::Repeatable).header(IDEMPOTENCY_KEY, key))
    }

    /// Reads an intent back.
    async fn intent(&self, reference: &str) -> Result<wire::Intent, PortError> {
        let url = under(&self.api, &["v1", "payment_intents", reference]);
        self.http.send(&Call::get("PaymentIntents.retrieve", url), map::intent).await
    }

    /// An answer need only carry an id; how the charge stands can be asked, once.
    async fn with_status(&self, intent: wire::Intent) -> wire::Intent {
        if intent.status.is_some() {
            return intent;
        }
        self.intent(&intent.id).await.unwrap_or(intent)
    }

    /// The card's brand and last digits, for the receipt. Nothing hangs on them, so nobody waits long for them.
    async fn describe(&self, method: MethodDetails) -> MethodDetails {
        let url = under(&self.api, &["v1", "payment_methods", &method.reference]);
        let call = Call::get("PaymentMethods.retrieve", url);
        let asked = tokio::time::timeout(DESCRIBE_WITHIN, self.http.send(&call, map::card)).await;
        asked.ok().and_then(Result::ok).unwrap_or(method)
    }

    async fn create(&self, charge: &Charge, form: Vec<(String, String)>) -> Result<wire::Intent, PortError> {
        let call = self.post("PaymentIntents.create", &["v1", "payment_intents"], &charge.key, form)?;
        self.http.send(&call, map::intent).await
    }

    /// Confirms an intent that the server left unconfirmed although asked to. Its own key keeps it from happening
    /// twice, and an intent is charged once at most.
    async fn confirm(&self, charge: &Charge, intent: &wire::Intent, method: &str) -> Result<wire::Intent, PortError> {
        let mut form = vec![("payment_method".to_owned(), method.to_owned())];
        form.extend(charge.return_url.iter().map(|url| ("return_url".to_owned(), url.clone())));
        let key = format!("{}-confirm", charge.key);
        let call =
            self.post("PaymentIntents.confirm", &["v1", "payment_intents", &intent.id, "confirm"], &key, form)?;
        self.http.send(&call, map::intent).await
    }
}

#[async_trait::async_trait]
impl Processor for Stripe {
    fn card(&self) -> &ProcessorCard {
        &self.card
    }

    async fn charge(&self, charge: &Charge) -> Result<ChargeState, PortError> {
        let created = match self.create(charge, map::charge_fields(charge)?).await {
            // A server of Stripe's protocol that is older than the parameter chooses by itself, and a refusal of a
            // parameter uses up no key.
            Err(PortError::Refused(refusal)) if map::is_choice_unknown(&refusal) => {
                self.create(charge, map::without_choice(map::charge_fields(charge)?)).await?
            }
            created => created?,
        };
        let mut intent = self.with_status(created).await;
        if let (Some("requires_confirmation"), Some(method)) = (intent.status.as_deref(), &charge.method) {
            intent = self.with_status(self.confirm(charge, &intent, method).await?).await;
        }
        let mut state = map::state(intent, Some(charge));
        if let Some(method) = state.method.take_if(|method| method.brand.is_none()) {
            state.method = Some(self.describe(method).await);
        }
        Ok(state)
    }

    async fn look_up(&self, reference: &str) -> Result<ChargeState, PortError> {
        Ok(map::state(self.intent(reference).await?, None))
    }

    async fn customer(&self, key: &str, account: &str, email: &str) -> Result<String, PortError> {
        let form = [("email", email), ("metadata[account]", account)];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let call = self.post("Customers.create", &["v1", "customers"], key, form)?;
        self.http.send(&call, map::customer).await
    }
}
