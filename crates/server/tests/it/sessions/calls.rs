//! Over HTTP, with a caller: the borrower's greeting, then the neutral one, then the next borrower's.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestDb, api::Api, laws, on_both, product::Product, signed, wait::until};

on_both!(callers_hear_who_has_the_number_now, the_paths_of_the_requirements_work_as_written);

const CALLER: &str = "+12125550100";

/// What a caller hears, as text.
async fn ring(product: &Product, number: &str) -> String {
    let call = product.twilio.post("calls", json!({ "from": CALLER, "to": number })).await;
    call["transcript"].to_string()
}

fn operator(product: &Product) -> Api {
    product.api.bearing(product.sandbox["admin"]["apiKey"].as_str().expect("a key"))
}

async fn callers_hear_who_has_the_number_now(db: TestDb) {
    let product = Product::start(&db).await;
    let bought = operator(&product).post("/admin/pool/numbers", json!({ "countryCode": "US", "quantity": 1 })).await;
    let number = bought.data(201)["numbers"][0]["phoneNumber"].as_str().expect("a number").to_owned();
    assert!(ring(&product, &number).await.contains("not in service"), "nobody has borrowed it");

    let (ada, eve) = (product.customer(0).await, product.customer(0).await);
    let body = json!({ "userId": "u1", "greetingUrl": "https://media.example.com/ada.mp3", "expiresInMinutes": 10 });
    let session = ada.api.post("/sessions", body).await.data(201);
    assert_eq!(session["phoneNumber"], number.as_str());
    assert!(ring(&product, &number).await.contains("https://media.example.com/ada.mp3"));
    let id = session["sessionId"].as_str().expect("an id");
    let shown = ada.api.get(&format!("/sessions/{id}")).await.data(200);
    assert_eq!((&shown["calls"][0]["from"], &shown["calls"][1]), (&json!(CALLER), &Value::Null), "{shown}");
    until("the carrier says how the call ended", Duration::from_secs(20), || async {
        let call = ada.api.get(&format!("/sessions/{id}")).await.data(200)["calls"][0].clone();
        (call["status"] == "COMPLETED" && call["duration"].is_number()).then_some(())
    })
    .await;
    eve.api.get(&format!("/sessions/{id}")).await.refused(404, "NOT_FOUND");

    let wish = json!({ "userId": "u2", "greetingText": "Eve & friends" });
    let refused = eve.api.post("/sessions", wish.clone()).await.refused(409, "NUMBER_NOT_AVAILABLE");
    assert!(refused["details"]["nextFreeAt"].is_string(), "{refused}");
    // Its time is over; it cools down: strays hear nothing of Ada.
    product.api.post("/sandbox/clock", json!({ "advanceSeconds": 10 * 60 })).await.data(200);
    assert!(ring(&product, &number).await.contains("not in service"));
    eve.api.post("/sessions", wish.clone()).await.refused(409, "NUMBER_NOT_AVAILABLE");
    product.api.post("/sandbox/clock", json!({ "advanceSeconds": 300 })).await.data(200);
    let session = eve.api.post("/sessions", wish).await.data(201);
    assert_eq!(session["phoneNumber"], number.as_str());
    let ended = ada.api.post(&format!("/sessions/{id}/expire"), json!({})).await.data(200);
    assert_eq!((&ended["status"], &ended["endReason"]), (&json!("ENDED"), &json!("EXPIRED")));
    assert!(ring(&product, &number).await.contains("Eve & friends"), "the older session cannot end the newer one");
    laws::hold(&product.store, &product.twilio).await;
    product.stop().await;
}

async fn the_paths_of_the_requirements_work_as_written(db: TestDb) {
    let product = Product::start(&db).await;
    operator(&product).post("/admin/pool/numbers", json!({ "countryCode": "US", "quantity": 2 })).await.data(201);
    let ada = product.customer(0).await;
    let body = json!({ "userId": "user123", "greetingUrl": "https://example.com/greeting.mp3" });
    let create = ada.api.request_at(Method::POST, "/sessions/create").json(&body);
    let session = ada.api.send(create).await.data(201);
    let number = session["phoneNumber"].as_str().expect("a number");

    let id = session["sessionId"].as_str().expect("an id").trim_start_matches("ses_");
    let bare = format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]);
    let sid = "CA0123456789abcdef0123456789abcdef";
    let form =
        [("CallSid", sid), ("From", CALLER), ("To", number), ("Direction", "inbound"), ("CallStatus", "ringing")];
    for _ in 0..2 {
        let heard = incoming(&product, &form, true).await;
        assert_eq!(heard.status, 200);
        assert!(heard.body.to_string().contains("https://example.com/greeting.mp3"), "{:?}", heard.body);
    }
    assert_eq!(incoming(&product, &form, false).await.status, 403);
    let shown = ada.api.get(&format!("/sessions/{bare}")).await.data(200);
    assert_eq!(shown["calls"].as_array().map(Vec::len), Some(1), "a repeat leaves one call: {shown}");

    for _ in 0..2 {
        let expire = ada.api.request_at(Method::POST, &format!("/sessions/{bare}/expire"));
        let ended = ada.api.send(expire).await;
        assert_eq!(ended.body["message"], "Session expired successfully");
        assert_eq!(ended.data(200)["status"], "ENDED");
    }
    assert!(incoming(&product, &form, true).await.body.to_string().contains("not in service"));
    product
        .api
        .send(product.api.request_at(Method::POST, "/sessions/create").json(&body))
        .await
        .refused(401, "AUTHENTICATION_ERROR");
    product.stop().await;
}

/// The carrier's question at the root, signed or not.
async fn incoming(product: &Product, form: &[(&str, &str)], signed: bool) -> crate::support::api::Answer {
    let request = product.api.request_at(Method::POST, "/twilio/incoming-call").form(form);
    let url = format!("{}/twilio/incoming-call", product.api.root());
    let token = product.sandbox["twilio"]["authToken"].as_str().expect("a token");
    let signature = if signed { signed::twilio(token, &url, form) } else { "bm8=".to_owned() };
    product.api.send(request.header("X-Twilio-Signature", signature)).await
}
