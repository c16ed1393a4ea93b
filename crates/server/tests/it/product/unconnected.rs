//! In production nothing stands in for a vendor that nobody has connected: every door to it says the same.

use std::net::SocketAddr;

use serde_json::json;
use server::{
    compose::App,
    config::{Config, Env},
};
use tokio::net::TcpListener;

use crate::support::{TestDb, api::Api, customer::Customer, on_both};

on_both!(without_vendors_every_door_says_who_must_act);

async fn without_vendors_every_door_says_who_must_act(db: TestDb) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = [
        ("APP_ENV", "production"),
        ("DATA_DIR", folder.path().to_str().expect("temporary folders have plain names")),
        ("API_BASE_URL", "https://api.example.com"),
        ("JWT_SECRET", "a secret of thirty-two characters or more"),
    ];
    let mut config = Config::read(&Env::of(settings)).expect("the settings are right");
    config.database = db.settings.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let app = App::compose(config, address).await.expect("the product is composed");
    let service = app.router().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });

    let ada = Customer::register(&Api::at(&format!("http://{address}"))).await;
    let numbers = json!({ "numbers": [{ "phoneNumber": "+12125550100" }] });
    let items = json!({ "items": [{ "type": "PHONE_NUMBER", "itemId": "+12125550100", "quantity": 1 }] });
    let money = json!({ "amount": 10, "paymentMethodId": "pm_card_visa" });
    for (answer, setting) in [
        (ada.api.get("/numbers/search?countryCode=US").await, "TWILIO_ACCOUNT_SID"),
        (ada.api.get("/numbers/pricing?countryCode=US").await, "TWILIO_ACCOUNT_SID"),
        (ada.api.get("/numbers/countries").await, "TWILIO_ACCOUNT_SID"),
        (ada.api.post("/numbers/purchase", numbers).await, "TWILIO_ACCOUNT_SID"),
        (ada.api.post("/orders", items).await, "TWILIO_ACCOUNT_SID"),
        (ada.api.post("/payments/deposit", money).await, "STRIPE_SECRET_KEY"),
    ] {
        let error = answer.refused(503, "UNAVAILABLE");
        assert!(error["message"].as_str().is_some_and(|told| told.contains(setting)), "{error}");
    }
    app.close().await;
}
