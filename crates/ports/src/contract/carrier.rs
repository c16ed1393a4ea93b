//! The contract of [`Carrier`].

use vocab::E164;

use super::Wrong;
use crate::{
    Carrier, PortError, RefusalReason,
    carrier::{CarrierNumber, Hooks, NumberOrder, NumberQuery, Offer},
};

/// A hand on the carrier's side.
#[async_trait::async_trait]
pub trait CarrierVendor: Send + Sync {
    /// Lets the next `times` purchases go wrong.
    async fn spoil_purchases(&self, wrong: Wrong, times: u32);

    /// Lets the next `times` requests of any kind go wrong.
    async fn spoil_everything(&self, wrong: Wrong, times: u32);

    /// Ends all faults.
    async fn mend(&self);

    /// The numbers that the carrier holds as ours, by its own account.
    async fn held(&self) -> Vec<E164>;
}

/// What the suite works with.
pub struct Bench<'a> {
    /// The adapter.
    pub carrier: &'a dyn Carrier,
    /// Its vendor's side.
    pub vendor: &'a dyn CarrierVendor,
    /// A search that finds numbers.
    pub query: NumberQuery,
    /// A search for a type that its country lacks.
    pub lacking: NumberQuery,
    /// A search for numbers whose owners have to show documents; those of `query` have not.
    pub regulated: NumberQuery,
    /// A number that the carrier sells to somebody else.
    pub taken: E164,
}

/// The whole contract.
pub async fn holds(bench: &Bench<'_>) {
    searches(bench).await;
    regulations(bench).await;
    life_of_a_number(bench).await;
    a_definite_no(bench).await;
    for wrong in [Wrong::NotDone, Wrong::DoneUnanswered, Wrong::Silent, Wrong::Faulty] {
        a_doubtful_purchase(bench, wrong).await;
    }
    turned_away(bench).await;
    reads_survive_a_hiccup(bench).await;
}

/// What is offered fits the question; what a country lacks is an empty list.
pub async fn searches(bench: &Bench<'_>) {
    let offers = bench.carrier.search(&bench.query).await.expect("a search is answered");
    assert!(!offers.is_empty() && offers.len() <= usize::try_from(bench.query.limit).unwrap_or(usize::MAX));
    for offer in &offers {
        assert!(offer.number.is_valid() && offer.country == bench.query.country, "{offer:?}");
        assert!(bench.query.capabilities.iter().all(|wanted| offer.capabilities.contains(wanted)), "{offer:?}");
    }
    assert_eq!(bench.carrier.search(&bench.lacking).await, Ok(Vec::new()));
    let countries = bench.carrier.countries().await.expect("countries are answered");
    assert!(countries.iter().any(|offer| offer.country == bench.query.country));
    let prices = bench.carrier.prices(bench.query.country).await.expect("prices are answered");
    assert!(prices.monthly.iter().any(|(kind, price)| *kind == bench.query.number_type && price.is_positive()));
    assert_eq!(bench.carrier.check().await, Ok(()));
}

/// Where the carrier asks for documents it says so before a purchase, and the purchase says the same.
pub async fn regulations(bench: &Bench<'_>) {
    let Bench { carrier, vendor, query, lacking, regulated, .. } = bench;
    for free in [query, lacking] {
        let regulation = carrier.regulation(free.country, free.number_type).await.expect("it is answered");
        assert!(regulation.asks_nothing(), "{regulation:?}");
    }
    let regulation = carrier.regulation(regulated.country, regulated.number_type).await.expect("it is answered");
    let documents = [&regulation.individual, &regulation.business];
    assert!(documents.into_iter().flatten().any(|documents| !documents.is_empty()), "{regulation:?}");
    let before = vendor.held().await.len();
    let offers = carrier.search(regulated).await.expect("a search is answered");
    let Offer { number, .. } = offers.into_iter().next().expect("there is stock");
    match carrier.buy(&NumberOrder { number, hooks: hooks("") }).await {
        Err(PortError::Refused(refusal)) => assert_eq!(refusal.reason, RefusalReason::RequirementsNotMet),
        other => panic!("{other:?}"),
    }
    assert_eq!(vendor.held().await.len(), before);
}

