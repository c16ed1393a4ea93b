//! The contract of [`Supplier`].

use std::collections::HashSet;

use vocab::{Amount, Money};

use super::Wrong;
use crate::{
    PortError, RefusalReason, Supplier,
    supplier::{
        Allocation, Another, GivenBack, MoreTexts, PurchaseOrder, Recovery, RentalState, RentalStatus, SupplierOffer,
    },
};

/// A hand on the supplier's side.
#[async_trait::async_trait]
pub trait SupplierVendor: Send + Sync {
    /// Lets the next `times` purchases go wrong.
    async fn spoil_purchases(&self, wrong: Wrong, times: u32);

    /// Lets the next `times` requests of any kind go wrong.
    async fn spoil_everything(&self, wrong: Wrong, times: u32);

    /// Ends all faults.
    async fn mend(&self);

    /// How many numbers the supplier ever sold us, by its own account.
    async fn sold(&self) -> usize;

    /// Lets a text arrive for an allocation; returns when the supplier has it.
    async fn text(&self, allocation: &Allocation, words: &str);
}

/// What the suite works with.
pub struct Bench<'a> {
    /// The adapter.
    pub supplier: &'a dyn Supplier,
    /// Its vendor's side.
    pub vendor: &'a dyn SupplierVendor,
    /// A service in stock, in the supplier's words.
    pub service: String,
    /// A service without stock.
    pub empty: String,
    /// The country for both.
    pub country: String,
    /// Keeps this run's purchases apart from those of others at the same vendor.
    pub run: String,
}

/// More faults in a row than any adapter attempts.
const MANY: u32 = 100;

/// The whole contract.
pub async fn holds(bench: &Bench<'_>) {
    catalogue(bench).await;
    life_of_a_rental(bench).await;
    given_back(bench).await;
    a_definite_no(bench).await;
    for wrong in [Wrong::NotDone, Wrong::DoneUnanswered, Wrong::Silent, Wrong::Faulty] {
        a_doubtful_purchase(bench, wrong).await;
    }
    turned_away(bench).await;
    hiccups(bench).await;
    one_more_text(bench).await;
}

/// Services, countries, offers and quotes tell the same story.
pub async fn catalogue(bench: &Bench<'_>) {
    let Bench { supplier, service, country, .. } = bench;
    let services = supplier.services().await.expect("services are answered");
    assert!(services.iter().any(|known| known.code == *service && !known.title.is_empty()));
    let countries = supplier.countries().await.expect("countries are answered");
    assert!(countries.iter().any(|known| known.code == *country && known.country.is_some()));
    let offers = supplier.offers(Some(country)).await.expect("offers are answered");
    let pairs: HashSet<_> = offers.iter().map(|offer| (&offer.service, &offer.country)).collect();
    assert_eq!(pairs.len(), offers.len(), "each thing is offered once");
    let offer = offers.iter().find(|offer| offer.service == *service).expect("the service is on offer");
    assert!(offer.count > 0 && offer.cost.amount.is_positive(), "{offer:?}");
    assert_eq!(self::offer(bench).await.cost, offer.cost);
    let empty = supplier.quote(&bench.empty, country).await.expect("a quote is answered");
    assert!(empty.is_none_or(|offer| offer.count == 0), "no stock is no stock");
    assert_eq!(supplier.quote("no such service", country).await, Ok(None));
}

/// Bought and paid once, waited for, its text read under one name; then it cannot be given back.
pub async fn life_of_a_rental(bench: &Bench<'_>) {
    let Bench { supplier, vendor, .. } = bench;
    let (before, cost) = (balance(bench).await, offer(bench).await.cost);
    let bought = buy(bench, "life").await;
    assert!(bought.number.is_valid(), "{bought:?}");
    assert!(bought.cost.is_none_or(|told| told == cost), "{bought:?}");
    assert_eq!(balance(bench).await, before - cost.amount.micros(), "paid once");
    assert_eq!(status(bench, &bought).await, RentalStatus { state: RentalState::Waiting, texts: Vec::new() });
    vendor.text(&bought, "Your code is 482913").await;
    let received = status(bench, &bought).await;
    assert_eq!(received.state, RentalState::Received);
    let [text] = received.texts.as_slice() else { panic!("one text: {received:?}") };
    let tells = [&text.text, &text.code].into_iter().flatten().any(|words| words.contains("482913"));
    assert!(tells && !text.id.contains("482913"), "the code is told, and not by its name");
    let references = [bought.reference.clone(), buy(bench, "waiting").await.reference];
    let statuses = supplier.statuses(&references).await;
    assert_eq!(statuses.first(), Some(&Ok(received)), "the same alone and among others");
    assert!(matches!(statuses.get(1), Some(Ok(waiting)) if waiting.state == RentalState::Waiting), "{statuses:?}");
    assert_eq!(supplier.cancel(&bought.reference).await, Ok(GivenBack::AlreadyReceived));
    for _ in 0..2 {
        let finished = supplier.finish(&bought.reference).await;
        assert!(if supplier.card().finishes { finished == Ok(()) } else { unsupported(&finished) }, "{finished:?}");
    }
    assert_eq!(supplier.cancel(&references[1]).await, Ok(GivenBack::Done));
    assert_eq!(balance(bench).await, before - cost.amount.micros(), "only the one that was given back");
}

