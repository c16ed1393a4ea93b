//! Offers on the embedded database, with a carrier in memory.

pub(crate) mod carrier;
mod inventory;
mod queries;
mod searching;

use std::sync::Arc;

use ports::carrier::AddressRequirement;
use store::{Store, exec};
use vocab::{
    Ambient,
    id::{AccountId, ItemId},
};

use super::{Offers, claims};
use crate::{jobs::Kernel, prices::Prices};

use carrier::{FakeCarrier, offer};

const FIRST: &str = "+14155550101";
const SECOND: &str = "+14155550102";
const THIRD: &str = "+12125550103";

/// Everything that offers need, in one process.
struct Stage {
    _folder: tempfile::TempDir,
    store: Store,
    ambient: Ambient,
    carrier: Arc<FakeCarrier>,
    offers: Offers,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = store::Settings { durable: false, ..store::Settings::sqlite(&folder.path().join("db")) };
        let store = Store::open(&settings).await.expect("opens");
        store.migrate().await.expect("migrates");
        let ambient = Ambient::system();
        let offers = [(FIRST, "CA"), (SECOND, "CA"), (THIRD, "NY")];
        let offers = offers.map(|(text, region)| offer(text, region, AddressRequirement::None)).to_vec();
        let carrier = Arc::new(FakeCarrier::new(offers));
        let kernel = Kernel::new(store.clone(), ambient.clone());
        let offers = Offers::new(&kernel, Some(carrier.clone()), Prices::new(&kernel), "https://numbers.example");
        Self { _folder: folder, store, ambient, carrier, offers }
    }

    /// Somebody orders a number.
    async fn claim(&self, number: &str) {
        let (account, item) = (AccountId::new(&self.ambient), ItemId::new(&self.ambient));
        let now = self.ambient.business();
        let claim = |tx| async move {
            let sql = "INSERT INTO accounts (id, status, created_at, updated_at) VALUES ($1, 'ACTIVE', $2, $2)";
            exec(&tx, sql, [account.uuid().into(), now.into()]).await?;
            claims::claim(&tx, number, account, item, now).await
        };
        assert!(self.store.write(claim).await.expect("writes"), "{number} is somebody's");
    }
}
