//! The operator's pool: bought once whatever the carrier does, and what leaves it.

use serde_json::{Value, json};

use crate::support::{TestDb, api::Api, laws, on_both, product::Product};

on_both!(
    numbers_are_bought_once_whatever_the_carrier_answers,
    a_number_leaves_when_it_is_free,
    only_operators_have_a_pool,
    what_the_operator_owns_is_adopted,
);

const POOL: &str = "/admin/pool/numbers";

fn operator(product: &Product) -> Api {
    product.api.bearing(product.sandbox["admin"]["apiKey"].as_str().expect("a key"))
}

fn of(number: &Value) -> (String, String) {
    let text = |name: &str| number[name].as_str().unwrap_or_else(|| panic!("{name}: {number}")).to_owned();
    (text("id"), text("phoneNumber"))
}

async fn numbers_are_bought_once_whatever_the_carrier_answers(db: TestDb) {
    let product = Product::start(&db).await;
    let operator = operator(&product);
    product.twilio.fault("IncomingPhoneNumbers.create", "fail_after", 3).await;
    product.twilio.fault("IncomingPhoneNumbers.create", "status:503", 2).await;
    let wish = json!({ "countryCode": "US", "numberType": "local", "quantity": 12 });
    let added = operator.post_once(POOL, "k", wish.clone()).await.data(201);
    let (added_count, failed) =
        (added["added"].as_u64().expect("a count"), added["failed"].as_array().map_or(0, Vec::len));
    assert_eq!((added["pending"].as_u64(), added_count as usize + failed), (Some(0), 12), "{added}");
    assert!(added_count >= 7, "an answer that is lost is no refusal: {added}");
    assert_eq!(product.twilio.held().await.len(), added_count as usize);
    let again = operator.post_once(POOL, "k", wish).await.data(201);
    assert_eq!((&again["orderId"], &again["added"]), (&added["orderId"], &added["added"]), "one key buys once");
    laws::hold(&product.store, &product.twilio).await;
    product.stop().await;
}

async fn a_number_leaves_when_it_is_free(db: TestDb) {
    let product = Product::start(&db).await;
    let operator = operator(&product);
    let added = operator.post(POOL, json!({ "countryCode": "US", "quantity": 2 })).await.data(201);
    let (first, number) = of(&added["numbers"][0]);
    let (second, kept) = of(&added["numbers"][1]);
    let ada = product.customer(0).await;
    let wish = json!({ "userId": "u", "greetingText": "Hello" });
    for _ in 0..2 {
        ada.api.post("/sessions", wish.clone()).await.data(201);
    }
    operator.delete(&format!("{POOL}/{first}")).await.refused(409, "CONFLICT");
    for id in [&first, &second] {
        let drained = operator.post(&format!("{POOL}/{id}/drain"), json!({})).await.data(200);
        assert_eq!(drained["state"], "DRAINING", "{drained}");
    }
    product.api.post("/sandbox/clock", json!({ "advanceSeconds": 3600 })).await.data(200);
    ada.api.post("/sessions", wish.clone()).await.refused(409, "NUMBER_NOT_AVAILABLE");

    operator.delete(&format!("{POOL}/{first}?release=true")).await.data(200);
    operator.delete(&format!("{POOL}/{second}")).await.data(200);
    assert_eq!(product.twilio.held().await, std::slice::from_ref(&kept), "one went back, one stays the operator's");
    let bought = ada.order(std::slice::from_ref(&kept)).await;
    bought.refused(409, "NUMBER_NOT_AVAILABLE");
    laws::hold(&product.store, &product.twilio).await;

    operator.post(POOL, json!({ "phoneNumbers": [number] })).await.refused(409, "NUMBER_NOT_AVAILABLE");
    let back = operator.post(POOL, json!({ "phoneNumbers": [kept] })).await.data(201);
    assert_eq!((&back["added"], &back["numbers"][0]["state"]), (&json!(1), &json!("ACTIVE")), "{back}");
    ada.api.post("/sessions", wish).await.data(201);
    product.stop().await;
}

async fn only_operators_have_a_pool(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(10).await;
    let wish = json!({ "countryCode": "US", "quantity": 1 });
    ada.api.post(POOL, wish.clone()).await.refused(403, "AUTHORIZATION_ERROR");
    ada.api.get(POOL).await.refused(403, "AUTHORIZATION_ERROR");
    let item = json!({ "type": "POOL_NUMBER", "itemId": "+14155550100", "quantity": 1 });
    ada.api.post("/orders", json!({ "items": [item] })).await.refused(400, "VALIDATION_ERROR");
    let operator = operator(&product);
    operator.post(POOL, json!({ "countryCode": "US" })).await.refused(400, "VALIDATION_ERROR");
    operator
        .post(POOL, json!({ "quantity": 1, "phoneNumbers": ["+14155550100"] }))
        .await
        .refused(400, "VALIDATION_ERROR");
    operator.post(POOL, wish).await.data(201);
    let list = operator.get(&format!("{POOL}?free=true&countryCode=us")).await.data(200);
    assert_eq!(list["pagination"]["total"], 1, "{list}");
    product.stop().await;
}

/// A number that was bought beside us is the pool's once it is named; a customer's never is.
async fn what_the_operator_owns_is_adopted(db: TestDb) {
    let product = Product::start(&db).await;
    let operator = operator(&product);
    let ada = product.customer(10).await;
    let mut offers = ada.offers("415", 2).await;
    let (theirs, ours) = (offers.remove(0), offers.remove(0));
    let id = ada.buy(&theirs).await;
    bought_at_the_carrier(&product, &ours).await;
    let added = operator.post(POOL, json!({ "phoneNumbers": [theirs, ours] })).await.data(201);
    assert_eq!((of(&added["numbers"][0]).1, &added["numbers"][1]), (ours.clone(), &Value::Null), "{added}");
    assert_eq!(added["failed"][0]["phoneNumber"], theirs.as_str(), "{added}");
    let shown = ada.api.get(&format!("/numbers/{id}")).await.data(200);
    assert_eq!(shown["status"], "ACTIVE", "a customer's number stays the customer's");
    ada.api.post("/sessions", json!({ "userId": "u", "greetingText": "Adopted" })).await.data(201);
    let call = product.twilio.post("calls", json!({ "from": "+12125550100", "to": ours })).await;
    assert!(call["transcript"].to_string().contains("Adopted"), "its calls are announced to us now: {call}");
    laws::hold(&product.store, &product.twilio).await;
    product.stop().await;
}

async fn bought_at_the_carrier(product: &Product, number: &str) {
    let twilio = &product.sandbox["twilio"];
    let text = |name: &str| twilio[name].as_str().expect("the sandbox tells it");
    let sid = text("accountSid");
    let url = format!("{}/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers.json", text("url"));
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let request = client.post(url).basic_auth(sid, Some(text("authToken"))).form(&[("PhoneNumber", number)]);
    let answer = request.send().await.expect("the carrier answers");
    assert_eq!(answer.status().as_u16(), 201);
}
