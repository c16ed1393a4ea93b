//! What a code costs, and who would be asked for it. The same for a quote, a list of prices and the order itself, so
//! that what is debited is what was told.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use store::DbErr;
use vocab::{CountryCode, Money};

use super::{
    Verifications,
    choose::{Candidate, Record, rank},
    market::{Category, Service},
    model::Health,
    sql,
};
use crate::prices::{PriceError, Sold};

/// For how long a measured record is used.
const KEEP: Duration = Duration::from_secs(30);
/// Over which time suppliers are measured.
const MEASURED: TimeDelta = TimeDelta::hours(24);

/// Records by service and country.
pub(super) type Records = Cache<(String, CountryCode), Arc<[(String, Record)]>>;

pub(super) fn records() -> Records {
    Cache::builder().max_capacity(10_000).time_to_live(KEEP).build()
}

/// One line of the price list.
#[derive(Debug, Clone)]
pub(super) struct PriceLine {
    pub service: Service,
    pub country: CountryCode,
    pub price: Money,
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
pub(super) enum QuoteFault {
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error(transparent)]
    Price(#[from] PriceError),
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
        let mut candidates = sql::catalogue::candidates(self.store.fresh(), &service.code, country).await?;
        if candidates.is_empty() && service.category == Category::Unclassified {
            candidates = self.unlisted(service, country).await?;
        }
        candidates.retain(|candidate| self.connected(&candidate.supplier).is_some());
        Ok(rank(self.with_records(&service.code, country, candidates).await?, preferred, self.ambient.wall()))
    }

    /// Services that a supplier sells and does not list, such as its own for tests.
    async fn unlisted(&self, service: &Service, country: CountryCode) -> Result<Vec<Candidate>, DbErr> {
        let mut found = Vec::new();
        for row in sql::suppliers::list(self.store.reader()).await? {
            let health = row.health()?;
            let Some(supplier) = self.supplier(&row.name).filter(|supplier| supplier.card().quotes_singly) else {
                continue;
            };
            if !row.is_enabled || health == Health::Down {
                continue;
            }
            let known = sql::catalogue::vendor_country(self.store.reader(), &row.name, country).await?;
            let Some(vendor_country) = known else { continue };
            match supplier.quote(&service.code, &vendor_country).await {
                Ok(Some(offer)) if offer.count > 0 && Self::sells_in(offer.cost) => found.push(Candidate {
                    supplier: row.name,
                    vendor_service: offer.service,
                    vendor_country: offer.country,
                    cost: offer.cost,
                    health,
                    priority: row.priority,
                    stock: offer.count.into(),
                    refused_at: None,
                    record: Record::default(),
                }),
                Ok(_) => {}
                Err(error) => tracing::debug!(supplier = row.name, %error, "no price for a service that is not listed"),
            }
        }
        Ok(found)
    }

    /// The catalogue as customers see it: what each service costs in each country, and how many there are.
    pub(super) async fn price_list(
        &self,
        service: Option<&str>,
        country: Option<CountryCode>,
    ) -> Result<Vec<PriceLine>, QuoteFault> {
        self.catalogues().await;
        let listed = sql::catalogue::list(self.store.reader(), service, country).await?;
        let mut by_key: BTreeMap<(CountryCode, String), (Service, Vec<Candidate>)> = BTreeMap::new();
        for line in listed.into_iter().filter(|line| self.connected(&line.candidate.supplier).is_some()) {
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

    async fn with_records(
        &self,
        service: &str,
        country: CountryCode,
        candidates: Vec<Candidate>,
    ) -> Result<Vec<Candidate>, DbErr> {
        let records = self.records(service, country).await?;
        let record = |name: &str| {
            records.iter().find(|(supplier, _)| supplier == name).map(|(_, record)| *record).unwrap_or_default()
        };
        Ok(candidates.into_iter().map(|known| Candidate { record: record(&known.supplier), ..known }).collect())
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
        self.catalogues().await;
        let mut priced = Vec::new();
        for candidate in self.choices(service, country, preferred).await? {
            let price = self.price(service, country, candidate.cost).await?;
            priced.push(Priced { price, cost: candidate.cost });
        }
        if priced.is_empty() && self.is_reading().await? {
            return Err(QuoteFault::NotYet);
        }
        Ok(priced)
    }

    /// Whether any supplier has this service, or had it; before every catalogue was read nobody can deny it.
    pub(super) async fn is_known(&self, service: &Service) -> Result<bool, DbErr> {
        self.catalogues().await;
        Ok(sql::catalogue::is_known(self.store.reader(), &service.code).await? || self.is_reading().await?)
    }

    async fn records(&self, service: &str, country: CountryCode) -> Result<Arc<[(String, Record)]>, DbErr> {
        let key = (service.to_owned(), country);
        if let Some(known) = self.records.get(&key).await {
            return Ok(known);
        }
        let since = self.ambient.business() - MEASURED;
        let measured = sql::catalogue::measured(self.store.reader(), service, country, since).await?;
        let records: Arc<[(String, Record)]> = self
            .links
            .all()
            .iter()
            .map(|connected| {
                let own = measured.iter().filter(|measured| measured.supplier == connected.name());
                (connected.name().to_owned(), record(own.map(|measured| (measured.bought_at, measured.code_at))))
            })
            .collect();
        self.records.insert(key, Arc::clone(&records)).await;
        Ok(records)
    }
}

/// What these rentals, each with the time of its first text, come to.
fn record(rentals: impl Iterator<Item = (DateTime<Utc>, Option<DateTime<Utc>>)>) -> Record {
    let (mut orders, mut seconds) = (0, Vec::new());
    for (bought, code) in rentals {
        orders += 1;
        if let Some(code) = code {
            seconds.push(u32::try_from((code - bought).num_seconds()).unwrap_or(0));
        }
    }
    seconds.sort_unstable();
    let codes = u32::try_from(seconds.len()).unwrap_or(u32::MAX);
    Record { orders, codes, median_seconds: seconds.get(seconds.len() / 2).copied() }
}

#[cfg(test)]
mod tests {
    use vocab::Ambient;

    use super::*;

    #[test]
    fn the_median_is_of_those_that_got_a_text() {
        let start = Ambient::fixed(1).business();
        let after = |seconds: Option<i64>| (start, seconds.map(|seconds| start + TimeDelta::seconds(seconds)));
        let measured = record([Some(5), None, Some(60), Some(7)].map(after).into_iter());
        assert_eq!(measured, Record { orders: 4, codes: 3, median_seconds: Some(7) });
        assert_eq!(record([].into_iter()), Record::default());
    }
}
