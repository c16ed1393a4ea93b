//! Suppliers' credentials: stored by an operator, used at once everywhere, never shown again.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};
use server::{
    compose::App,
    config::{Config, Env},
};
use store::{FromQueryResult, all};
use tokio::net::TcpListener;

use super::{operator, rent};
use crate::support::{TestDb, api::Api, on_both, product::Product, wait::until};

on_both!(
    stored_credentials_win_until_they_are_removed,
    what_cannot_work_is_not_stored,
    in_production_a_supplier_is_connected_by_the_api_alone,
);

const SMS_MAN: &str = "/admin/providers/SMS_MAN";
const KEY: &str = "a key of thirty-two characters, or more";

#[derive(FromQueryResult)]
struct Written {
    words: String,
}

/// Whether the supplier answers, asked with the credentials of now.
async fn works(operator: &Api) -> bool {
    let told = operator.post(&format!("{SMS_MAN}/test"), json!({})).await.data(200);
    told["works"].as_bool().expect("yes or no")
}

async fn store_credentials(operator: &Api, credentials: Value) -> Value {
    operator.put(SMS_MAN, json!({ "credentials": credentials })).await.data(200)
}

/// The secret stands nowhere in the clear: not where it is stored, not with what operators did.
async fn is_sealed(product: &Product, secret: &str) {
    let sql = "SELECT CAST(sealed AS text) AS words FROM supplier_credentials UNION ALL \
               SELECT CAST(after AS text) AS words FROM audit_entries WHERE after IS NOT NULL";
    let written: Vec<Written> = all(product.store.fresh(), sql, []).await.expect("reads");
    assert!(written.len() >= 3 && written.iter().all(|row| !row.words.contains(secret)), "{secret} is readable");
}

async fn stored_credentials_win_until_they_are_removed(db: TestDb) {
    let folder = tempfile::tempdir().expect("a folder");
    let product = Product::start_in(&db, folder.path(), &[("ENCRYPTION_KEY", KEY)]).await;
    let operator = operator(&product);
    let token = product.sandbox["smsMan"]["token"].as_str().expect("a token");
    let sandbox = operator.get(SMS_MAN).await.data(200);
    assert_eq!((&sandbox["credentials"]["source"], &sandbox["isConnected"]), (&json!("SANDBOX"), &json!(true)));

    let wrong = json!({ "token": "0123456789abWXYZ", "apiUrl": product.sandbox["smsMan"]["url"] });
    let stored = store_credentials(&operator, wrong).await;
    assert_eq!(stored["credentials"]["source"], "STORED", "{stored}");
    let field = &stored["credentials"]["fields"][0];
    assert_eq!((&field["name"], &field["isSet"], &field["hint"]), (&json!("token"), &json!(true), &json!("WXYZ")));
    assert!(field["since"].is_string() && !stored.to_string().contains("0123456789ab"), "{stored}");
    assert!(!works(&operator).await, "the twin knows another token");
    is_sealed(&product, "0123456789ab").await;

    let stored = store_credentials(&operator, json!({ "token": token })).await;
    assert!(works(&operator).await, "what is not named stays: {stored}");
    is_sealed(&product, token).await;

    // A process that has another key says what is wrong, and asks nobody with other credentials instead.
    let settings = [("ENCRYPTION_KEY", "another key of thirty-two characters or more")];
    let second = Product::start_in(&db, folder.path(), &settings).await;
    let elsewhere = second.api.bearing(operator.token().expect("a key"));
    let shown = elsewhere.get(SMS_MAN).await.data(200);
    assert_eq!(shown["isConnected"], false, "{shown}");
    assert!(shown["credentials"]["error"].as_str().is_some_and(|why| why.contains("another key")), "{shown}");

    // Removed here, and so within seconds there.
    let removed = operator.put(SMS_MAN, json!({ "credentials": null })).await.data(200);
    assert_eq!(removed["credentials"]["source"], "SANDBOX", "{removed}");
    assert!(works(&operator).await);
    until("the other process knows", Duration::from_secs(10), || async {
        let shown = elsewhere.get(SMS_MAN).await.data(200);
        (shown["isConnected"] == true && shown["credentials"]["error"].is_null()).then_some(())
    })
    .await;
    second.stop().await;
    product.stop().await;
}

