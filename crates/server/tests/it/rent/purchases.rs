//! The purchase goes wrong: what is in doubt is asked about where the supplier can tell, and given up after its bound
//! where it cannot.

use futures::future::join_all;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::desk::{Desk, PATIENCE, path};
use crate::support::{
    TestDb,
    api::Answer,
    customer::{Customer, MoneyView},
    floats, on_both,
    wait::until,
};

on_both!(
    a_purchase_in_doubt_ends_once,
    a_definite_no_is_followed_by_the_next_supplier,
    what_nobody_sells_costs_nothing,
);

/// What goes wrong with a purchase at SMS-Man, and how many numbers that leaves bought. It cannot be asked.
const NEVER_KNOWN: &[(&str, usize)] =
    &[("fail_before", 0), ("fail_after", 1), ("hang", 0), ("latency:12s", 1), ("status:500", 0)];

/// What goes wrong with a purchase at TextVerified, at which of its requests, and how often: it remembers our key.
const FOUND: &[(&str, &str, u32)] = &[
    ("Verifications.create", "fail_before", 3),
    ("Verifications.create", "fail_after", 3),
    ("Verifications.create", "hang", 2),
    ("Verifications.create", "latency:12s", 1),
    ("Verifications.fetch", "fail_before", 3),
    ("Verifications.fetch", "status:500", 3),
];

async fn a_purchase_in_doubt_ends_once(db: TestDb) {
    let desk = Desk::open(&db).await;
    let mut doubtful = Vec::new();
    for (fault, _) in NEVER_KNOWN {
        doubtful.push(order_under(&desk, "SMS_MAN", "Numbers.create", fault, 1).await);
    }
    for (operation, fault, times) in FOUND {
        // One after the other: a fault befalls whoever asks next.
        let order = order_under(&desk, "TEXT_VERIFIED", operation, fault, *times).await;
        let rental = desk.becomes(&answered(order).await, "WAITING_FOR_SMS").await;
        desk.text(&rental, "Telegram code: 24680").await;
        assert_eq!(desk.becomes(&rental, "COMPLETED").await["code"], "24680", "{operation} {fault}");
    }
    let mut left = 0;
    for (order, (fault, bought)) in doubtful.into_iter().zip(NEVER_KNOWN) {
        let rental = desk.becomes(&answered(order).await, "FAILED").await;
        assert_eq!(rental["phoneNumber"], Value::Null, "{fault}: {rental}");
        let order = desk.ada.api.get(&format!("/orders/{}", rental["orderId"].as_str().expect("an id"))).await;
        assert_eq!(order.data(200)["items"][0]["error"]["code"], "UPSTREAM_TIMEOUT", "{fault}");
        left += bought;
    }
    let orphans = floats::orphans(&desk.product.store, "SMS_MAN").await;
    assert_eq!(orphans.len(), NEVER_KNOWN.len(), "operators are told of each: {orphans:?}");
    let sold = desk.suppliers.sms_man.state().await["activations"].as_array().map(Vec::len);
    assert_eq!(sold, Some(left), "nothing was asked for twice");
    let sold = desk.suppliers.text_verified.state().await["verifications"].as_array().map(Vec::len);
    assert_eq!(sold, Some(FOUND.len()), "one key, one purchase");
    assert_eq!(desk.ada.money().await.held, "0");
    desk.hold().await;
}

/// The refusal is the first supplier's alone: the second one sells, within the same order and the same money.
async fn a_definite_no_is_followed_by_the_next_supplier(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.suppliers.text_verified.fault("Verifications.create", "code:Unavailable", 1).await;
    let rental = desk.settled(desk.order("TEXT_VERIFIED").await).await;
    assert_eq!((&rental["status"], &rental["provider"]), (&json!("WAITING_FOR_SMS"), &json!("SMS_MAN")));
    assert_eq!(desk.ada.money().await.held, rental["price"].to_string(), "one order, one hold");
    desk.give_up(&rental).await;
    assert_eq!(desk.ada.money().await, MoneyView::free("100"));
    desk.hold().await;
}

async fn what_nobody_sells_costs_nothing(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.suppliers.sms_man.fault("Numbers.create", "code:no_numbers", 6).await;
    desk.suppliers.text_verified.fault("Verifications.create", "code:Unavailable", 6).await;
    let orders = join_all((0..6).map(|at| desk.order(super::desk::SUPPLIERS[at % 2]))).await;
    for order in orders {
        // Whoever asks later is told at once.
        if order.status == 409 {
            order.refused(409, "NUMBER_NOT_AVAILABLE");
            continue;
        }
        let rental = desk.settled(order).await;
        assert_eq!(rental["status"], "FAILED", "{rental}");
    }
    assert_eq!(desk.ada.money().await, MoneyView::free("100"));
    desk.hold().await;
}

/// Sends an order and returns once the faults have befallen it.
async fn order_under(
    desk: &Desk,
    supplier: &'static str,
    operation: &str,
    fault: &str,
    times: u32,
) -> (Customer, JoinHandle<Answer>) {
    let control = desk.suppliers.at(supplier);
    control.fault(operation, fault, times).await;
    let ada = desk.ada.clone();
    let order = tokio::spawn({
        let ada = ada.clone();
        let body = json!({ "serviceCode": "tg", "country": "US", "preferredProvider": supplier });
        async move { ada.api.post("/verifications", body).await }
    });
    until(&format!("{fault} befell {operation}"), PATIENCE, || async {
        control.faults().await.is_empty().then_some(())
    })
    .await;
    (ada, order)
}

/// The rental that was ordered, as the answer shows it.
async fn answered((_, order): (Customer, JoinHandle<Answer>)) -> Value {
    let answer = order.await.expect("the order is answered");
    assert!(matches!(answer.status, 201 | 202), "{answer:?}");
    let rental = answer.body["data"].clone();
    assert!(path(&rental).len() > 20, "it has an id");
    rental
}