/// Given back is paid back, once, however often it is asked for.
pub async fn given_back(bench: &Bench<'_>) {
    let before = balance(bench).await;
    let bought = buy(bench, "back").await;
    assert_eq!(bench.supplier.cancel(&bought.reference).await, Ok(GivenBack::Done));
    let again = bench.supplier.cancel(&bought.reference).await;
    assert!(matches!(again, Ok(GivenBack::Done | GivenBack::Gone)), "{again:?}");
    assert!(status(bench, &bought).await.state.is_over());
    assert_eq!(balance(bench).await, before, "the money is back, once");
    let bought = buy(bench, "no good").await;
    let reported = bench.supplier.report(&bought.reference).await;
    let reports = bench.supplier.card().reports;
    assert!(if reports { reported == Ok(GivenBack::Done) } else { unsupported(&reported) }, "{reported:?}");
}

/// No stock, or a price above what we allow: refused, and nothing is sold.
pub async fn a_definite_no(bench: &Bench<'_>) {
    let (before, sold) = (balance(bench).await, bench.vendor.sold().await);
    let empty = PurchaseOrder { service: bench.empty.clone(), ..order(bench, "empty") };
    assert_eq!(refusal(&bench.supplier.buy(&empty).await), Some(RefusalReason::NumberNotAvailable));
    let cent = Money::new(Amount::from_micros(10_000), offer(bench).await.cost.currency);
    let cheap = PurchaseOrder { max_cost: Some(cent), ..order(bench, "cheap") };
    let cheap = bench.supplier.buy(&cheap).await;
    let reasons = [RefusalReason::PriceTooHigh, RefusalReason::NumberNotAvailable];
    assert!(refusal(&cheap).is_some_and(|reason| reasons.contains(&reason)), "{cheap:?}");
    assert_eq!((balance(bench).await, bench.vendor.sold().await), (before, sold));
}

/// A purchase that stays in doubt is unknown, never refused. Where it can be asked about, asking ends the doubt and
/// nothing is sold twice; where it cannot, it was sent once.
pub async fn a_doubtful_purchase(bench: &Bench<'_>, wrong: Wrong) {
    let Bench { supplier, vendor, .. } = bench;
    let (sold, order) = (vendor.sold().await, order(bench, &format!("doubt {wrong:?}")));
    vendor.spoil_purchases(wrong, MANY).await;
    let doubtful = supplier.buy(&order).await;
    vendor.mend().await;
    assert_eq!(doubtful, Err(PortError::Unknown), "{wrong:?}");
    match supplier.card().recovery {
        Recovery::None => {
            assert!(unsupported(&supplier.find(&order).await));
            assert_eq!(vendor.sold().await, sold + usize::from(wrong == Wrong::DoneUnanswered), "{wrong:?}");
        }
        Recovery::Replay { .. } => {
            let found = supplier.find(&order).await.expect("asking is answered").expect("there is stock");
            let again = supplier.find(&order).await.expect("asking is answered");
            assert_eq!(again.map(|again| again.reference), Some(found.reference.clone()), "{wrong:?}");
            assert_eq!(vendor.sold().await, sold + 1, "{wrong:?}");
            assert_eq!(supplier.cancel(&found.reference).await, Ok(GivenBack::Done));
        }
    }
}

