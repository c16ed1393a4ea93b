//! The whole product in this process, on a database of the test's, with twins of its own.

use std::{net::SocketAddr, path::Path};

use serde_json::Value;
use server::{
    compose::App,
    config::{Config, Env},
    roles,
};
use store::Store;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{TestDb, api::Api, control::Control, customer::Customer};

/// A product that runs. Dropping it stops it at once, [`Product::stop`] as SIGTERM would.
pub(crate) struct Product {
    /// Nobody's API.
    pub(crate) api: Api,
    /// Twilio's desk.
    pub(crate) twilio: Control,
    /// Stripe's desk.
    pub(crate) stripe: Control,
    /// What `GET /sandbox` says.
    pub(crate) sandbox: Value,
    pub(crate) store: Store,
    app: App,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    #[allow(dead_code)] // removed with the product
    folder: Option<TempDir>,
}

impl Product {
    /// Starts it with a data folder of its own.
    pub(crate) async fn start(db: &TestDb) -> Self {
        Self::start_with(db, &[]).await
    }

    /// Starts it with a data folder of its own and more settings.
    pub(crate) async fn start_with(db: &TestDb, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut product = Self::start_in(db, folder.path(), settings).await;
        product.folder = Some(folder);
        product
    }

    /// Starts it on a data folder, with more settings.
    pub(crate) async fn start_in(db: &TestDb, folder: &Path, settings: &[(&str, &str)]) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = folder.to_str().expect("temporary folders have plain names");
        // What settles is waited for, however slow the machine.
        let patience = ("ORDER_SETTLE_SECONDS", "20");
        let usual = [("DATA_DIR", folder), ("PORT", "0"), ("RATE_LIMIT_ENABLED", "false"), patience];
        let mut config =
            Config::read(&Env::of(usual.into_iter().chain(settings.iter().copied()))).expect("the settings are right");
        config.database = db.settings.clone();
        let listener = TcpListener::bind(config.http.listen).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let app = App::compose(config, address).await.expect("the product is composed");
        let stop = CancellationToken::new();
        let tasks = vec![
            tokio::spawn(serve(listener, app.router(), stop.clone())),
            tokio::spawn(roles::run(app.clone(), stop.clone())),
        ];
        let api = Api::at(&format!("http://{address}"));
        let sandbox = api.get("/sandbox").await.data(200);
        let control = |vendor: &str| Control::at(sandbox[vendor]["controlUrl"].as_str().expect("a twin"));
        let (twilio, stripe) = (control("twilio"), control("stripe"));
        Self { api, twilio, stripe, sandbox, store: db.store.clone(), app, stop, tasks, folder: None }
    }

    /// A new customer with so many dollars.
    pub(crate) async fn customer(&self, dollars: u32) -> Customer {
        let customer = Customer::register(&self.api).await;
        if dollars > 0 {
            customer.deposit(dollars).await;
        }
        customer
    }

    /// Stops it as SIGTERM would.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        for task in std::mem::take(&mut self.tasks) {
            task.await.expect("the product stops");
        }
        self.app.close().await;
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn serve(listener: TcpListener, router: axum::Router, stop: CancellationToken) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopped = async move { stop.cancelled().await };
    axum::serve(listener, service).with_graceful_shutdown(stopped).await.expect("the product serves");
}
