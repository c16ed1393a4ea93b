//! The one place where adapters meet the product.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use adapters::{
    http::Limits,
    stripe::{Stripe, StripeConfig},
    twilio::{Twilio, TwilioConfig, TwilioHooks},
};
use anyhow::Context;
use app::{
    auth::{self, Auth, ByPrefix},
    jobs::Kernel,
    keys::{Environment, Keys},
    market::Market,
    numbers::{self, Numbers, http::NumbersApi},
    offers::Offers,
    operators::{self, Operators},
    orders::{self, ItemSteps, Orders},
    payments::{self, Gateway, Payments},
    prices::Prices,
    sessions::{self, Pool, Sessions, http::admin::PoolApi},
    suppliers::{self, Sealer, Suppliers},
    verifications::{self, Verifications, http::VerificationsApi},
    voice::{CallLog, Voice},
    web::{Gate, InProcessLimiter, inbound::Origin},
};
use chrono::TimeDelta;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use ports::{Carrier, CarrierInbound};
use store::Store;
use url::Url;
use vocab::Ambient;

use crate::{
    config::{Config, Mode},
    router,
    sandbox::{self, Sandbox},
    system::System,
    twins::{Twins, Webhooks},
};

/// The product, composed. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What the product is made of.
pub struct Parts {
    pub(crate) config: Config,
    pub(crate) kernel: Kernel,
    pub(crate) gate: Gate,
    pub(crate) auth: Auth,
    pub(crate) keys: Keys,
    pub(crate) operators: Operators,
    pub(crate) orders: Orders,
    pub(crate) offers: Offers,
    pub(crate) numbers: Numbers,
    pub(crate) payments: Payments,
    pub(crate) pool: Pool,
    pub(crate) sessions: Sessions,
    pub(crate) suppliers: Suppliers,
    pub(crate) verifications: Verifications,
    pub(crate) voice: Voice,
    pub(crate) system: System,
    pub(crate) sandbox: Option<Sandbox>,
    pub(crate) public_base: Url,
    twins: Mutex<Option<Twins>>,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens and migrates the database, starts the twins, and puts everything together. `address` is where
    /// we listen.
    pub async fn compose(config: Config, address: SocketAddr) -> anyhow::Result<Self> {
        let ambient = Ambient::system();
        let store = Store::open(&config.database).await?;
        store.migrate().await.context("the database could not be migrated")?;
        operators::offset(&store, &ambient).await?;
        let local = local_url(address)?;
        let public_base = config.http.base_url.clone().unwrap_or_else(|| local.clone());
        let twins = Twins::start(&config, Some(Webhooks::under(&local)), &ambient).await;
        let twins = twins.context("the sandbox twins could not start; is another server using this DATA_DIR?")?;

        let kernel = Kernel::new(store.clone(), ambient.clone());
        // One for all, so that an operator's change of a rule counts everywhere at once.
        let prices = Prices::new(&kernel);
        let (carrier, inbound) = carrier(&config, &twins, &ambient)?;
        let offers = Offers::new(&kernel, carrier.clone(), prices.clone(), public_base.as_str());
        let numbers = Numbers::new(&kernel, offers.clone(), numbers_settings(&config, &public_base));
        let pool_cool_down = TimeDelta::from_std(config.pool_cool_down).unwrap_or(TimeDelta::MAX);
        let pool = Pool::new(&kernel, offers.clone(), pool_cool_down);
        let origin = Origin { base: Some(public_base.clone()), trusted: config.http.trusted.clone() };
        let sealer = Sealer::new(&config.secrets.encryption);
        let known = crate::suppliers::known(&config, &twins, &ambient)?;
        let suppliers = Suppliers::new(&kernel, sealer.clone(), known, suppliers_settings(&config));
        suppliers.ensure_suppliers().await?;
        let verifications = Verifications::new(
            verifications::Parts {
                kernel: kernel.clone(),
                suppliers: suppliers.clone(),
                prices: prices.clone(),
                sealer,
                origin: origin.clone(),
            },
            verifications_settings(&config),
        );
        let orders = Orders::new(
            &kernel,
            vec![Arc::new(numbers.clone()), Arc::new(pool.clone()), Arc::new(verifications.clone())],
            orders::Settings {
                archive_after: config.retention.orders,
                settle_wait: config.settle_wait,
                ..orders::Settings::default()
            },
        );
        let payments = Payments::new(&kernel, gateway(&config, &twins, &ambient)?, payments::Settings::default());
        let sessions = Sessions::new(&kernel, prices.clone(), sessions_settings(&config));
        let operators = Operators::new(&kernel, prices, orders.clone(), suppliers.clone(), verifications.clone());
        let voice = Voice::new(&kernel, sessions.clone(), "twilio", inbound, origin, public_base.as_str());
        let auth = Auth::new(&kernel, auth_settings(&config, &public_base));
        let keys = Keys::new(&kernel, environment(config.mode));
        let authenticator = ByPrefix::new(Arc::new(auth.clone()), Arc::new(keys.clone()));
        let limiter = InProcessLimiter::new(config.http.limits.clone(), ambient.clone());
        let gate = Gate::new(Arc::new(authenticator), Arc::new(limiter), config.http.trusted.clone());
        let system = System {
            store: store.clone(),
            ambient: ambient.clone(),
            carrier,
            metrics: metrics_handle(),
            seen: Arc::default(),
        };
        kernel.engine.handle(handlers(&orders, &numbers, &pool, &payments, &verifications));
        let sandbox = match config.mode {
            Mode::Production => None,
            Mode::Development => {
                let vendors = twins.describe(&config);
                Some(sandbox::open(&store, &ambient, &keys, vendors, twins.text_controls(), address).await?)
            }
        };
        let twins = Mutex::new(Some(twins));
        Ok(Self(Arc::new(Parts {
            config,
            kernel,
            gate,
            auth,
            keys,
            operators,
            orders,
            offers,
            numbers,
            payments,
            pool,
            sessions,
            suppliers,
            verifications,
            voice,
            system,
            sandbox,
            public_base,
            twins,
        })))
    }

