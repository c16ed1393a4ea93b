//! How well each supplier does for a service in a country: what became of the rentals of the last day.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use store::DbErr;
use vocab::CountryCode;

use super::{Verifications, sql};
use crate::suppliers::{Candidate, Record};

/// For how long a measured record is used.
const KEEP: Duration = Duration::from_secs(30);
/// Over which time suppliers are measured.
const MEASURED: TimeDelta = TimeDelta::hours(24);

/// Records by service and country.
pub(super) type Records = Cache<(String, CountryCode), Arc<[(String, Record)]>>;

pub(super) fn records() -> Records {
    Cache::builder().max_capacity(10_000).time_to_live(KEEP).build()
}

impl Verifications {
    /// The candidates, each with its record.
    pub(super) async fn with_records(
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

    async fn records(&self, service: &str, country: CountryCode) -> Result<Arc<[(String, Record)]>, DbErr> {
        let key = (service.to_owned(), country);
        if let Some(known) = self.records.get(&key).await {
            return Ok(known);
        }
        let since = self.ambient.business() - MEASURED;
        let measured = sql::measured::measured(self.store.reader(), service, country, since).await?;
        let records: Arc<[(String, Record)]> = self
            .suppliers
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
