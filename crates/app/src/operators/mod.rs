//! What whoever runs the product can do to it: prices, jobs, customers' orders, suppliers, and the business clock.
//!
//! Each change is audited in the transaction that makes it. What is changed belongs to the slices below; their commands
//! take part in the operator's transaction.

mod clock;
mod error;
pub mod http;
mod orders;
mod orphans;
mod providers;
mod reveal;
mod routes;
mod rules;
mod runs;
#[cfg(test)]
mod tests;

use store::{DbErr, Store};
use vocab::{Ambient, PageRequest};

pub use clock::{advance, offset};
pub use error::OperatorError;
pub use providers::{Float, ProviderTest, ProviderView};
pub use reveal::RevealedTexts;
pub use routes::routes;
pub use rules::PricingRuleView;
pub use runs::JobView;

use crate::{
    audit::{self, AuditEntry, AuditFilter},
    jobs::Kernel,
    orders::Orders,
    prices::Prices,
    suppliers::Suppliers,
    verifications::Verifications,
    web::List,
};

/// What an operator acts on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Operators {
    store: Store,
    ambient: Ambient,
    prices: Prices,
    orders: Orders,
    suppliers: Suppliers,
    verifications: Verifications,
}

impl Operators {
    /// Operators of this product. `prices` are those that the product sells by, so that a change counts at once.
    pub fn new(
        kernel: &Kernel,
        prices: Prices,
        orders: Orders,
        suppliers: Suppliers,
        verifications: Verifications,
    ) -> Self {
        let Kernel { store, ambient, .. } = kernel.clone();
        Self { store, ambient, prices, orders, suppliers, verifications }
    }

    /// A page of what operators did, the latest first.
    async fn audit(&self, filter: &AuditFilter, page: &PageRequest) -> Result<List<AuditEntry>, DbErr> {
        audit::page(self.store.fresh(), filter, page).await
    }
}
