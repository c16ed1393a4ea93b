//! Reads the suppliers' catalogues. One that is down keeps what it had; the others go on.

use std::collections::HashMap;

use futures::future::join_all;
use ports::{PortError, Supplier, supplier::SupplierService};
use tracing::{debug, warn};
use vocab::CountryCode;

use super::{Suppliers, error::SyncError, model::Offer, sql, words::Service};

/// How many offers are written in one transaction.
const BATCH: usize = 250;

impl Suppliers {
    /// Reads every connected supplier's catalogue and balance. An error tells of the first that could not be read.
    pub async fn sync(&self) -> Result<(), SyncError> {
        let _alone = self.first_read.reading.lock().await;
        // Credentials that were just stored count at once.
        self.refresh().await?;
        let connected = self.links.all();
        let done = join_all(connected.iter().map(|connected| self.sync_one(connected.supplier.as_ref()))).await;
        done.into_iter().collect()
    }

    pub(super) async fn sync_one(&self, supplier: &dyn Supplier) -> Result<(), SyncError> {
        let (name, now) = (supplier.card().name, self.ambient.business());
        self.store.write(|tx| async move { sql::suppliers::ensure(&tx, name, now).await }).await?;
        let read = read(supplier).await;
        self.observe(supplier, read.as_ref().err()).await;
        let offers = read.map_err(|error| SyncError::Supplier(name, error))?;
        for batch in offers.chunks(BATCH) {
            self.store.write(|tx| async move { sql::catalogue::put(&tx, name, batch, now).await }).await?;
        }
        let emptied = self
            .store
            .write(|tx| async move {
                sql::suppliers::set_synced(&tx, name, now).await?;
                sql::catalogue::empty_others(&tx, name, now).await
            })
            .await?;
        debug!(supplier = name, offers = offers.len(), emptied, "the catalogue is read");
        Ok(self.read_float(supplier).await?)
    }
}

/// A supplier's offers in the market's words.
async fn read(supplier: &dyn Supplier) -> Result<Vec<Offer>, PortError> {
    let services: HashMap<String, SupplierService> =
        supplier.services().await?.into_iter().map(|service| (service.code.clone(), service)).collect();
    let countries: HashMap<String, CountryCode> =
        supplier.countries().await?.into_iter().filter_map(|known| Some((known.code, known.country?))).collect();
    let mut offers: HashMap<(String, CountryCode), Offer> = HashMap::new();
    for offer in supplier.offers(None).await? {
        let (Some(service), Some(country)) = (services.get(&offer.service), countries.get(&offer.country)) else {
            continue;
        };
        if !Suppliers::sells_in(offer.cost) || offer.cost.amount.is_negative() {
            warn!(supplier = supplier.card().name, cost = %offer.cost, "an offer in a currency that we do not sell in");
            continue;
        }
        let service = Service::of_supplier(&service.code, &service.title, service.market.as_deref());
        if !Service::is_code(&service.code) {
            continue;
        }
        let offer = Offer {
            service_code: service.code,
            service_name: service.name,
            country: *country,
            vendor_service: offer.service,
            vendor_country: offer.country,
            cost: offer.cost,
            stock: offer.count,
        };
        keep_better(&mut offers, offer);
    }
    Ok(offers.into_values().collect())
}

/// Of two offers of a supplier for the same thing: the one that is in stock, then the cheaper.
fn keep_better(offers: &mut HashMap<(String, CountryCode), Offer>, offer: Offer) {
    let worth = |offer: &Offer| (offer.stock == 0, offer.cost.amount);
    let key = (offer.service_code.clone(), offer.country);
    if offers.get(&key).is_none_or(|other| worth(&offer) < worth(other)) {
        offers.insert(key, offer);
    }
}
