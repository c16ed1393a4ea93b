//! What a code costs, and who would be asked for it. The same for a quote, a list of prices and the order itself, so
//! that what is debited is what was told.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use store::DbErr;
use vocab::{CountryCode, Money};

use super::{
    Verifications,
    choose::{Candidate, Record, rank},
    market::Service,
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

/// A candidate with what a customer pays for it.
#[derive(Debug, Clone)]
pub(super) struct Priced {
    pub candidate: Candidate,
    pub price: Money,
}

/// Why there is no price.
#[derive(Debug, thiserror::Error)]
pub(super) enum QuoteFault {
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error(transparent)]
    Price(#[from] PriceError),
}

impl Verifications {
    /// Who can be asked for this, the first choice at the front.
    pub(super) async fn choices(
        &self,
        service: &Service,
        country: CountryCode,
        preferred: Option<&str>,
    ) -> Result<Vec<Candidate>, DbErr> {
        let candidates = sql::catalogue::candidates(self.store.fresh(), &service.code, country).await?;
        let known = candidates.into_iter().filter(|candidate| self.connected(&candidate.supplier).is_some());
        let records = self.records(&service.code, country).await?;
        let record = |name: &str| {
            records.iter().find(|(supplier, _)| supplier == name).map(|(_, record)| *record).unwrap_or_default()
        };
        let measured = known.map(|known| Candidate { record: record(&known.supplier), ..known });
        Ok(rank(measured.collect(), preferred))
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

    /// The choices with their prices.
    pub(super) async fn priced(
        &self,
        service: &Service,
        country: CountryCode,
        preferred: Option<&str>,
    ) -> Result<Vec<Priced>, QuoteFault> {
        let mut priced = Vec::new();
        for candidate in self.choices(service, country, preferred).await? {
            let price = self.price(service, country, candidate.cost).await?;
            priced.push(Priced { candidate, price });
        }
        Ok(priced)
    }

    async fn records(&self, service: &str, country: CountryCode) -> Result<Arc<[(String, Record)]>, DbErr> {
        let key = (service.to_owned(), country);
        if let Some(known) = self.records.get(&key).await {
            return Ok(known);
        }
        let since = self.ambient.business() - MEASURED;
        let measured = sql::catalogue::measured(self.store.reader(), service, country, since).await?;
        let records: Arc<[(String, Record)]> = self
            .suppliers
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
