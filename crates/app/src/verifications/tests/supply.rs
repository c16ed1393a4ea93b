//! What suppliers have: before anybody knows, when it is less than they said, and how fast it may be bought.

use futures::future::join_all;
use ports::{PortError, RefusalReason};
use serde_json::json;

use super::{Customer, Stage, amount};
use crate::{
    jobs::Outcome,
    orders::OpenError,
    suppliers::fake::{FakeSupplier, sold_out},
    verifications::{Policy, Verification, VerificationStatus as S},
};

/// The second costs more than customers pay at the first.
async fn stage() -> Stage {
    Stage::with(FakeSupplier::new("FIRST", 415, "0.50"), FakeSupplier::new("SECOND", 212, "0.70")).await
}

fn told(rental: &Verification) -> (Option<&str>, String) {
    (rental.rental.as_ref().map(|at| at.supplier.as_str()), rental.price.amount.to_string())
}

async fn unread() -> (Stage, Customer) {
    let (first, second) = (FakeSupplier::new("FIRST", 415, "0.50"), FakeSupplier::new("SECOND", 212, "0.55"));
    let stage = Stage::unread(first, second, Policy::development()).await;
    let buyer = stage.customer("10").await;
    (stage, buyer)
}

#[tokio::test]
async fn the_first_order_waits_for_the_catalogues() {
    let (stage, buyer) = unread().await;
    let asked = json!({"serviceCode": "tg", "country": "US"});
    let opened = join_all([(); 4].map(|()| stage.open(buyer, asked.clone()))).await;
    for order in opened {
        let rental = stage.of_order(buyer, order.expect("opens")).await;
        assert_eq!(told(&rental), (Some("FIRST"), "0.6".into()));
    }
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM suppliers WHERE synced_at IS NOT NULL").await, 2);
}

#[tokio::test]
async fn what_nobody_could_look_up_is_not_denied() {
    let (stage, buyer) = unread().await;
    for fake in [&stage.first, &stage.second] {
        fake.state().down = true;
    }
    let later = |opened| matches!(opened, Err(OpenError::Vendor(PortError::Busy { .. })));
    for (service, country) in [("tg", "US"), ("yy", "US"), ("tg", "AQ")] {
        let asked = json!({"serviceCode": service, "country": country});
        assert!(later(stage.open(buyer, asked).await), "{service} in {country}");
    }
    // Back again, it is read without waiting for the next full round.
    stage.second.state().down = false;
    stage.suppliers.probe().await.expect("probes");
    let rental = stage.rent(buyer).await;
    assert_eq!(told(&rental), (Some("SECOND"), "0.66".into()));
    let rare = json!({"serviceCode": "zz", "country": "US"});
    assert!(later(stage.open(buyer, rare.clone()).await));
    // One that stays down is not waited for.
    for _ in 0..5 {
        stage.suppliers.probe().await.expect("probes");
    }
    assert!(matches!(stage.open(buyer, rare.clone()).await, Err(OpenError::NothingAvailable(_))));
    stage.first.state().down = false;
    stage.suppliers.probe().await.expect("probes");
    let Err(OpenError::NothingAvailable(what)) = stage.open(buyer, rare).await else { panic!("nobody sells it") };
    assert_eq!(what, ["zz/US"], "says what was asked for");
    stage.verify().await;
}

#[tokio::test]
async fn where_our_money_is_used_up_the_next_order_is_quoted_elsewhere() {
    let stage = stage().await;
    let buyer = stage.customer("10").await;
    stage.first.state().float = "0.49".into();
    stage.first.state().buy_fails.push_back(PortError::refused(RefusalReason::NoFunds, None, "balance"));
    let failed = stage.rent(buyer).await;
    assert_eq!((failed.status, stage.second.state().buys.len()), (S::Failed, 0), "never above what was quoted");
    assert_eq!(stage.available(buyer).await, amount("10"));
    assert_eq!(told(&stage.rent(buyer).await), (Some("SECOND"), "0.84".into()));
    // It answers well, and still has no money of ours.
    stage.suppliers.probe().await.expect("probes");
    stage.forget_refusals().await;
    assert_eq!(told(&stage.rent(buyer).await), (Some("SECOND"), "0.84".into()));
    stage.first.state().float = "0.50".into();
    stage.suppliers.probe().await.expect("probes");
    assert_eq!(told(&stage.rent(buyer).await), (Some("FIRST"), "0.6".into()));
    stage.verify().await;
}

#[tokio::test]
async fn what_was_just_refused_is_quoted_elsewhere_for_a_while() {
    let stage = stage().await;
    let buyer = stage.customer("10").await;
    stage.first.state().buy_fails.push_back(sold_out());
    assert_eq!(stage.rent(buyer).await.status, S::Failed);
    assert_eq!(told(&stage.rent(buyer).await), (Some("SECOND"), "0.84".into()));
    let service = crate::suppliers::Service::named("tg");
    let us = "US".parse().expect("a country");
    let listed = stage.verifications.price_list(Some(&service.code), Some(us)).await.expect("reads");
    assert_eq!(listed[0].price.amount, amount("0.84"), "the price list says the same");
    stage.forget_refusals().await;
    assert_eq!(told(&stage.rent(buyer).await), (Some("FIRST"), "0.6".into()));
}

#[tokio::test]
async fn no_more_is_bought_in_a_second_than_a_supplier_takes() {
    let first = FakeSupplier::new("FIRST", 415, "0.50").paced(1);
    let stage = Stage::with(first, FakeSupplier::new("SECOND", 212, "0.55")).await;
    let buyer = stage.customer("10").await;
    let mut items = Vec::new();
    for _ in 0..8 {
        items.push(stage.abandoned(buyer).await.1);
    }
    let begun = tokio::time::Instant::now();
    let bought = join_all(items.iter().map(|item| stage.verifications.purchase(item))).await;
    assert!(bought.iter().all(Result::is_ok));
    // One at once, five by waiting; who would wait longer goes to the next.
    assert_eq!((stage.first.state().buys.len(), stage.second.state().buys.len()), (6, 2));
    assert!(begun.elapsed() >= std::time::Duration::from_secs(5));
}

#[tokio::test]
async fn where_many_wait_each_is_looked_at_less_often() {
    let first = FakeSupplier::new("FIRST", 415, "0.50").asked(1);
    let stage = Stage::with(first, FakeSupplier::new("SECOND", 212, "0.55")).await;
    let buyer = stage.customer("10").await;
    let mut rentals = Vec::new();
    for _ in 0..8 {
        rentals.push(stage.rent(buyer).await.id);
    }
    let looked = join_all(rentals.iter().map(|id| stage.verifications.watch(*id))).await;
    let pauses = looked.into_iter().map(|outcome| match outcome.expect("looks") {
        Outcome::Again(pause) => pause.as_secs_f64(),
        other => panic!("a rental that waits is {other:?}"),
    });
    let pauses: Vec<f64> = pauses.collect();
    // Eight questions at one a second, and a quarter more of time; one had its turn at once, one by waiting.
    assert!(pauses.iter().all(|pause| (1.0..=10.0).contains(pause)), "{pauses:?}");
    assert!(pauses.iter().filter(|pause| **pause >= 8.0).count() >= 2, "{pauses:?}");
}

impl Stage {
    /// As if some minutes had passed.
    async fn forget_refusals(&self) {
        self.store.write_one("UPDATE supplier_offers SET refused_at = NULL", []).await.expect("writes");
    }
}
