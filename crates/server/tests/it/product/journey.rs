//! From nothing to a number that answers, and back.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{TestDb, customer::MoneyView, laws, on_both, product::Product, wait::until};

on_both!(the_first_sale);

const CALLER: &str = "+12125550100";
const SOON: Duration = Duration::from_secs(10);

async fn the_first_sale(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(0).await;
    let me = ada.api.get("/auth/me").await.data(200);
    assert_eq!(me["email"], ada.email.as_str(), "{me}");

    let paid = ada.deposit(50).await;
    assert_eq!((&paid["payment"]["status"], &paid["payment"]["amount"]), (&json!("SUCCEEDED"), &json!(50)));
    assert_eq!(ada.money().await, MoneyView::free("50"));

    let number = ada.offers("415", 3).await.remove(0);
    let id = ada.buy(&number).await;
    // A dollar fifteen and twenty percent.
    assert_eq!(ada.money().await, MoneyView::free("48.62"));
    assert_eq!(product.twilio.held().await, std::slice::from_ref(&number));
    shown_as_bought(&ada.api, &id, &number).await;

    let heard = ring(&product, &number).await;
    assert!(heard.contains("not taking calls yet"), "{heard}");
    configured_to_say(&ada.api, &id).await;
    let heard = ring(&product, &number).await;
    assert!(heard.contains("Löwe & Söhne <3"), "{heard}");
    charged_for_two_calls(&ada, &id).await;

    released(&product, &ada, &id, &number).await;
    laws::hold(&product.store, &product.twilio).await;
    product.stop().await;
}

/// What a caller hears, as text.
async fn ring(product: &Product, number: &str) -> String {
    let call = product.twilio.post("calls", json!({ "from": CALLER, "to": number })).await;
    assert!(call["callSid"].as_str().is_some_and(|sid| sid.starts_with("CA")), "{call}");
    call["transcript"].to_string()
}

async fn shown_as_bought(api: &crate::support::api::Api, id: &str, number: &str) {
    let shown = api.get(&format!("/numbers/{id}")).await.data(200);
    assert_eq!((&shown["phoneNumber"], &shown["status"]), (&json!(number), &json!("ACTIVE")));
    let list = api.get("/numbers").await.data(200);
    assert_eq!((&list["pagination"]["total"], &list["data"][0]["id"]), (&json!(1), &json!(id)));
    assert_eq!(list["summary"]["activeNumbers"], 1);
    let orders = api.get("/orders").await.data(200);
    let order = orders["data"][0]["id"].as_str().expect("an order");
    let order = api.get(&format!("/orders/{order}")).await.data(200);
    let timeline: Vec<&Value> =
        order["timeline"].as_array().expect("a timeline").iter().map(|entry| &entry["status"]).collect();
    assert_eq!(timeline, ["PENDING", "PROCESSING", "COMPLETED"]);
    assert_eq!((&order["paymentStatus"], &order["numbers"][0]["id"]), (&json!("SUCCEEDED"), &json!(id)));
}

async fn configured_to_say(api: &crate::support::api::Api, id: &str) {
    let rules = json!({ "defaultAction": { "type": "say", "destination": "Löwe & Söhne <3" } });
    let configuration = json!({ "name": "main", "routingRules": rules });
    let body = json!({ "configuration": configuration, "makeDefault": true });
    api.post(&format!("/numbers/{id}/configure"), body).await.data(200);
}

/// Each call is a row of its own, and costs a started minute.
async fn charged_for_two_calls(ada: &crate::support::customer::Customer, id: &str) {
    let path = format!("/numbers/{id}");
    let shown = until("both calls are over and charged", SOON, || async {
        let shown = ada.api.get(&path).await.data(200);
        let calls = shown["recentCalls"].as_array().expect("a list of calls");
        let over = calls.iter().filter(|call| call["status"] == "COMPLETED").count();
        (over == 2).then_some(shown)
    })
    .await;
    let calls = shown["recentCalls"].as_array().expect("a list of calls");
    assert_eq!(calls.len(), 2, "{shown}");
    assert!(calls.iter().all(|call| call["from"] == CALLER), "{shown}");
    assert_eq!((&shown["usage"]["totalCalls"], &shown["usage"]["monthlyMinutes"]), (&json!(2), &json!(2)));
    let spent = &shown["analytics"]["thisMonth"]["cost"];
    let spent: vocab::Amount = spent.to_string().parse().expect("an amount");
    assert!(spent.is_positive(), "{shown}");
    let left = "48.62".parse::<vocab::Amount>().expect("an amount").checked_sub(spent).expect("fits");
    until("the wallet has paid", SOON, || async {
        (ada.money().await == MoneyView::free(&left.to_string())).then_some(())
    })
    .await;
}

/// It goes back to the carrier, and for a day to nobody.
async fn released(product: &Product, ada: &crate::support::customer::Customer, id: &str, number: &str) {
    let gone = ada.api.delete(&format!("/numbers/{id}")).await.data(200);
    assert_eq!(gone["status"], "RELEASED", "{gone}");
    assert_eq!(product.twilio.held().await, Vec::<String>::new());
    assert!(ada.api.get("/numbers").await.data(200)["data"].as_array().is_some_and(Vec::is_empty));
    let eve = product.customer(10).await;
    eve.order(&[number.to_owned()]).await.refused(409, "NUMBER_NOT_AVAILABLE");
    assert!(!eve.offers("415", 3).await.contains(&number.to_owned()), "it cools down");
    product.api.post("/sandbox/clock", json!({ "advanceSeconds": 25 * 3600 })).await.data(200);
    eve.buy(number).await;
    assert_eq!(eve.money().await, MoneyView::free("8.62"));
}