    /// What the routes of numbers work with.
    pub(crate) fn numbers_api(&self) -> NumbersApi {
        let calls = Arc::new(CallLog(self.kernel.store.clone()));
        NumbersApi { numbers: self.numbers.clone(), orders: self.orders.clone(), calls }
    }

    /// What the routes of the pool work with.
    pub(crate) fn pool_api(&self) -> PoolApi {
        PoolApi { pool: self.pool.clone(), orders: self.orders.clone() }
    }

    /// The market's own protocol.
    pub(crate) fn market(&self) -> Market {
        Market::new(&self.kernel, self.verifications.clone(), self.orders.clone(), self.gate.clone())
    }

    /// What the routes of rentals work with.
    pub(crate) fn verifications_api(&self) -> VerificationsApi {
        VerificationsApi { verifications: self.verifications.clone(), orders: self.orders.clone() }
    }

    /// Everything that is served.
    pub fn router(&self) -> axum::Router {
        router::serve(self)
    }

    /// Says on the terminal where the product is and what to try first. In development only.
    pub fn welcome(&self) {
        let Some(sandbox) = &self.sandbox else { return };
        let base = self.public_base.as_str().trim_end_matches('/');
        let (demo, key) = (&sandbox.demo, &sandbox.demo.api_key);
        println!(
            "\n  Numberline is at {base}  (the API is described at {base}/docs)\n\n  \
             demo login   {} / {}\n  API key      {key}\n\n  Try:\n\n\
             curl -H 'Authorization: Bearer {key}' '{base}/api/v1/numbers/search?countryCode=US&areaCode=415'\n\n\
             curl -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' {base}/api/v1/payments/deposit \\\n     \
             -d '{{\"amount\": 50, \"paymentMethodId\": \"pm_card_visa\"}}'\n\n\
             curl -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' {base}/api/v1/numbers/purchase \\\n     \
             -d '{{\"numbers\": [{{\"phoneNumber\": \"+14155551234\"}}]}}'\n",
            demo.email, demo.password
        );
    }

    /// Ends what would be open as long as its client likes.
    pub fn hang_up(&self) {
        self.verifications.hang_up();
    }

    /// Stops the twins and closes the database. Work in flight is over by now.
    pub async fn close(&self) {
        let twins = self.twins.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(twins) = twins {
            twins.stop().await;
        }
        if let Err(error) = self.kernel.store.clone().close().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }
}

