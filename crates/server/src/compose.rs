//! The one place where adapters meet the product.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use anyhow::Context;
use app::{
    auth::{Auth, ByPrefix},
    jobs::Kernel,
    keys::Keys,
    market::Market,
    numbers::{Numbers, http::NumbersApi},
    offers::Offers,
    operators::{self, Operators},
    orders::{Line, Orders},
    payments::Payments,
    prices::Prices,
    sessions::{Pool, Sessions, http::admin::PoolApi},
    suppliers::{Sealer, Suppliers},
    verifications::{self, Verifications, http::VerificationsApi},
    voice::{CallLog, Voice},
    web::{Gate, InProcessLimiter, inbound::Origin},
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use ports::Carrier;
use store::Store;
use url::Url;
use vocab::Ambient;

use crate::{
    config::{Config, Mode},
    logins::Logins,
    roles, router,
    sandbox::Sandbox,
    settings,
    system::System,
    twins::{Twins, Webhooks},
    vendors,
    welcome::{self, Place},
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
    /// Where we listen.
    port: u16,
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
        let kernel = kernel(&config).await?;
        let ambient = &kernel.ambient;
        let local = local_url(address)?;
        let public_base = config.http.base_url.clone().unwrap_or_else(|| local.clone());
        let origin = Origin { base: Some(public_base.clone()), trusted: config.http.trusted.clone() };
        let twins = Twins::start(&config, Some(Webhooks::under(&local)), ambient).await;
        let twins = twins.context("the sandbox twins could not start; is another server using this DATA_DIR?")?;
        let (carrier, inbound) = vendors::carrier(&config, &twins, ambient)?;
        let gateway = vendors::gateway(&config, &twins, ambient)?;

        let auth = Auth::new(&kernel, settings::auth(&config, &public_base));
        let keys = Keys::new(&kernel, settings::key_environment(&config));
        // One for all, so that an operator's change of a rule counts everywhere at once.
        let prices = Prices::new(&kernel);
        let payments = Payments::new(&kernel, gateway, app::payments::Settings::default());
        let offers = Offers::new(&kernel, carrier.clone(), prices.clone(), public_base.as_str());
        let numbers = Numbers::new(&kernel, offers.clone(), settings::numbers(&config, &public_base));
        let pool = Pool::new(&kernel, offers.clone(), settings::pool_cool_down(&config));
        let sealer = Sealer::new(&config.secrets.encryption);
        let known = vendors::suppliers(&config, &twins, ambient)?;
        let suppliers = Suppliers::new(&kernel, sealer.clone(), known, settings::suppliers(&config));
        suppliers.ensure_suppliers().await?;
        let verifications = Verifications::new(
            verifications::Parts {
                kernel: kernel.clone(),
                suppliers: suppliers.clone(),
                prices: prices.clone(),
                sealer,
                origin: origin.clone(),
            },
            settings::verifications(&config),
        );
        let lines: Vec<Arc<dyn Line>> =
            vec![Arc::new(numbers.clone()), Arc::new(pool.clone()), Arc::new(verifications.clone())];
        let orders = Orders::new(&kernel, lines, settings::orders(&config));
        let sessions = Sessions::new(&kernel, prices.clone(), settings::sessions(&config));
        let voice = Voice::new(&kernel, sessions.clone(), "twilio", inbound, origin, public_base.as_str());
        let operators = Operators::new(&kernel, prices, orders.clone(), suppliers.clone(), verifications.clone());

        let parts = Parts {
            gate: gate(&config, ambient, &auth, &keys),
            system: system(&kernel, carrier),
            sandbox: sandbox(&config, &kernel, &keys, &twins).await?,
            twins: Mutex::new(Some(twins)),
            config,
            kernel,
            auth,
            keys,
            payments,
            offers,
            numbers,
            pool,
            suppliers,
            verifications,
            orders,
            sessions,
            voice,
            operators,
            public_base,
            port: address.port(),
        };
        parts.kernel.engine.handle(roles::steps(&parts));
        Ok(Self(Arc::new(parts)))
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

    /// What to say on the terminal once the product is served. In development only.
    pub fn welcome(&self) -> Option<String> {
        let sandbox = self.sandbox.as_ref()?;
        let binary = std::env::current_exe().unwrap_or_else(|_| "numberline".into());
        let base = self.public_base.as_str().trim_end_matches('/');
        Some(welcome::text(Place { base, port: self.port, binary: &binary }, &sandbox.logins))
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

/// The database, opened and brought to this version, with the clocks as they stand.
async fn kernel(config: &Config) -> anyhow::Result<Kernel> {
    let ambient = Ambient::system();
    let store = Store::open(&config.database).await?;
    store.migrate().await.context("the database could not be migrated")?;
    operators::offset(&store, &ambient).await?;
    Ok(Kernel::new(store, ambient))
}

fn gate(config: &Config, ambient: &Ambient, auth: &Auth, keys: &Keys) -> Gate {
    let authenticator = ByPrefix::new(Arc::new(auth.clone()), Arc::new(keys.clone()));
    let limiter = InProcessLimiter::new(config.http.limits.clone(), ambient.clone());
    Gate::new(Arc::new(authenticator), Arc::new(limiter), config.http.trusted.clone())
}

fn system(kernel: &Kernel, carrier: Option<Arc<dyn Carrier>>) -> System {
    let Kernel { store, ambient, .. } = kernel.clone();
    System { store, ambient, carrier, metrics: metrics_handle(), seen: Arc::default() }
}

async fn sandbox(config: &Config, kernel: &Kernel, keys: &Keys, twins: &Twins) -> anyhow::Result<Option<Sandbox>> {
    if config.mode == Mode::Production {
        return Ok(None);
    }
    Ok(Some(Sandbox {
        store: kernel.store.clone(),
        ambient: kernel.ambient.clone(),
        vendors: twins.describe(config),
        text_controls: twins.text_controls(),
        logins: Logins::ensure(kernel, keys, &config.secrets.logins).await?,
    }))
}

/// Where this process is reached from this machine.
fn local_url(address: SocketAddr) -> anyhow::Result<Url> {
    let ip = match address.ip() {
        ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    Ok(Url::parse(&format!("http://{}", SocketAddr::new(ip, address.port())))?)
}

/// The recorder is the process's own: the first composition installs it, others share it.
fn metrics_handle() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).clone()
}
