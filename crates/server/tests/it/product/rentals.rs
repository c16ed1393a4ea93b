//! Renting numbers for codes, from both suppliers' twins.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use store::{FromQueryResult, one};

use crate::support::{
    TestDb,
    api::Api,
    customer::{Customer, MoneyView},
    laws, on_both,
    product::Product,
    wait::until,
};

on_both!(
    a_code_is_paid_for_when_it_comes,
    what_is_given_up_or_expires_costs_nothing,
    the_markets_protocol_does_the_same,
    orders_take_codes_too,
    a_tenant_sees_only_its_own_rentals,
);

#[derive(FromQueryResult)]
struct Read {
    suppliers: i64,
}

/// Waits until both suppliers' catalogues are read.
async fn stocked(product: &Product) {
    until("the catalogues are read", Duration::from_secs(20), || async {
        let sql = "SELECT CAST(COUNT(*) AS bigint) AS suppliers FROM suppliers WHERE synced_at IS NOT NULL";
        let read: Option<Read> = one(product.store.fresh(), sql, []).await.expect("reads");
        (read.map(|read| read.suppliers) == Some(2)).then_some(())
    })
    .await;
}

/// A product whose catalogues are read, and a customer with ten dollars.
pub(super) async fn renting(db: &TestDb) -> (Product, Customer) {
    let product = Product::start(db).await;
    let customer = product.customer(10).await;
    stocked(&product).await;
    (product, customer)
}

async fn rent(customer: &Customer, body: Value) -> Value {
    let rental = customer.api.post("/verifications", body).await.data(201);
    assert_eq!(rental["status"], "WAITING_FOR_SMS", "{rental}");
    rental
}

async fn shown(customer: &Customer, rental: &Value) -> Value {
    customer.api.get(&format!("/verifications/{}", rental["id"].as_str().expect("an id"))).await.data(200)
}

/// Texts a rented number.
async fn text(product: &Product, rental: &Value, words: &str) {
    let number = rental["phoneNumber"].as_str().expect("a number");
    let sent = product.api.request(Method::POST, "/sandbox/sms").query(&[("to", number), ("text", words)]);
    product.api.send(sent).await.data(200);
}

/// Asks by the market's protocol, with a key of the customer's.
async fn market(api: &Api, customer: &Customer, query: &str) -> String {
    let key = customer.api.post("/api-keys", json!({ "name": "market", "permissions": ["verifications:*"] })).await;
    let key = key.data(201)["key"].as_str().expect("a key").to_owned();
    ask(api, &key, query).await
}

async fn ask(api: &Api, key: &str, query: &str) -> String {
    let url = format!("{}/stubs/handler_api.php?api_key={key}&{query}", api.root());
    let answer = reqwest::Client::builder().no_proxy().build().expect("a client").get(url).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.text().await.expect("text")
}

async fn a_code_is_paid_for_when_it_comes(db: TestDb) {
    let (product, ada) = renting(&db).await;
    for (at, provider) in ["SMS_MAN", "TEXT_VERIFIED"].into_iter().enumerate() {
        let asked = json!({ "serviceCode": "tg", "country": "US", "preferredProvider": provider });
        let before = ada.money().await;
        let rental = rent(&ada, asked).await;
        assert_eq!(rental["provider"], provider);
        assert_ne!(ada.money().await, before, "its money is set aside");
        text(&product, &rental, "Telegram code: 98765. Do not give it to anyone.").await;
        let path = format!("/verifications/{}?wait=15", rental["id"].as_str().expect("an id"));
        let done = ada.api.get(&path).await.data(200);
        assert_eq!((&done["status"], &done["code"]), (&json!("COMPLETED"), &json!("98765")), "{done}");
        let order = ada.api.get(&format!("/orders/{}", done["orderId"].as_str().expect("an id"))).await.data(200);
        assert_eq!((&order["status"], &order["numbers"]), (&json!("COMPLETED"), &json!([])));
        let list = ada.api.get("/verifications?status=completed").await.data(200);
        assert_eq!(list["pagination"]["total"], at + 1);
    }
    laws::hold(&product.store, &product.twilio).await;
}

async fn what_is_given_up_or_expires_costs_nothing(db: TestDb) {
    let (product, ada) = renting(&db).await;
    for provider in ["SMS_MAN", "TEXT_VERIFIED"] {
        let asked = json!({ "serviceCode": "go", "country": "US", "preferredProvider": provider });
        let rental = rent(&ada, asked.clone()).await;
        let cancel = format!("/verifications/{}/cancel", rental["id"].as_str().expect("an id"));
        for _ in 0..2 {
            assert_eq!(ada.api.post(&cancel, json!({})).await.data(200)["status"], "CANCELLED");
            assert_eq!(ada.money().await, MoneyView::free("10"));
        }
        let rental = rent(&ada, asked).await;
        product.api.post("/sandbox/clock", json!({ "advanceSeconds": 1300 })).await.data(200);
        until("it expires", Duration::from_secs(20), || async {
            (shown(&ada, &rental).await["status"] == "EXPIRED").then_some(())
        })
        .await;
        assert_eq!(ada.money().await, MoneyView::free("10"));
    }
    laws::hold(&product.store, &product.twilio).await;
}

