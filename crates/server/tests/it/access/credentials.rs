//! Tokens and keys: how long they hold, and how soon they do not (docs/product.md, law 14).

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    TestDb,
    api::Api,
    customer::{Customer, PASSWORD},
    on_both,
    product::Product,
    wait::until,
};

on_both!(
    who_logs_out_is_out_everywhere_in_five_seconds,
    a_refresh_token_works_once,
    a_stolen_refresh_token_ends_the_login,
    a_key_that_is_revoked_opens_nothing,
    a_key_outlives_the_key_that_made_it,
    a_key_may_do_no_more_than_it_says,
    a_wrong_password_and_an_unknown_address_look_alike,
    an_address_registers_once,
);

/// The law.
const FIVE_SECONDS: Duration = Duration::from_secs(5);

async fn refresh(api: &Api, token: &str) -> crate::support::api::Answer {
    api.post("/auth/refresh", json!({ "refreshToken": token })).await
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}

async fn login(api: &Api, email: &str) -> (Api, String) {
    let data = api.post("/auth/login", json!({ "email": email, "password": PASSWORD })).await.data(200);
    (api.bearing(text(&data["tokens"]["accessToken"])), text(&data["tokens"]["refreshToken"]))
}

/// Also on another replica, which has seen the token at work.
async fn who_logs_out_is_out_everywhere_in_five_seconds(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let secret = [("JWT_SECRET", "a secret that both replicas know of, 32 characters")];
    let one = Product::start_in(&db, folder.path(), &secret).await;
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let other = Product::start_in(&db, elsewhere.path(), &secret).await;
    let ada = Customer::register(&one.api).await;
    let (second, _) = login(&one.api, &ada.email).await;
    let token = ada.api.token().expect("she is logged in");
    let there = other.api.bearing(token);
    there.get("/auth/me").await.data(200);

    ada.api.post("/auth/logout", json!({})).await.data(200);
    ada.api.get("/auth/me").await.refused(401, "AUTHENTICATION_ERROR");
    until("the other replica knows", FIVE_SECONDS, || async {
        (there.get("/auth/me").await.status == 401).then_some(())
    })
    .await;
    refresh(&one.api, &ada.refresh_token).await.refused(401, "AUTHENTICATION_ERROR");
    second.get("/auth/me").await.data(200);
    let (third, _) = login(&one.api, &ada.email).await;
    third.post("/auth/logout", json!({ "allDevices": true })).await.data(200);
    for api in [&second, &third] {
        api.get("/auth/me").await.refused(401, "AUTHENTICATION_ERROR");
    }
}

async fn a_refresh_token_works_once(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(0).await;
    let mut token = ada.refresh_token.clone();
    for _ in 0..3 {
        let next = refresh(&product.api, &token).await.data(200);
        product.api.bearing(text(&next["accessToken"])).get("/auth/me").await.data(200);
        token = text(&next["refreshToken"]);
    }
    // An answer that was lost is given again, the same to everybody who asks at once.
    let answers = join_all((0..6).map(|_| refresh(&product.api, &token))).await;
    let successors: Vec<_> = answers.into_iter().map(|answer| text(&answer.data(200)["refreshToken"])).collect();
    assert!(successors.iter().all(|successor| *successor == successors[0]), "one successor");
    for bad in ["", "nonsense", &ada.refresh_token[..ada.refresh_token.len() - 1]] {
        let answer = refresh(&product.api, bad).await;
        assert!(matches!(answer.status, 400 | 401), "{answer:?}");
    }
}

async fn a_stolen_refresh_token_ends_the_login(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(0).await;
    let second = text(&refresh(&product.api, &ada.refresh_token).await.data(200)["refreshToken"]);
    let third = refresh(&product.api, &second).await.data(200);
    // The first comes back although its successor was used.
    refresh(&product.api, &ada.refresh_token).await.refused(401, "AUTHENTICATION_ERROR");
    refresh(&product.api, &text(&third["refreshToken"])).await.refused(401, "AUTHENTICATION_ERROR");
    until("the access token is out too", FIVE_SECONDS, || async {
        (ada.api.get("/auth/me").await.status == 401).then_some(())
    })
    .await;
}