/// Bought, found, pointed elsewhere, listed once, released, released again.
pub async fn life_of_a_number(bench: &Bench<'_>) {
    let Bench { carrier, vendor, .. } = bench;
    let order = order(bench).await;
    let bought = carrier.buy(&order).await.expect("the number is bought");
    assert_eq!((&bought.number, &bought.hooks), (&order.number, &order.hooks));
    assert_eq!(carrier.find(&order.number).await.map(|found| found.map(sid)), Ok(Some(bought.sid.clone())));
    let elsewhere = hooks("/elsewhere");
    assert_eq!(carrier.point(&bought.sid, &elsewhere).await.map(|pointed| pointed.hooks), Ok(elsewhere));
    let listed = all_owned(*carrier).await;
    assert_eq!(listed.iter().filter(|owned| owned.sid == bought.sid).count(), 1);
    assert_eq!(listed.len(), vendor.held().await.len());
    for _ in 0..2 {
        assert_eq!(carrier.release(&bought.sid).await, Ok(()), "released, or already gone");
    }
    assert_eq!(carrier.find(&order.number).await, Ok(None));
    assert!(!vendor.held().await.contains(&order.number));
}

/// A number that somebody else has is refused, and nothing is bought in its place.
pub async fn a_definite_no(bench: &Bench<'_>) {
    let before = bench.vendor.held().await.len();
    let order = NumberOrder { number: bench.taken.clone(), hooks: hooks("") };
    match bench.carrier.buy(&order).await {
        Err(PortError::Refused(refusal)) => assert_eq!(refusal.reason, RefusalReason::NumberNotAvailable),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.vendor.held().await.len(), before);
}

/// A purchase in doubt is sent once and reported as unknown; asking tells the truth.
pub async fn a_doubtful_purchase(bench: &Bench<'_>, wrong: Wrong) {
    let Bench { carrier, vendor, .. } = bench;
    let order = order(bench).await;
    vendor.spoil_purchases(wrong, 1).await;
    assert_eq!(carrier.buy(&order).await, Err(PortError::Unknown), "{wrong:?}");
    vendor.mend().await;
    let found = carrier.find(&order.number).await.expect("asking is answered");
    assert_eq!(found.is_some(), wrong == Wrong::DoneUnanswered, "{wrong:?}");
    assert_eq!(vendor.held().await.contains(&order.number), found.is_some());
    if let Some(found) = found {
        assert_eq!(carrier.release(&found.sid).await, Ok(()));
    }
}

/// What was provably not processed is sent again, or handed on as busy; never bought twice.
pub async fn turned_away(bench: &Bench<'_>) {
    let order = order(bench).await;
    let before = bench.vendor.held().await.len();
    bench.vendor.spoil_purchases(Wrong::TurnedAway, 1).await;
    let bought = match bench.carrier.buy(&order).await {
        Err(PortError::Busy { .. }) => bench.carrier.buy(&order).await,
        settled => settled,
    };
    bench.vendor.mend().await;
    let bought = bought.expect("bought at the second attempt");
    assert_eq!(bench.vendor.held().await.len(), before + 1);
    assert_eq!(bench.carrier.release(&bought.sid).await, Ok(()));
}

/// One lost answer does not fail a read, an update or a release.
pub async fn reads_survive_a_hiccup(bench: &Bench<'_>) {
    let Bench { carrier, vendor, .. } = bench;
    let bought = carrier.buy(&order(bench).await).await.expect("the number is bought");
    vendor.spoil_everything(Wrong::NotDone, 1).await;
    assert!(carrier.find(&bought.number).await.is_ok_and(|found| found.is_some()));
    vendor.spoil_everything(Wrong::DoneUnanswered, 1).await;
    assert!(carrier.point(&bought.sid, &hooks("/again")).await.is_ok());
    vendor.spoil_everything(Wrong::DoneUnanswered, 1).await;
    assert_eq!(carrier.release(&bought.sid).await, Ok(()));
    vendor.mend().await;
    assert!(!vendor.held().await.contains(&bought.number));
}

/// An order for a number that is on offer now.
async fn order(bench: &Bench<'_>) -> NumberOrder {
    let offers = bench.carrier.search(&bench.query).await.expect("a search is answered");
    let Offer { number, .. } = offers.into_iter().next().expect("there is stock");
    NumberOrder { number, hooks: hooks("") }
}

async fn all_owned(carrier: &dyn Carrier) -> Vec<CarrierNumber> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = carrier.owned(after.as_deref()).await.expect("a page is answered");
        all.extend(page.numbers);
        match page.next {
            Some(next) => after = Some(next),
            None => return all,
        }
    }
}

fn hooks(path: &str) -> Hooks {
    let url = |name| format!("https://numbers.example{path}/{name}");
    Hooks { voice_url: url("voice"), status_callback: url("status") }
}

fn sid(number: CarrierNumber) -> String {
    number.sid
}
