//! Ordering: prices, policy, falling through, doubt.

use std::time::Duration;

use chrono::TimeDelta;
use futures::future::join_all;
use ports::PortError;
use serde_json::json;
use store::{Tx, exec};

use super::{Stage, amount};
use crate::{
    orders::OpenError,
    suppliers::Health,
    suppliers::fake::{FakeSupplier, sold_out},
    verifications::{Policy, VerificationStatus as S},
    web::error::ErrorCode,
};

#[tokio::test]
async fn a_number_is_rented_from_the_cheaper_one_and_its_money_set_aside() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    assert_eq!((rental.status, rental.price.amount), (S::WaitingForSms, amount("0.60")));
    let at = rental.rental.as_ref().expect("is rented");
    assert_eq!((at.supplier.as_str(), at.number.as_str()), ("FIRST", "+14150000001"));
    assert_eq!(stage.available(buyer).await, amount("9.40"));
    assert_eq!(stage.order_status(buyer, &rental).await, "PROCESSING");
    assert_eq!(stage.first.state().buys[0].max_cost.map(|cost| cost.amount), Some(amount("0.60")));
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM steps WHERE kind = 'verification'").await, 1);
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM steps WHERE kind = 'order_item'").await, 0);
    stage.verify().await;
}

#[tokio::test]
async fn a_definite_no_falls_through_inside_the_same_hold() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    stage.first.state().buy_fails.push_back(sold_out());
    let rental = stage.rent(buyer).await;
    let at = rental.rental.as_ref().expect("is rented");
    assert_eq!((at.supplier.as_str(), rental.status), ("SECOND", S::WaitingForSms));
    assert_eq!((rental.price.amount, stage.available(buyer).await), (amount("0.60"), amount("9.40")));
    assert_eq!((stage.first.state().buys.len(), stage.second.state().buys.len()), (1, 1));
}

#[tokio::test]
async fn nobody_is_asked_to_sell_above_what_the_customer_pays() {
    let stage = Stage::with(FakeSupplier::new("FIRST", 415, "0.50"), FakeSupplier::new("SECOND", 212, "0.61")).await;
    let buyer = stage.customer("10").await;
    stage.first.state().buy_fails.push_back(sold_out());
    let rental = stage.rent(buyer).await;
    assert_eq!((rental.status, stage.second.state().buys.len()), (S::Failed, 0));
    assert_eq!(stage.order_status(buyer, &rental).await, "FAILED");
    assert_eq!(stage.available(buyer).await, amount("10"));
    stage.verify().await;
}

#[tokio::test]
async fn an_operator_may_sell_below_cost() {
    let stage = Stage::with(FakeSupplier::new("FIRST", 415, "0.50"), FakeSupplier::new("SECOND", 212, "0.51")).await;
    let buyer = stage.customer("10").await;
    let (id, now) = (stage.ambient.uuid(), stage.ambient.business());
    let rule = "INSERT INTO pricing_rules (id, product, profit_type, profit_value, priority, is_active, created_at) \
                VALUES ($1, 'VERIFICATION', 'PERCENTAGE', -50000000, 0, true, $2)";
    let insert = |tx: Tx| async move { exec(&tx, rule, [id.into(), now.into()]).await.map(drop) };
    stage.store.write(insert).await.expect("a rule");
    let rental = stage.rent(buyer).await;
    assert_eq!((rental.status, rental.price.amount), (S::WaitingForSms, amount("0.25")));
    assert_eq!(stage.first.state().buys[0].max_cost.map(|cost| cost.amount), Some(amount("0.50")));
    assert_eq!(stage.available(buyer).await, amount("9.75"));
    stage.first.state().buy_fails.push_back(sold_out());
    assert_eq!(stage.rent(buyer).await.status, S::Failed, "no dearer one stands in");
    stage.verify().await;
}

#[tokio::test]
async fn a_preferred_supplier_is_asked_first_and_sets_the_price() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let options = json!({"serviceCode": "Telegram", "country": "us", "preferredProvider": "second"});
    let order = stage.open(buyer, options).await.expect("opens");
    let rental = stage.of_order(buyer, order).await;
    assert_eq!(rental.rental.as_ref().map(|at| at.supplier.as_str()), Some("SECOND"));
    assert_eq!(rental.price.amount, amount("0.66"));
}