/// What was provably not processed is sent again, or handed on as busy; never sold twice.
pub async fn turned_away(bench: &Bench<'_>) {
    let (sold, order) = (bench.vendor.sold().await, order(bench, "turned away"));
    bench.vendor.spoil_purchases(Wrong::TurnedAway, 1).await;
    let bought = match bench.supplier.buy(&order).await {
        Err(PortError::Busy { .. }) => bench.supplier.buy(&order).await,
        settled => settled,
    };
    bench.vendor.mend().await;
    let bought = bought.expect("bought at the second attempt");
    assert_eq!(bench.vendor.sold().await, sold + 1);
    assert_eq!(bench.supplier.cancel(&bought.reference).await, Ok(GivenBack::Done));
}

/// One lost answer fails no question, and giving back happens once.
pub async fn hiccups(bench: &Bench<'_>) {
    let Bench { supplier, vendor, .. } = bench;
    let before = balance(bench).await;
    let bought = buy(bench, "hiccup").await;
    vendor.spoil_everything(Wrong::NotDone, 1).await;
    assert_eq!(status(bench, &bought).await.state, RentalState::Waiting);
    vendor.spoil_everything(Wrong::DoneUnanswered, 1).await;
    let given_back = supplier.cancel(&bought.reference).await;
    assert!(matches!(given_back, Ok(GivenBack::Done | GivenBack::Gone)), "{given_back:?}");
    vendor.mend().await;
    assert_eq!(balance(bench).await, before);
}

/// One more text to the same number, as the card promises.
pub async fn one_more_text(bench: &Bench<'_>) {
    let Bench { supplier, vendor, .. } = bench;
    let bought = buy(bench, "more").await;
    vendor.text(&bought, "Your code is 111222").await;
    let first = status(bench, &bought).await;
    let (waiting, afresh) = match (supplier.card().more_texts, supplier.another(&bought.reference).await) {
        (MoreTexts::Never, refused) => return assert!(unsupported(&refused)),
        (MoreTexts::SameAllocation, Ok(Another::Waiting)) => (bought, false),
        (MoreTexts::SameAllocation, Ok(Another::Afresh)) => {
            let emptied = status(bench, &bought).await;
            assert!(emptied.state == RentalState::Waiting && emptied.texts.is_empty(), "{emptied:?}");
            (bought, true)
        }
        (MoreTexts::NewAllocation, Ok(Another::Moved(next))) => {
            let again = supplier.another(&bought.reference).await;
            assert!(matches!(&again, Ok(Another::Moved(same)) if same.reference == next.reference), "{again:?}");
            assert_eq!(next.number, bought.number);
            assert_ne!(next.reference, bought.reference);
            (next, false)
        }
        (promised, other) => panic!("{promised:?}: {other:?}"),
    };
    // The same code again, as senders do whose code is still good.
    vendor.text(&waiting, "Your code is 111222").await;
    let second = status(bench, &waiting).await;
    let last = second.texts.last().expect("a second text");
    let tells = [&last.text, &last.code].into_iter().flatten().any(|words| words.contains("111222"));
    assert!(tells && (afresh || first.texts.iter().all(|text| text.id != last.id)), "{second:?}");
}

fn order(bench: &Bench<'_>, name: &str) -> PurchaseOrder {
    PurchaseOrder {
        key: format!("{}-{name}", bench.run),
        service: bench.service.clone(),
        country: bench.country.clone(),
        max_cost: None,
    }
}

/// Bought at what it costs.
async fn buy(bench: &Bench<'_>, name: &str) -> Allocation {
    let order = PurchaseOrder { max_cost: Some(offer(bench).await.cost), ..order(bench, name) };
    bench.supplier.buy(&order).await.expect("the number is bought")
}

async fn offer(bench: &Bench<'_>) -> SupplierOffer {
    let quote = bench.supplier.quote(&bench.service, &bench.country).await;
    quote.expect("a quote is answered").expect("the service is on offer")
}

async fn status(bench: &Bench<'_>, allocation: &Allocation) -> RentalStatus {
    bench.supplier.status(&allocation.reference).await.expect("a status is answered")
}

/// In millionths.
async fn balance(bench: &Bench<'_>) -> i64 {
    bench.supplier.balance().await.expect("the balance is answered").amount.micros()
}

fn refusal<T>(result: &Result<T, PortError>) -> Option<RefusalReason> {
    match result {
        Err(PortError::Refused(refusal)) => Some(refusal.reason),
        _ => None,
    }
}

fn unsupported<T>(result: &Result<T, PortError>) -> bool {
    refusal(result) == Some(RefusalReason::Unsupported)
}
