//! What a code costs, and who would be asked for it. The same for a quote, a list of prices and the order itself, so
//! that what is debited is what was told.

use store::DbErr;
use vocab::{Amount, CountryCode, Money};

use super::Verifications;
use crate::{
    prices::{PriceError, Sold},
    suppliers::{Candidate, Service, rank},
};

/// What one of the choices costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Priced {
    /// The customer.
    pub price: Money,
    /// Us.
    pub cost: Money,
}

/// Why there is no price.
#[derive(Debug, thiserror::Error)]
pub enum QuoteFault {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The rules give none.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// Nobody can say yet what is not to be had.
    #[error("a catalogue was never read")]
    NotYet,
}

impl Verifications {
    /// Who can be asked for this, the first choice at the front.
    pub(super) async fn choices(
        &self,
        service: &Service,
        country: CountryCode,
        preferred: Option<&str>,
    ) -> Result<Vec<Candidate>, DbErr> {
        let candidates = self.suppliers.candidates(service, country).await?;
        Ok(rank(self.with_records(&service.code, country, candidates).await?, preferred, self.ambient.wall()))
    }

    /// What a customer pays for a code that costs us this.
    pub(super) async fn price(
        &self,
        service: &Service,
        country: CountryCode,
        cost: Money,
    ) -> Result<Money, PriceError> {
        let sold = Sold::verification(service.code.clone(), country);
        Ok(Money::new(self.prices.retail(cost.amount, cost.currency, &sold).await?, cost.currency))
    }

    /// What the choices cost, the first choice at the front.
    pub(super) async fn priced(
        &self,
        service: &Service,
        country: CountryCode,
        preferred: Option<&str>,
    ) -> Result<Vec<Priced>, QuoteFault> {
        self.suppliers.catalogues().await;
        let mut priced = Vec::new();
        for candidate in self.choices(service, country, preferred).await? {
            let price = self.price(service, country, candidate.cost).await?;
            priced.push(Priced { price, cost: candidate.cost });
        }
        if priced.is_empty() && self.suppliers.is_reading().await? {
            return Err(QuoteFault::NotYet);
        }
        Ok(priced)
    }

    /// The least that a code costs a customer now; `None` where nobody has one.
    pub async fn least_price(&self, service: &Service, country: CountryCode) -> Result<Option<Amount>, QuoteFault> {
        let priced = self.priced(service, country, None).await?;
        Ok(priced.iter().map(|priced| priced.price.amount).min())
    }
}