#[tokio::test]
async fn what_cannot_be_had_opens_no_order() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let refused = |error: Result<_, OpenError>| match error {
        Err(OpenError::Refused(code, _)) => code.as_str(),
        Err(OpenError::NothingAvailable(_)) => "NOTHING",
        Err(OpenError::Invalid(_)) => "INVALID",
        other => panic!("{other:?}"),
    };
    for (options, why) in [
        (json!({"serviceCode": "tg", "country": "US", "maxPrice": 0.59}), ErrorCode::PriceChanged.as_str()),
        (json!({"serviceCode": "revolut", "country": "US"}), ErrorCode::NotPermittedByPolicy.as_str()),
        (json!({"serviceCode": "zz", "country": "US"}), "NOTHING"),
        (json!({"serviceCode": "tg", "country": "DE"}), "NOTHING"),
        (json!({"serviceCode": "yy", "country": "US"}), "INVALID"),
        (json!({"serviceCode": "tg", "country": "AQ"}), "INVALID"),
        (json!({"serviceCode": "tg", "country": "UK"}), "INVALID"),
        (json!({"serviceCode": "t g!", "country": "US"}), "INVALID"),
        (json!({"serviceCode": "tg", "country": "USA"}), "INVALID"),
        (json!({"serviceCode": "tg", "country": "US", "preferredProvider": "NOBODY"}), "INVALID"),
        (json!({"serviceCode": "tg", "country": "US", "maxPrice": -1}), "INVALID"),
        (json!({"serviceCode": "tg", "country": "US", "price": 0.01}), "INVALID"),
    ] {
        assert_eq!(refused(stage.open(buyer, options.clone()).await), why, "{options}");
    }
    let poor = stage.customer("0.59").await;
    let asked = stage.open(poor, json!({"serviceCode": "tg", "country": "US"})).await;
    assert!(matches!(asked, Err(OpenError::InsufficientBalance { .. })));
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM verifications").await, 0);
    assert!(stage.first.state().buys.is_empty());
}

#[tokio::test]
async fn a_lost_answer_is_found_where_the_supplier_can_tell() {
    let first = FakeSupplier::new("FIRST", 415, "0.50").replaying();
    let stage = Stage::with(first, FakeSupplier::new("SECOND", 212, "0.55")).await;
    let buyer = stage.customer("10").await;
    stage.first.state().buy_fails.push_back(PortError::Unknown);
    let rental = stage.rent(buyer).await;
    assert_eq!(rental.status, S::Processing);
    tokio::time::sleep(Duration::from_millis(2100)).await;
    stage.place(&rental).await;
    let rental = stage.rental(rental.id).await;
    assert_eq!((rental.status, stage.first.state().buys.len()), (S::WaitingForSms, 1));
    assert!(stage.second.state().buys.is_empty());
}

#[tokio::test]
async fn a_lost_answer_that_nobody_can_tell_gives_the_money_back_and_an_orphan() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    stage.first.state().buy_fails.push_back(PortError::Unknown);
    let rental = stage.rent(buyer).await;
    assert_eq!((rental.status, stage.available(buyer).await), (S::Processing, amount("9.40")));
    // As if the bound had passed.
    let long_ago = stage.ambient.wall() - TimeDelta::seconds(31);
    let item = rental.item.uuid();
    for earlier in [
        "UPDATE order_items SET placing_since = $2 WHERE id = $1",
        "UPDATE supplier_attempts SET began_at = $2 WHERE item_id = $1",
    ] {
        stage.store.write_one(earlier, [item.into(), long_ago.into()]).await.expect("writes");
    }
    stage.place(&rental).await;
    let rental = stage.rental(rental.id).await;
    assert_eq!((rental.status, stage.available(buyer).await), (S::Failed, amount("10")));
    assert_eq!((stage.first.state().buys.len(), stage.second.state().buys.len()), (1, 0));
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM orphans WHERE vendor = 'FIRST'").await, 1);
    stage.verify().await;
}

#[tokio::test]
async fn a_supplier_that_is_down_keeps_its_offers_and_is_asked_again_when_it_answers() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    stage.first.state().down = true;
    assert!(stage.suppliers.sync().await.is_err());
    for _ in 0..5 {
        let _ = stage.suppliers.sync().await;
    }
    let health = async |at: usize| {
        let rows = crate::suppliers::suppliers(stage.store.reader()).await.expect("reads");
        rows[at].health().expect("a health")
    };
    assert_eq!((health(0).await, health(1).await), (Health::Down, Health::Healthy));
    let rental = stage.rent(buyer).await;
    assert_eq!(rental.rental.as_ref().map(|at| at.supplier.as_str()), Some("SECOND"));
    stage.first.state().down = false;
    stage.suppliers.probe().await.expect("probes");
    assert_eq!(health(0).await, Health::Healthy);
    let rental = stage.rent(buyer).await;
    assert_eq!(rental.rental.as_ref().map(|at| at.supplier.as_str()), Some("FIRST"));
}

#[tokio::test]
async fn an_account_has_its_caps() {
    let mut policy = Policy::development();
    (policy.active_cap, policy.daily_cap) = (2, 3);
    let stage = Stage::selling(policy).await;
    let buyer = stage.customer("10").await;
    let asked = json!({"serviceCode": "tg", "country": "US"});
    let opened = join_all([(); 32].map(|()| stage.open(buyer, asked.clone()))).await;
    assert_eq!(opened.iter().filter(|opened| opened.is_ok()).count(), 2);
    let capped = |opened: &Result<_, _>| matches!(opened, Err(OpenError::Refused(ErrorCode::SpendLimitReached, _)));
    assert_eq!(opened.iter().filter(|opened| capped(opened)).count(), 30);
    // A place is free again, but the day has one only.
    let mut open = opened.into_iter().flatten();
    for _ in 0..2 {
        let rental = stage.of_order(buyer, open.next().expect("two")).await;
        stage.verifications.cancel(buyer.account, rental.id).await.expect("cancels");
    }
    assert!(stage.open(buyer, asked.clone()).await.is_ok());
    assert!(capped(&stage.open(buyer, asked.clone()).await));
    assert!(stage.open(stage.customer("1").await, asked).await.is_ok());
    stage.verify().await;
}