async fn the_markets_protocol_does_the_same(db: TestDb) {
    let (product, ada) = renting(&db).await;
    let key = ada.api.post("/api-keys", json!({ "name": "market", "permissions": ["*"] })).await.data(201);
    let key = key["key"].as_str().expect("a key");
    let ask = async |query: &str| ask(&product.api, key, query).await;
    assert_eq!(ask("action=getBalance").await, "ACCESS_BALANCE:10.00");
    let bought = ask("action=getNumber&service=tg&country=187").await;
    let parts: Vec<&str> = bought.split(':').collect();
    let ["ACCESS_NUMBER", id, number] = parts[..] else { panic!("{bought}") };
    assert!(number.bytes().all(|digit| digit.is_ascii_digit()));
    assert_eq!(ask(&format!("action=getStatus&id={id}")).await, "STATUS_WAIT_CODE");
    assert!(ask("action=getActiveActivations").await.contains(id));
    for (status, word) in [(1, "ACCESS_READY"), (3, "BAD_STATUS"), (6, "BAD_STATUS")] {
        assert_eq!(ask(&format!("action=setStatus&id={id}&status={status}")).await, word, "before the first code");
    }
    assert_eq!(ask(&format!("action=setStatus&id={id}&status=8")).await, "ACCESS_CANCEL");
    assert_eq!(ask(&format!("action=getStatus&id={id}")).await, "STATUS_CANCEL");
    assert_eq!(ask("action=getBalance").await, "ACCESS_BALANCE:10.00");
    for (query, word) in [
        ("action=getNumber&service=zz&country=187", "NO_NUMBERS"),
        ("action=getNumber&service=nothing-known&country=187", "BAD_SERVICE"),
        ("action=getStatus&id=1", "NO_ACTIVATION"),
        ("action=getActiveActivations", "NO_ACTIVATIONS"),
        ("action=dance", "BAD_ACTION"),
    ] {
        assert_eq!(ask(query).await, word, "{query}");
    }
    assert!(ask("action=getNumber&service=tg&country=187&maxPrice=0.01").await.starts_with("WRONG_MAX_PRICE:"));
    laws::hold(&product.store, &product.twilio).await;
}

async fn orders_take_codes_too(db: TestDb) {
    let (product, ada) = renting(&db).await;
    let order = ada.api.post("/orders", json!({ "serviceCode": "tg", "country": "US" })).await.data(202);
    let item = &order["items"][0];
    assert_eq!((&item["type"], &item["status"]), (&json!("VERIFICATION"), &json!("PLACED")));
    let id = item["metadata"]["verificationId"].as_str().expect("an id").to_owned();
    let rental = ada.api.get(&format!("/verifications/{id}")).await.data(200);
    text(&product, &rental, "Your code: 123-456").await;
    let done = ada.api.get(&format!("/verifications/{id}?wait=15")).await.data(200);
    assert_eq!(done["code"], "123456");
    let metadata = json!({ "serviceCode": "wa", "country": "GB" });
    let items = json!([{ "type": "VERIFICATION", "quantity": 1, "metadata": metadata }]);
    ada.api.post("/orders", json!({ "items": items })).await.data(202);
    ada.api.post("/orders", json!({ "country": "US" })).await.refused(400, "VALIDATION_ERROR");
    product.api.post("/sandbox/clock", json!({ "advanceSeconds": 1300 })).await.data(200);
    laws::hold(&product.store, &product.twilio).await;
}

async fn a_tenant_sees_only_its_own_rentals(db: TestDb) {
    let (product, ada) = renting(&db).await;
    let eve = product.customer(1).await;
    let rental = rent(&ada, json!({ "serviceCode": "tg", "country": "US" })).await;
    let path = format!("/verifications/{}", rental["id"].as_str().expect("an id"));
    eve.api.get(&path).await.refused(404, "NOT_FOUND");
    eve.api.get(&format!("{path}/stream")).await.refused(404, "NOT_FOUND");
    for action in ["cancel", "report", "resend"] {
        eve.api.post(&format!("{path}/{action}"), json!({})).await.refused(404, "NOT_FOUND");
    }
    let activation = format!("action=getStatus&id={}", rental["activationId"]);
    assert_eq!(market(&product.api, &eve, &activation).await, "NO_ACTIVATION");
    assert_eq!(market(&product.api, &ada, &activation).await, "STATUS_WAIT_CODE");
    ada.api.post(&format!("{path}/cancel"), json!({})).await.data(200);
    laws::hold(&product.store, &product.twilio).await;
}
