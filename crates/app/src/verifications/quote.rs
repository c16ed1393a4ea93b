//! What a code costs, and who would be asked for it. The same for a quote, a list of prices and the order itself, so
//! that what is debited is what was told.

use std::collections::BTreeMap;

use store::DbErr;
use vocab::{Amount, CountryCode, Money};

use super::Verifications;
use crate::{
    prices::{PriceError, Sold},
    suppliers::{Candidate, Service, rank},
};

/// One line of the price list.
#[derive(Debug, Clone)]
pub struct PriceLine {
    /// The service.
    pub service: Service,
    /// The country.
    pub country: CountryCode,
    /// What a code costs a customer.
    pub price: Money,
    /// How many there are.
    pub stock: i64,
}

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

    /// The catalogue as customers see it: what each service costs in each country, and how many there are.
    pub async fn price_list(
        &self,
        service: Option<&str>,
        country: Option<CountryCode>,
    ) -> Result<Vec<PriceLine>, QuoteFault> {
        self.suppliers.catalogues().await;
        let mut by_key: BTreeMap<(CountryCode, String), (Service, Vec<Candidate>)> = BTreeMap::new();
        for line in self.suppliers.listed(service, country).await? {
            let service = Service::of_supplier(&line.service_code, &line.service_name, Some(&line.service_code));
            if self.settings.policy.refusal(&service, line.country).is_none() {
                let key = (line.country, line.service_code);
                by_key.entry(key).or_insert_with(|| (service, Vec::new())).1.push(line.candidate);
            }
        }
        let mut lines = Vec::new();
        for ((country, _), (service, mut candidates)) in by_key {
            let stock = candidates.iter().map(|candidate| candidate.stock).sum();
            if stock > 0 {
                candidates.retain(|candidate| candidate.stock > 0);
            }
            // Where there is one supplier its record changes nothing.
            if candidates.len() > 1 {
                candidates = self.with_records(&service.code, country, candidates).await?;
                candidates = rank(candidates, None, self.ambient.wall());
            }
            if let Some(first) = candidates.first() {
                let price = self.price(&service, country, first.cost).await?;
                lines.push(PriceLine { service, country, price, stock });
            }
        }
        Ok(lines)
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

    /// Whether this can be ordered at all: some supplier has it, or had it, and policy allows it.
    pub async fn is_on_sale(&self, service: &Service, country: CountryCode) -> Result<bool, DbErr> {
        let is_known = service.code.starts_with("test_") || self.suppliers.is_known(service).await?;
        Ok(is_known && self.settings.policy.refusal(service, country).is_none())
    }
}
