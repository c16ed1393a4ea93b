//! Compares what the carrier holds for us with what we know. What nobody can explain is shown to the operator and never
//! released by itself (product.md, law 5).

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use ports::carrier::CarrierNumber;
use vocab::E164;

use super::{OfferError, Offers, claims};
use crate::orphans::{self, Orphan};

/// How many numbers are compared in one statement.
const BATCH: usize = 500;
/// The most pages that are read; a thousand numbers each.
const MOST_PAGES: usize = 1000;

/// The carrier ids that nothing explained the last time, and since when (wall time).
pub(super) type Suspects = Arc<Mutex<HashMap<String, DateTime<Utc>>>>;

impl Offers {
    /// Reports what the carrier holds and nothing of ours explains, once it has been so for longer than a purchase can be
    /// in flight. Says how many are new.
    pub async fn compare_inventory(&self) -> Result<usize, OfferError> {
        if self.carrier.is_none() {
            return Ok(0);
        }
        let unexplained = self.unexplained().await?;
        let mut new = 0;
        for number in self.ripe(unexplained) {
            new += usize::from(self.report(&number).await?);
        }
        Ok(new)
    }

    /// Those that have been unexplained for long enough; the others are remembered.
    fn ripe(&self, unexplained: Vec<CarrierNumber>) -> Vec<CarrierNumber> {
        let now = self.ambient.wall();
        let bound = TimeDelta::from_std(self.in_flight_bound()).unwrap_or(TimeDelta::MAX);
        let mut suspects = self.suspects.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *suspects);
        let since = |number: &CarrierNumber| before.get(&number.sid).copied().unwrap_or(now);
        suspects.extend(unexplained.iter().map(|number| (number.sid.clone(), since(number))));
        unexplained.into_iter().filter(|number| now - since(number) > bound).collect()
    }

    /// The carrier's numbers of which neither a live number nor a claim of ours knows.
    async fn unexplained(&self) -> Result<Vec<CarrierNumber>, OfferError> {
        let (mut found, mut next) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let page = self.carrier()?.owned(next.as_deref()).await?;
            for batch in page.numbers.chunks(BATCH) {
                let asked: Vec<&E164> = batch.iter().map(|number| &number.number).collect();
                let held: HashSet<E164> = claims::held(self.store.fresh(), &asked).await?.into_iter().collect();
                found.extend(batch.iter().filter(|number| !held.contains(&number.number)).cloned());
            }
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        Ok(found)
    }

    async fn report(&self, number: &CarrierNumber) -> Result<bool, OfferError> {
        let vendor = self.carrier_name();
        let is_new = self
            .store
            .write(|tx| async move {
                let orphan = Orphan {
                    vendor,
                    reference: &number.sid,
                    subject: number.number.as_str(),
                    item: None,
                    reason: "at the carrier and in no customer's hands",
                };
                orphans::report(&tx, &self.ambient, &orphan).await
            })
            .await?;
        if is_new {
            tracing::error!(number = %number.number, sid = number.sid, "the carrier holds a number that nobody owns");
        }
        Ok(is_new)
    }
}