fn handlers(
    orders: &Orders,
    numbers: &Numbers,
    pool: &Pool,
    payments: &Payments,
    verifications: &Verifications,
) -> Vec<Arc<dyn app::jobs::StepHandler>> {
    let mut handlers: Vec<Arc<dyn app::jobs::StepHandler>> =
        vec![Arc::new(ItemSteps(orders.clone())), payments.step_handler(), verifications.step_handler()];
    handlers.extend(numbers.step_handlers());
    handlers.extend(pool.step_handlers());
    handlers
}

/// Where this process is reached from this machine.
fn local_url(address: SocketAddr) -> anyhow::Result<Url> {
    let ip = match address.ip() {
        ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    Ok(Url::parse(&format!("http://{}", SocketAddr::new(ip, address.port())))?)
}

fn suppliers_settings(config: &Config) -> suppliers::Settings {
    suppliers::Settings { float_alert: config.suppliers.float_alert, keeps_secrets: config.secrets.encryption_is_kept }
}

fn verifications_settings(config: &Config) -> verifications::Settings {
    let suppliers = &config.suppliers;
    verifications::Settings {
        keep_texts: TimeDelta::from_std(suppliers.keep_texts).unwrap_or(TimeDelta::MAX),
        ..verifications::Settings::new(suppliers.policy.clone())
    }
}

/// What we ask of the carrier, and how we read what it tells us.
type CarrierSides = (Option<Arc<dyn Carrier>>, Arc<dyn CarrierInbound>);

fn carrier(config: &Config, twins: &Twins, ambient: &Ambient) -> anyhow::Result<CarrierSides> {
    let Some(carrier) = &config.carrier else {
        // Without a secret every webhook is refused.
        return Ok((None, Arc::new(TwilioHooks::new([]))));
    };
    let (api_url, pricing_url) = match (&carrier.urls, twins.twilio_url()) {
        (Some(urls), _) => urls.clone(),
        (None, Some(twin)) => (Url::parse(twin)?, Url::parse(twin)?),
        (None, None) => anyhow::bail!("the carrier has neither a URL nor a twin"),
    };
    let twilio = Arc::new(Twilio::new(TwilioConfig {
        account_sid: carrier.account_sid.clone(),
        auth_token: carrier.auth_token.clone(),
        second_secret: carrier.second_secret.clone(),
        api_url,
        pricing_url,
        limits: Limits::default(),
        ambient: ambient.clone(),
    })?);
    Ok((Some(Arc::clone(&twilio) as Arc<dyn Carrier>), twilio))
}

fn gateway(config: &Config, twins: &Twins, ambient: &Ambient) -> anyhow::Result<Option<Gateway>> {
    let Some(processor) = &config.processor else { return Ok(None) };
    let api_url = match (&processor.url, twins.stripe_url()) {
        (Some(url), _) => url.clone(),
        (None, Some(twin)) => Url::parse(twin)?,
        (None, None) => anyhow::bail!("the processor has neither a URL nor a twin"),
    };
    let stripe = Arc::new(Stripe::new(StripeConfig {
        secret_key: processor.secret_key.clone(),
        webhook_secrets: vec![processor.webhook_secret.clone()],
        api_url,
        limits: Limits::default(),
        ambient: ambient.clone(),
    })?);
    Ok(Some(Gateway::new(Arc::clone(&stripe) as Arc<dyn ports::Processor>, stripe)))
}

fn numbers_settings(config: &Config, public_base: &Url) -> numbers::Settings {
    let mut settings = numbers::Settings::new(public_base.as_str(), config.mode == Mode::Development);
    settings.cool_down = TimeDelta::from_std(config.number_cool_down).unwrap_or(TimeDelta::MAX);
    settings
}

fn sessions_settings(config: &Config) -> sessions::Settings {
    sessions::Settings {
        cool_down: TimeDelta::from_std(config.pool_cool_down).unwrap_or(TimeDelta::MAX),
        development: config.mode == Mode::Development,
    }
}

fn auth_settings(config: &Config, public_base: &Url) -> auth::Settings {
    auth::Settings {
        jwt_secret: config.secrets.jwt.clone(),
        terms_version: config.terms_version.clone(),
        onboarding_url: format!("{}docs", public_base.as_str()),
    }
}

const fn environment(mode: Mode) -> Environment {
    match mode {
        Mode::Development => Environment::Test,
        Mode::Production => Environment::Live,
    }
}

/// The recorder is the process's own: the first composition installs it, others share it.
fn metrics_handle() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}
