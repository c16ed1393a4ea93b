//! The carrier goes wrong at every step of a purchase: every order is final in time, and nobody pays for what they do
//! not have (docs/product.md, laws 3 to 6).

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::support::{
    TestDb,
    api::Answer,
    customer::{Customer, MoneyView},
    laws, on_both,
    product::Product,
    wait::until,
};

on_both!(
    every_fault_of_a_purchase_ends_well,
    a_carrier_that_is_down_for_a_while_loses_nothing,
    another_number_than_asked_for_is_an_orphan,
    a_release_goes_on_until_the_carrier_agrees,
);

const BUY: &str = "IncomingPhoneNumbers.create";

/// What goes wrong, and what the order comes to.
const FAULTS: &[(&str, &str)] = &[
    ("fail_before", "FAILED"),
    ("fail_after", "COMPLETED"),
    ("hang", "FAILED"),
    ("latency:4s", "COMPLETED"),
    ("latency:12s", "COMPLETED"),
    ("status:500", "FAILED"),
    ("status:503", "FAILED"),
    ("code:20429", "COMPLETED"),
    ("code:21422", "FAILED"),
    ("code:21631", "FAILED"),
    ("code:20003", "FAILED"),
];

/// Sends an order of one number and returns once the fault has befallen it.
async fn order_under(product: &Product, ada: &Customer, number: &str, fault: &str) -> JoinHandle<Answer> {
    product.twilio.fault(BUY, fault, 1).await;
    let order = tokio::spawn({
        let (ada, number) = (ada.clone(), number.to_owned());
        async move { ada.order(&[number]).await }
    });
    until("the fault befell the order", Duration::from_secs(10), || async {
        product.twilio.faults().await.is_empty().then_some(())
    })
    .await;
    order
}

/// Requests answer though their orders are under way.
const IMPATIENT: &[(&str, &str)] = &[("ORDER_SETTLE_SECONDS", "3")];

async fn every_fault_of_a_purchase_ends_well(db: TestDb) {
    let product = Product::start_with(&db, IMPATIENT).await;
    let ada = product.customer(100).await;
    let numbers = ada.offers("415", FAULTS.len()).await;
    let mut orders = Vec::new();
    for (number, (fault, _)) in numbers.iter().zip(FAULTS) {
        orders.push(order_under(&product, &ada, number, fault).await);
    }
    let mut ids = Vec::new();
    for (order, (fault, _)) in orders.into_iter().zip(FAULTS) {
        let answer = order.await.expect("the order is answered");
        assert!(matches!(answer.status, 201 | 202), "{fault}: {answer:?}");
        ids.push(answer.body["data"]["order"]["id"].as_str().expect("an id").to_owned());
    }
    laws::hold(&product.store, &product.twilio).await;
    let mut delivered = 0;
    for (id, (fault, expected)) in ids.iter().zip(FAULTS) {
        let order = ada.api.get(&format!("/orders/{id}")).await.data(200);
        assert_eq!(order["status"], *expected, "{fault}: {order}");
        let error = &order["items"][0]["error"];
        assert_eq!(error.is_null(), *expected == "COMPLETED", "{fault}: {order}");
        delivered += i64::from(*expected == "COMPLETED");
    }
    let left = vocab::Amount::from_micros(100_000_000 - delivered * 1_380_000).to_string();
    assert_eq!(ada.money().await, MoneyView::free(&left));
}

/// The answers are lost, and for some seconds the carrier cannot even be asked.
async fn a_carrier_that_is_down_for_a_while_loses_nothing(db: TestDb) {
    let product = Product::start_with(&db, IMPATIENT).await;
    let ada = product.customer(100).await;
    let numbers = ada.offers("212", 6).await;
    for fault in ["fail_after", "fail_before"] {
        product.twilio.fault(BUY, fault, 3).await;
    }
    product.twilio.fault("*", "status:503", 60).await;
    let wanted: Vec<_> = numbers.iter().map(|number| [number.clone()]).collect();
    let answers = join_all(wanted.iter().map(|wanted| ada.order(wanted))).await;
    assert!(answers.iter().all(|answer| answer.status == 202), "{answers:?}");
    tokio::time::sleep(Duration::from_secs(4)).await;
    product.twilio.mend().await;
    laws::hold(&product.store, &product.twilio).await;
    assert_eq!(product.twilio.held().await.len(), 3, "what was bought is found");
    assert_eq!(ada.money().await, MoneyView::free("95.86"));
}

