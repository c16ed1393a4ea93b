//! What is not sold, and how much is sold to one account (docs/product.md, law 16).

use serde_json::{Value, json};

use super::desk::Desk;
use crate::support::{TestDb, api::Answer, customer::MoneyView, on_both};

on_both!(what_the_operator_denies_is_not_sold, an_account_has_its_caps);

async fn order(desk: &Desk, service: &str, country: &str) -> Answer {
    desk.ada.api.post("/verifications", json!({ "serviceCode": service, "country": country })).await
}

async fn what_the_operator_denies_is_not_sold(db: TestDb) {
    let desk = Desk::with(&db, &[("VERIFICATION_DENIED_COUNTRIES", "GB,DE")]).await;
    let key = desk.key().await;
    // A category that is denied until an operator allows it, and a country.
    for (service, country, numbered) in [("revolut", "US", "187"), ("paypal", "US", "187"), ("tg", "GB", "16")] {
        let refused = order(&desk, service, country).await.refused(403, "NOT_PERMITTED_BY_POLICY");
        assert!(refused["message"].as_str().is_some_and(|why| why.contains("here")), "{refused}");
        let item = json!({ "type": "VERIFICATION", "quantity": 1,
                           "metadata": { "serviceCode": service, "country": country } });
        desk.ada.api.post("/orders", json!({ "items": [item] })).await.refused(403, "NOT_PERMITTED_BY_POLICY");
        let query = format!("action=getNumber&service={service}&country={numbered}");
        assert_eq!(desk.market(&key, &query).await, "BAD_SERVICE", "{service} in {country}");
    }
    let listed: Value = serde_json::from_str(&desk.market(&key, "action=getPrices").await).expect("JSON");
    assert_eq!((&listed["16"], listed["187"]["tg"].is_object()), (&Value::Null, true), "nor is it listed");
    for (filter, count) in [("country=GB", 0), ("serviceCode=revolut", 0), ("serviceCode=tg&country=FR", 1)] {
        let prices = desk.ada.api.get(&format!("/verifications/prices?{filter}")).await.data(200);
        assert_eq!(prices["pagination"]["total"], count, "{filter}");
    }
    assert_eq!(desk.count("orders").await, 0, "nothing was ordered");
    assert_eq!(desk.ada.money().await, MoneyView::free("100"));

    let rental = desk.settled(order(&desk, "tg", "FR").await).await;
    desk.give_up(&rental).await;
    desk.hold().await;
}

async fn an_account_has_its_caps(db: TestDb) {
    let caps = [("VERIFICATION_ACTIVE_CAP", "2"), ("VERIFICATION_DAILY_CAP", "4")];
    let desk = Desk::with(&db, &caps).await;
    let key = desk.key().await;
    let get_number = "action=getNumber&service=tg&country=187";
    let first = desk.settled(order(&desk, "tg", "US").await).await;
    let second = desk.settled(order(&desk, "wa", "US").await).await;
    let refused = order(&desk, "tg", "US").await.refused(403, "SPEND_LIMIT_REACHED");
    assert!(refused["message"].as_str().is_some_and(|why| why.contains("2 is the most at once")), "{refused}");
    assert_eq!(desk.market(&key, get_number).await, "CHANNELS_LIMIT");
    let eve = desk.product.customer(10).await;
    let body = json!({ "serviceCode": "tg", "country": "US" });
    let theirs = eve.api.post("/verifications", body).await;
    assert!(matches!(theirs.status, 201 | 202), "the caps are each account's own: {theirs:?}");

    for rental in [&first, &second] {
        desk.give_up(rental).await;
    }
    for _ in 0..2 {
        let rental = desk.settled(order(&desk, "tg", "US").await).await;
        desk.give_up(&rental).await;
    }
    let refused = order(&desk, "tg", "US").await.refused(403, "SPEND_LIMIT_REACHED");
    assert!(refused["message"].as_str().is_some_and(|why| why.contains("in 24 hours, and 4 is the most")), "{refused}");
    assert_eq!(desk.market(&key, get_number).await, "CHANNELS_LIMIT");
    assert_eq!(desk.ada.money().await, MoneyView::free("100"));
    desk.skip(24 * 3600 + 1).await;
    let rental = desk.settled(order(&desk, "tg", "US").await).await;
    desk.give_up(&rental).await;
    desk.hold().await;
}
