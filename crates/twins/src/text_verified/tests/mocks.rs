use chrono::TimeDelta;

use super::*;

async fn create(bench: &Bench, service: &str, most: Value) -> Answer {
    bench.post("verifications", telegram(&[("serviceName", json!(service)), ("maxPrice", most)])).await
}

/// Buys a mock and follows its link; also its texts, by reservation and by number.
async fn bought(bench: &Bench, service: &str) -> (Value, Vec<Value>) {
    let created = create(bench, service, Value::Null).await;
    assert!(created.status == 201 && created.mock, "{created:?}");
    let shown = bench.get(created.location.as_deref().expect("a location")).await;
    assert!(shown.mock);
    let texts = bench.get(shown.body["sms"]["href"].as_str().expect("a link")).await;
    assert!(texts.mock);
    let by_number = bench.get(&format!("sms?to={}", shown.body["number"].as_str().expect("digits"))).await.body;
    assert_eq!(by_number["count"], texts.body["count"], "{service}");
    (shown.body, texts.body["data"].as_array().expect("a list").clone())
}

#[tokio::test]
async fn documented_scenes_behave_as_documented() {
    let ambient = Ambient::system();
    let bench = Bench::with(TextVerifiedTwin { ambient: ambient.clone(), ..settings() }).await;
    let (success, texts) = bought(&bench, "test_success").await;
    assert_eq!((&success["id"], &success["state"]), (&json!("mock_ver_success"), &json!("verificationCompleted")));
    assert!(texts[0]["parsedCode"] == "123456" && success["reuse"]["reusableUntil"].is_string());
    let reused = bench.act(&success, "reuse").await;
    let reused = bench.get(reused.location.as_deref().expect("a location")).await.body;
    assert_eq!(reused["id"], "mock_ver_reused");

    let (pending, texts) = bought(&bench, "test_pending").await;
    assert_eq!((&pending["state"], texts.len()), (&json!("verificationPending"), 0));
    assert_eq!(bench.act(&pending, "cancel").await.status, 200);
    assert_eq!(bench.act(&pending, "report").await.status, 200);
    assert_eq!(bench.state_of(&pending).await, "verificationPending", "nothing is remembered");

    let (timeout, texts) = bought(&bench, "test_timeout").await;
    assert_eq!((&timeout["state"], texts.len()), (&json!("verificationTimedOut"), 0));
    let (old, _) = bought(&bench, "test_reactivatable").await;
    assert_eq!((&old["reuse"]["reusableUntil"], &old["reactivate"]["canReactivate"]), (&Value::Null, &json!(true)));
    assert_eq!(bench.act(&old, "reuse").await.code(), (400, "ProcessingError"));
    assert_eq!(bench.act(&old, "reactivate").await.status, 201);

    let (delayed, texts) = bought(&bench, "test_delayed_success").await;
    assert!(delayed["id"].as_str().is_some_and(|id| id.starts_with("mock_ver_delay_")));
    assert_eq!((&delayed["state"], texts.len()), (&json!("verificationPending"), 0));
    ambient.advance(TimeDelta::seconds(31));
    assert_eq!(bench.state_of(&delayed).await, "verificationCompleted");
    let texts = bench.get(delayed["sms"]["href"].as_str().expect("a link")).await.body;
    assert_eq!(texts["data"][0]["parsedCode"], "123456");

    for id in ["mock_ver_cancelled", "mock_ver_reported", "mock_ver_reused"] {
        assert!(bench.get(&format!("verifications/{id}")).await.mock);
    }
    assert!(bench.get("sales/mock_sale_ver_pending").await.mock);
    assert_eq!((bench.balance().await.as_str(), &bench.get("verifications").await.body["count"]), ("10", &json!(0)));
}

#[tokio::test]
async fn documented_errors_behave_as_documented() {
    let bench = Bench::start().await;
    for (service, most, code) in [
        ("test_insufficient_balance", Value::Null, "InsufficientBalance"),
        ("test_no_numbers", Value::Null, "Unavailable"),
        ("test_too_many_unfinished_verifications", Value::Null, "TooManyUnfinishedVerifications"),
        ("test_success", json!(0.74), "PricingFailure"),
        ("test_unheard_of", Value::Null, "ValidationError"),
    ] {
        assert_eq!(create(&bench, service, most).await.code(), (400, code));
    }
    assert_eq!(create(&bench, "test_success", json!(0.75)).await.status, 201);
    let check = json!({
        "serviceName": "test_success", "areaCode": false, "carrier": false, "numberType": "mobile", "capability": "sms",
    });
    let priced = bench.post("pricing/verifications", check.clone()).await;
    assert!(priced.mock && priced.body["price"] == json!(0.75));
    assert!(bench.post("inventory/verifications", check).await.mock);
}
