//! Suppliers on the embedded database, in memory themselves.

use std::sync::Arc;

use store::Store;
use vocab::{Ambient, CountryCode};

use super::{Connected, Health, Sealer, Service, Settings, Suppliers, fake::FakeSupplier, suppliers};
use crate::jobs::Kernel;

struct Stage {
    _folder: tempfile::TempDir,
    store: Store,
    fake: Arc<FakeSupplier>,
    suppliers: Suppliers,
}

impl Stage {
    /// One supplier, whose catalogue was never read.
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = store::Settings { durable: false, ..store::Settings::sqlite(&folder.path().join("db")) };
        let store = Store::open(&settings).await.expect("opens");
        store.migrate().await.expect("migrates");
        let kernel = Kernel::new(store.clone(), Ambient::system());
        let fake = Arc::new(FakeSupplier::new("FIRST", 415, "0.50"));
        let known = vec![Connected { supplier: fake.clone(), inbound: None }.into()];
        let suppliers = Suppliers::new(&kernel, Sealer::new(&"a secret".into()), known, Settings::default());
        suppliers.ensure_suppliers().await.expect("knows it");
        Self { _folder: folder, store, fake, suppliers }
    }

    /// Who can be asked for a Telegram code in the US.
    async fn asked(&self) -> Vec<String> {
        let us: CountryCode = "US".parse().expect("a country");
        let candidates = self.suppliers.candidates(&Service::named("tg"), us).await.expect("reads");
        candidates.into_iter().map(|candidate| candidate.supplier).collect()
    }

    async fn health(&self) -> Health {
        suppliers(self.store.reader()).await.expect("reads")[0].health().expect("a word of ours")
    }
}

#[tokio::test]
async fn what_a_catalogue_has_can_be_asked_for() {
    let stage = Stage::new().await;
    assert_eq!(stage.asked().await, Vec::<String>::new());
    assert!(stage.suppliers.is_reading().await.expect("reads"), "nobody can say yet what is not to be had");
    stage.suppliers.sync().await.expect("reads the catalogue");
    assert_eq!(stage.asked().await, ["FIRST"]);
    assert!(!stage.suppliers.is_reading().await.expect("reads"));
    assert!(stage.suppliers.is_known(&Service::named("zz")).await.expect("reads"), "out of stock is known");
    assert!(!stage.suppliers.is_known(&Service::named("yy")).await.expect("reads"));
    stage.fake.state().stock = 0;
    stage.suppliers.sync().await.expect("reads the catalogue");
    assert_eq!(stage.asked().await, Vec::<String>::new());
}

#[tokio::test]
async fn one_that_is_down_is_not_asked_until_it_answers() {
    let stage = Stage::new().await;
    stage.suppliers.sync().await.expect("reads the catalogue");
    stage.fake.state().down = true;
    for _ in 0..5 {
        assert!(stage.suppliers.sync().await.is_err());
    }
    assert_eq!((stage.health().await, stage.asked().await), (Health::Down, Vec::new()));
    assert!(stage.suppliers.status("FIRST", "1").await.is_err());
    stage.fake.state().down = false;
    stage.suppliers.probe().await.expect("probes");
    assert_eq!((stage.health().await, stage.asked().await), (Health::Healthy, vec!["FIRST".to_owned()]));
}
