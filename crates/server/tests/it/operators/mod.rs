//! What operators do, over HTTP.

mod audited;
mod credentials;
mod keeping;

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{api::Api, product::Product, wait::until};

/// The operator of this product.
fn operator(product: &Product) -> Api {
    product.api.bearing(product.sandbox["admin"]["apiKey"].as_str().expect("a key"))
}

/// A rental that has its number.
async fn rent(api: &Api, body: Value) -> Value {
    let opened = api.post("/verifications", body).await;
    // A busy machine may take longer than a request waits.
    assert!(matches!(opened.status, 201 | 202), "{opened:?}");
    let path = format!("/verifications/{}", opened.body["data"]["id"].as_str().expect("an id"));
    until("the number is rented", Duration::from_secs(30), || async {
        let shown = api.get(&path).await.data(200);
        shown["phoneNumber"].is_string().then_some(shown)
    })
    .await
}

/// The id of a rental that got its text, and the code.
async fn texted(api: &Api) -> (String, String) {
    let rental = rent(api, json!({ "serviceCode": "tg", "country": "US" })).await;
    let text = json!({ "to": rental["phoneNumber"], "text": "Your code is 481516" });
    api.post("/sandbox/sms", text).await.data(200);
    let id = rental["id"].as_str().expect("an id").to_owned();
    let code = until("the text has come", Duration::from_secs(30), || async {
        api.get(&format!("/verifications/{id}")).await.data(200)["code"].as_str().map(str::to_owned)
    })
    .await;
    (id, code)
}
