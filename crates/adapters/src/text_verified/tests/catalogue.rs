//! Balance, services, prices.

use ports::{PortError, Supplier, supplier::Recovery};
use serde_json::json;

use super::*;

#[tokio::test]
async fn services_that_can_receive_texts() {
    let list = json!([
        {"serviceName": "telegram", "description": "Telegram", "capability": "sms"},
        {"serviceName": "callme", "capability": "voice"},
        {"serviceName": "both", "description": null, "capability": "smsAndVoiceCombo"},
        {"serviceName": "odd", "description": ""}
    ]);
    let (supplier, stub) = serving([answer(200, list)]).await;
    let services = supplier.services().await.unwrap();
    let seen: Vec<_> = services.iter().map(|service| (service.code.as_str(), service.title.as_str())).collect();
    assert_eq!(seen, [("telegram", "Telegram"), ("both", "both"), ("odd", "odd")]);
    assert_eq!(stub.lines()[1], "GET /api/pub/v2/services?numberType=mobile&reservationType=verification");
    let countries = supplier.countries().await.unwrap();
    assert_eq!((countries.len(), countries[0].code.as_str()), (1, "US"));
}

#[tokio::test]
async fn offers_are_priced_one_by_one() {
    let list = json!([{"serviceName": "telegram", "capability": "sms"}, {"serviceName": "gone", "capability": "sms"}]);
    // Price and stock are asked for at the same time, so either question gets both answers.
    let told = || answer(200, json!({"serviceName": "x", "price": 0.75, "availableQuantity": 9000}));
    let (supplier, stub) = serving([answer(200, list), told(), told(), told(), told()]).await;
    let offers = supplier.offers(None).await.unwrap();
    assert_eq!(offers.len(), 2);
    assert_eq!((offers[0].count, offers[0].cost), (9000, usd("0.75")));
    assert_eq!((offers[0].service.as_str(), offers[0].country.as_str()), ("telegram", "US"));
    let asked: Vec<_> =
        stub.seen().iter().filter_map(|request| request.split_once("\r\n\r\n").map(|p| p.1.to_owned())).collect();
    let price =
        r#"{"serviceName":"telegram","areaCode":false,"carrier":false,"numberType":"mobile","capability":"sms"}"#;
    let stock = r#"{"serviceName":"telegram","numberType":"mobile","capability":"sms"}"#;
    assert!(asked.iter().any(|body| body == price) && asked.iter().any(|body| body == stock), "{asked:?}");
    assert_eq!(supplier.offers(Some("DE")).await, Ok(Vec::new()));
}

#[tokio::test]
async fn what_is_not_offered_is_left_out_and_what_fails_is_an_error() {
    let list = || answer(200, json!([{"serviceName": "telegram", "capability": "sms"}]));
    let (supplier, _stub) = serving([list(), answer(400, "")]).await;
    assert_eq!(supplier.offers(Some("US")).await, Ok(Vec::new()));
    assert_eq!(supplier.quote("telegram", "US").await, Ok(None));
    assert_eq!(supplier.quote("telegram", "FR").await, Ok(None));
    let (supplier, _stub) = serving([list(), answer(503, "")]).await;
    assert!(matches!(supplier.offers(None).await, Err(PortError::Busy { .. })));
    let (supplier, _stub) = serving([answer(200, json!({"price": "free", "availableQuantity": 1}))]).await;
    assert_eq!(supplier.quote("telegram", "US").await, Err(PortError::Unknown));
}

#[tokio::test]
async fn reads_are_asked_again() {
    let balance = answer(200, json!({"username": "x", "currentBalance": "799.70"}));
    let (supplier, stub) = serving([answer(503, ""), Reply::Close, balance]).await;
    assert_eq!(supplier.balance().await, Ok(usd("799.7")));
    assert_eq!(stub.lines()[1..], ["GET /api/pub/v2/account/me"; 3]);
}

#[tokio::test]
async fn the_card_tells_what_webhooks_and_keys_can_do() {
    let (supplier, _stub) = serving([]).await;
    let card = supplier.card();
    assert_eq!(card.name, "TEXT_VERIFIED");
    assert!(!card.pushes_texts, "no secret, no webhook that could be believed");
    assert!(matches!(card.recovery, Recovery::Replay { .. }) && card.batched && card.quotes_singly);
}
