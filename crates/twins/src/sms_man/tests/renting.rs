use std::{collections::BTreeSet, time::Duration};

use chrono::TimeDelta;
use vocab::E164;

use super::*;

#[tokio::test]
async fn the_catalogue_says_what_is_sold() {
    let bench = Bench::start().await;
    let countries = bench.ask("countries", &[]).await.expect("answered");
    assert_eq!(countries["5"], json!({ "id": "5", "title": "USA", "code": "US" }));
    let applications = bench.ask("applications", &[]).await.expect("answered");
    assert_eq!(applications["1"], json!({ "id": "1", "title": "Telegram", "code": "tg" }));
    assert_eq!(applications["2"]["code"], "zz");
    assert!(countries.as_object().expect("by id").len() >= 50 && applications.as_object().expect("by id").len() >= 50);
    let prices = bench.ask("get-prices", &[("country_id", "5")]).await.expect("answered");
    assert_eq!((&prices["5"]["1"]["cost"], &prices["5"]["2"]["count"]), (&json!("0.52"), &json!(0)));
    let limits = bench.ask("limits", &[("country_id", "5"), ("application_id", "1")]).await.expect("answered");
    assert_eq!(limits[0]["numbers"], json!(prices["5"]["1"]["count"].to_string()));
    let all = bench.ask("get-prices", &[]).await.expect("answered");
    assert_eq!(all.as_object().expect("by country").len(), countries.as_object().expect("by id").len());
}

#[tokio::test]
async fn a_number_is_rented_gets_its_code_and_is_closed() {
    let bench = Bench::start().await;
    let bought = bench.buy().await;
    let number: E164 = format!("+{}", bought["number"].as_str().expect("digits")).parse().expect("a number");
    assert!(number.is_valid());
    assert_eq!(bench.balance().await, "9.48");
    let id = &bought["request_id"];
    assert_eq!(error(&bench.code(id).await), "wait_sms");
    assert_eq!(bench.set(id, "ready").await["success"], json!(true));
    let order = json!({ "to": number.digits()[1..], "text": "Telegram code 12-34 or 567 890" });
    let (status, sent) = bench.control(Method::POST, "/sms", order).await;
    assert_eq!((status, &sent["code"], &sent["id"]), (200, &json!("567890"), &json!(id.to_string())));
    assert_eq!(bench.code(id).await["sms_code"], "567890");
    assert_eq!(error(&bench.set(id, "reject").await), "wrong_status");
    assert_eq!(bench.set(id, "ready").await["success"], json!(true), "one more is wanted");
    assert_eq!(error(&bench.code(id).await), "wait_sms");
    assert_eq!(bench.control(Method::POST, &format!("/sms?id={id}"), Value::Null).await.0, 200);
    assert!(bench.code(id).await["sms_code"].is_string());
    assert_eq!(bench.set(id, "close").await["success"], json!(true));
    assert_eq!(error(&bench.set(id, "close").await), "wrong_status");
    assert!(bench.code(id).await["sms_code"].is_string(), "what was told can be asked again");
    assert_eq!(bench.balance().await, "9.48");
    assert_eq!(bench.state().await["messages"].as_array().map(Vec::len), Some(2));
    assert_eq!(bench.control(Method::POST, &format!("/sms?id={id}"), Value::Null).await.0, 404);
}

#[tokio::test]
async fn what_is_given_back_is_refunded_once() {
    let bench = Bench::start().await;
    for status in ["reject", "used"] {
        let id = bench.buy().await["request_id"].clone();
        assert_eq!(bench.balance().await, "9.48");
        assert_eq!(bench.set(&id, status).await["success"], json!(true));
        assert_eq!(error(&bench.set(&id, status).await), "wrong_status");
        assert_eq!(error(&bench.code(&id).await), "wrong_status");
        assert_eq!(bench.balance().await, "10.00");
    }
    assert_eq!(error(&bench.set(&json!(7), "reject").await), "wrong_request_id");
}

#[tokio::test]
async fn texts_come_by_themselves_unless_one_was_asked_for() {
    let bench = Bench::with(SmsManTwin { text_delay: Some(Duration::from_secs(1)), ..settings() }).await;
    let (alone, asked, gone) = (bench.buy().await, bench.buy().await, bench.buy().await);
    let path = format!("/sms?id={}&delayMs=900&text=hello+4711", asked["request_id"]);
    assert_eq!(bench.control(Method::POST, &path, Value::Null).await.0, 200);
    assert_eq!(error(&bench.code(&asked["request_id"]).await), "wait_sms");
    bench.set(&gone["request_id"], "reject").await;
    while bench.state().await["pendingTexts"] != 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(bench.code(&alone["request_id"]).await["sms_code"].is_string());
    assert_eq!(bench.code(&asked["request_id"]).await["sms_code"], "4711");
    let state = bench.state().await;
    assert_eq!((state["messages"].as_array().map(Vec::len), &state["pendingTexts"]), (Some(2), &json!(0)));
}

#[tokio::test]
async fn the_window_ends_by_the_business_clock_and_returns_nothing_by_itself() {
    let ambient = Ambient::system();
    let bench = Bench::with(SmsManTwin { ambient: ambient.clone(), ..settings() }).await;
    let bought = bench.buy().await;
    ambient.advance(TimeDelta::minutes(21));
    assert_eq!(error(&bench.code(&bought["request_id"]).await), "wrong_status");
    assert_eq!(bench.state().await["activations"][0]["status"], "lapsed");
    assert_eq!(bench.balance().await, "9.48");
    assert_eq!(bench.set(&bought["request_id"], "reject").await["success"], json!(true));
    assert_eq!(bench.balance().await, "10.00");
}

#[tokio::test]
async fn no_number_is_handed_out_twice_and_stock_runs_out() {
    let bench = Bench::start().await;
    bench.control(Method::POST, "/balance", json!({ "balance": 1000 })).await;
    let offer = json!({ "country_id": 5, "application_id": 1, "count": 40 });
    assert_eq!(bench.control(Method::POST, "/offers", offer).await, (200, json!({ "count": 40, "cost": "0.52" })));
    let all = futures(&bench, 60).await;
    let numbers: BTreeSet<_> = all.iter().filter_map(|answer| answer["number"].as_str()).collect();
    assert_eq!(numbers.len(), 40, "each once");
    assert_eq!(all.iter().filter(|answer| answer["error_code"] == "no_numbers").count(), 20);
    assert_eq!(bench.balance().await, "979.20");
}

async fn futures(bench: &Bench, count: usize) -> Vec<Value> {
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..count {
        let url = format!("{}/control/get-number?token=token&country_id=5&application_id=1", bench.running.url);
        let request = bench.client.post(url);
        asked.spawn(async move { request.send().await.expect("answered").json::<Value>().await.expect("JSON") });
    }
    asked.join_all().await
}