async fn another_number_than_asked_for_is_an_orphan(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(10).await;
    let number = ada.offers("415", 1).await.remove(0);
    product.twilio.post("numbers/swap", json!({ "times": 1 })).await;
    let order = ada.order(std::slice::from_ref(&number)).await.data(201);
    assert_eq!(order["order"]["status"], "FAILED", "{order}");
    assert_eq!(ada.money().await, MoneyView::free("10"));
    let held = product.twilio.held().await;
    assert!(held.len() == 1 && held[0] != number, "it is there, for the operator: {held:?}");
    laws::hold(&product.store, &product.twilio).await;
    ada.buy(&number).await;
    laws::hold(&product.store, &product.twilio).await;
    an_operator_deals_with(&product, &held[0]).await;
}

async fn an_operator_deals_with(product: &Product, number: &str) {
    let operator = product.api.bearing(product.sandbox["admin"]["apiKey"].as_str().expect("a key"));
    let told = operator.get("/admin/orphans?vendor=twilio").await.data(200);
    let orphan = &told["data"][0];
    assert_eq!((&told["pagination"]["total"], &orphan["subject"]), (&json!(1), &json!(number)), "{told}");
    assert!(orphan["reference"].as_str().is_some_and(|sid| sid.starts_with("PN")), "{orphan}");
    assert!(orphan.get("resolvedAt").is_none() && orphan["itemId"].is_string(), "{orphan}");
    let path = format!("/admin/orphans/{}/resolve", orphan["id"].as_str().expect("an id"));
    operator.post(&path, json!({})).await.refused(400, "VALIDATION_ERROR");
    operator.post("/admin/orphans/orp_0/resolve", json!({ "note": "x" })).await.refused(404, "NOT_FOUND");

    let resolved = operator.post(&path, json!({ "note": "released by hand" })).await.data(200);
    assert!(resolved["resolvedAt"].is_string(), "{resolved}");
    let again = operator.post(&path, json!({ "note": "twice" })).await.data(200);
    assert_eq!(again, resolved, "a repeat changes nothing");
    assert_eq!(operator.get("/admin/orphans").await.data(200)["data"], json!([]));
    assert_eq!(operator.get("/admin/orphans?resolved=true").await.data(200)["data"], json!([resolved]));
    let audited = operator.get("/admin/audit?action=ORPHAN_RESOLVED").await.data(200);
    assert_eq!(audited["data"].as_array().map(Vec::len), Some(1), "{audited}");
    assert_eq!(audited["data"][0]["after"]["note"], "released by hand", "{audited}");
}

async fn a_release_goes_on_until_the_carrier_agrees(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(10).await;
    let numbers = ada.offers("415", 3).await;
    for (number, fault) in numbers.iter().zip(["status:503", "fail_before", "fail_after"]) {
        let id = ada.buy(number).await;
        product.twilio.fault("IncomingPhoneNumbers.delete", fault, 4).await;
        let answer = ada.api.delete(&format!("/numbers/{id}")).await;
        assert!(matches!(answer.status, 200 | 202), "{fault}: {answer:?}");
        until("the number is released", Duration::from_secs(30), || async {
            let number = ada.api.get(&format!("/numbers/{id}")).await.data(200);
            (number["status"] == "RELEASED").then_some(())
        })
        .await;
        product.twilio.mend().await;
        assert_eq!(product.twilio.held().await, Vec::<String>::new(), "{fault}");
    }
    laws::hold(&product.store, &product.twilio).await;
}
