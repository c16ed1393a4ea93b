//! What can be bought: the carrier's numbers, less those that somebody has, at our prices.
//!
//! Each E.164 has one row in `number_claims` from the moment somebody orders it until it has cooled down after its
//! release, so it has one owner. Whoever sells numbers or lends them claims them here ([`claims`]) and asks the carrier
//! through here.

mod area_codes;
mod catalog;
pub(crate) mod claims;
mod error;
pub mod http;
mod inventory;
mod jobs;
mod model;
mod reference;
mod routes;
mod search;
mod search_query;
mod sql;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use ports::{Carrier, PortError, carrier::Hooks};
use store::Store;
use vocab::Ambient;

pub use error::OfferError;
pub(crate) use model::Requirement;
pub use reference::{AreaCode, CountryPrices, CountryQuery, CountryView, TypeView, types};
pub use routes::routes;
pub use search::{AvailableNumber, SearchResults, Suggestions};
pub use search_query::SearchQuery;

use crate::{jobs::Kernel, prices::Prices};

/// What the carrier has, and what we ask for it. Cheap to clone.
#[derive(Clone)]
pub struct Offers {
    store: Store,
    ambient: Ambient,
    carrier: Option<Arc<dyn Carrier>>,
    prices: Prices,
    catalog: catalog::Catalog,
    answers: search::Answers,
    suspects: inventory::Suspects,
    public_base: Arc<str>,
}

impl std::fmt::Debug for Offers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Offers({})", self.carrier_name())
    }
}

impl Offers {
    /// Without a carrier nothing can be searched, bought or released. The carrier announces calls under `public_base`.
    pub fn new(kernel: &Kernel, carrier: Option<Arc<dyn Carrier>>, prices: Prices, public_base: &str) -> Self {
        let Kernel { store, ambient, .. } = kernel.clone();
        Self {
            store,
            ambient,
            carrier,
            prices,
            catalog: catalog::Catalog::new(),
            answers: search::answers(),
            suspects: inventory::Suspects::default(),
            public_base: public_base.trim_end_matches('/').into(),
        }
    }

    /// The carrier, or why there is none.
    pub(crate) fn carrier(&self) -> Result<&dyn Carrier, PortError> {
        self.carrier.as_deref().ok_or_else(|| PortError::Misconfigured("no carrier is connected".into()))
    }

    /// The carrier's name on what it delivers.
    pub(crate) fn carrier_name(&self) -> &'static str {
        self.carrier.as_ref().map_or("none", |carrier| carrier.card().name)
    }

    /// How long after an order was sent the carrier may still carry it out.
    pub(crate) fn in_flight_bound(&self) -> std::time::Duration {
        /// The bound where no carrier is connected and so nothing is in flight.
        const NO_CARRIER: std::time::Duration = std::time::Duration::from_secs(30);
        self.carrier.as_ref().map_or(NO_CARRIER, |carrier| carrier.card().in_flight_bound)
    }

    /// Our URLs at a carrier.
    pub(crate) fn hooks(&self, carrier: &str) -> Hooks {
        let base = format!("{}/api/v1/webhooks/{carrier}", self.public_base);
        Hooks { voice_url: format!("{base}/voice"), status_callback: format!("{base}/status") }
    }
}