async fn key(ada: &Customer, permissions: &[&str]) -> (String, Api) {
    let made = ada.api.post("/api-keys", json!({ "name": "k", "permissions": permissions })).await.data(201);
    let secret = text(&made["key"]);
    assert!(secret.starts_with("nl_test_") && secret.starts_with(&text(&made["keyPrefix"])), "{made}");
    (text(&made["id"]), ada.api.bearing(secret))
}

async fn a_key_that_is_revoked_opens_nothing(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(10).await;
    let (id, api) = key(&ada, &["*"]).await;
    api.get("/numbers").await.data(200);
    let shown = ada.api.get(&format!("/api-keys/{id}")).await.data(200);
    assert!(shown["key"].is_null(), "shown once: {shown}");
    ada.api.delete(&format!("/api-keys/{id}")).await.data(200);
    until("the key is out", FIVE_SECONDS, || async { (api.get("/numbers").await.status == 401).then_some(()) }).await;
}

/// As at the processors that our customers know; the list shows what a key has made.
async fn a_key_outlives_the_key_that_made_it(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(0).await;
    let (maker_id, maker) = key(&ada, &["*"]).await;
    let body = json!({ "name": "made by a key", "permissions": ["numbers:read"] });
    let made = maker.post("/api-keys", body).await.data(201);
    ada.api.delete(&format!("/api-keys/{maker_id}")).await.data(200);
    until("its maker is out", FIVE_SECONDS, || async { (maker.get("/numbers").await.status == 401).then_some(()) })
        .await;
    ada.api.bearing(text(&made["key"])).get("/numbers").await.data(200);
    let keys = ada.api.get("/api-keys").await.data(200).to_string();
    assert!(keys.contains("made by a key"), "{keys}");
}

async fn a_key_may_do_no_more_than_it_says(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(10).await;
    let (_, reader) = key(&ada, &["numbers:read"]).await;
    reader.get("/numbers").await.data(200);
    for path in ["/orders", "/billing/account", "/api-keys"] {
        reader.get(path).await.refused(403, "AUTHORIZATION_ERROR");
    }
    let buy = json!({ "numbers": [{ "phoneNumber": "+14155550100" }] });
    reader.post("/numbers/purchase", buy).await.refused(403, "AUTHORIZATION_ERROR");
    let (_, maker) = key(&ada, &["keys:*"]).await;
    let more = json!({ "name": "more", "permissions": ["*"] });
    let made = maker.post("/api-keys", more).await;
    if made.status == 201 {
        let made = made.data(201);
        let api = ada.api.bearing(text(&made["key"]));
        api.get("/numbers").await.refused(403, "AUTHORIZATION_ERROR");
    } else {
        assert!(matches!(made.status, 400 | 403), "{made:?}");
    }
}

async fn a_wrong_password_and_an_unknown_address_look_alike(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(0).await;
    let mut errors = Vec::new();
    for (email, password) in [(ada.email.as_str(), "Wrong123!"), ("nobody@example.com", PASSWORD)] {
        let body = json!({ "email": email, "password": password });
        errors.push(product.api.post("/auth/login", body).await.refused(401, "AUTHENTICATION_ERROR"));
    }
    assert_eq!(errors[0], errors[1]);
    let shouted = json!({ "email": ada.email.to_ascii_uppercase(), "password": PASSWORD });
    product.api.post("/auth/login", shouted).await.data(200);
}

async fn an_address_registers_once(db: TestDb) {
    let product = Product::start(&db).await;
    let body = |email: &str| json!({ "email": email, "password": PASSWORD, "firstName": "A", "lastName": "B" });
    let answers = join_all(
        ["a@b.example", "A@b.example", "a@B.EXAMPLE"].map(|email| product.api.post("/auth/register", body(email))),
    )
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refused(409, "CONFLICT")["field"], "email");
    }
}