async fn what_cannot_work_is_not_stored(db: TestDb) {
    let product = Product::start(&db).await;
    let operator = operator(&product);
    let (sms_man, text_verified) = (SMS_MAN, "/admin/providers/TEXT_VERIFIED");
    for (supplier, credentials, field) in [
        (sms_man, json!({ "apiKey": "k" }), "credentials.apiKey"),
        (sms_man, json!({ "token": "" }), "credentials.token"),
        (sms_man, json!({ "token": "two words" }), "credentials.token"),
        (sms_man, json!({ "token": "t", "apiUrl": "http://example.com" }), "credentials.apiUrl"),
        (sms_man, json!({ "apiUrl": "https://example.com" }), "credentials.token"),
        (text_verified, json!({ "apiKey": "k" }), "credentials.username"),
    ] {
        let refused = operator.put(supplier, json!({ "credentials": credentials })).await;
        let error = refused.refused(400, "VALIDATION_ERROR");
        assert_eq!(error["field"], field, "{error}");
        assert!(!error.to_string().contains("two words"), "a secret is not echoed: {error}");
    }
    operator.put(sms_man, json!({ "credentials": { "password": "x" } })).await.refused(400, "VALIDATION_ERROR");
    operator.put("/admin/providers/NOBODY", json!({ "credentials": null })).await.refused(404, "NOT_FOUND");
    let shown = operator.get(sms_man).await.data(200);
    assert_eq!(shown["credentials"]["source"], "SANDBOX", "{shown}");
    product.stop().await;
}

/// The product in production on the same database, without any supplier in its settings.
async fn production(db: &TestDb, folder: &std::path::Path, more: &[(&str, &str)]) -> (Api, App) {
    let folder = folder.to_str().expect("temporary folders have plain names");
    let usual = [
        ("APP_ENV", "production"),
        ("DATA_DIR", folder),
        ("PORT", "0"),
        ("JWT_SECRET", KEY),
        ("API_BASE_URL", "https://numberline.example.com"),
    ];
    let mut config =
        Config::read(&Env::of(usual.into_iter().chain(more.iter().copied()))).expect("the settings are right");
    config.database = db.settings.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let app = App::compose(config, address).await.expect("the product is composed");
    let service = app.router().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    (Api::at(&format!("http://{address}")), app)
}

async fn in_production_a_supplier_is_connected_by_the_api_alone(db: TestDb) {
    let folders = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    // Its twin is the supplier here, and its operator the operator.
    let sandbox = Product::start_in(&db, folders.0.path(), &[("ENCRYPTION_KEY", KEY)]).await;
    let key = operator(&sandbox).token().expect("a key").to_owned();
    let twin = &sandbox.sandbox["smsMan"];
    let credentials = json!({ "token": twin["token"], "apiUrl": twin["url"] });

    let (api, careless) = production(&db, folders.1.path(), &[]).await;
    let refused = api.bearing(&key).put(SMS_MAN, json!({ "credentials": credentials })).await;
    refused.refused(422, "INVALID_CONFIGURATION");
    careless.close().await;

    let (api, app) = production(&db, folders.1.path(), &[("ENCRYPTION_KEY", KEY)]).await;
    let operator = api.bearing(&key);
    let all = operator.get("/admin/providers").await.data(200);
    let names: Vec<&Value> = all["data"].as_array().expect("a list").iter().map(|provider| &provider["name"]).collect();
    assert_eq!(names, ["SMS_MAN", "TEXT_VERIFIED"]);
    let shown = &all["data"][0];
    assert_eq!((&shown["isConnected"], &shown["credentials"]["source"]), (&json!(false), &json!("NONE")), "{shown}");
    assert!(!works(&operator).await);
    let stored = store_credentials(&operator, credentials).await;
    assert_eq!(stored["isConnected"], true, "{stored}");
    assert!(works(&operator).await);

    // And numbers are rented there at once.
    until("its offers are read", Duration::from_secs(30), || async {
        operator.get(SMS_MAN).await.data(200)["syncedAt"].is_string().then_some(())
    })
    .await;
    let customer = sandbox.customer(10).await;
    let key = customer.api.post("/api-keys", json!({ "name": "all", "permissions": ["*"] })).await.data(201);
    let renter = api.bearing(key["key"].as_str().expect("a key"));
    let rental = rent(&renter, json!({ "serviceCode": "tg", "country": "US", "preferredProvider": "SMS_MAN" })).await;
    assert_eq!(rental["provider"], "SMS_MAN", "{rental}");
    app.close().await;
    sandbox.stop().await;
}
