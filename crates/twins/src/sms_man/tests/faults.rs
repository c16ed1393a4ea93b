use std::time::Duration;

use super::*;

#[tokio::test]
async fn every_documented_error() {
    let bench = Bench::with(SmsManTwin { cancel_lock: Duration::from_secs(120), ..settings() }).await;
    let url = format!("{}/control/get-balance?token=wrong", bench.running.url);
    let answer: Value = bench.client.get(url).send().await.expect("answered").json().await.expect("JSON");
    assert_eq!(error(&answer), "wrong_token");
    for (country, application, more, code) in [
        ("5", "2", ("ref", ""), "no_numbers"),
        ("5", "1", ("maxPrice", "0.51"), "no_numbers"),
        ("5", "1", ("maxPrice", "nonsense"), "no_numbers"),
        ("999", "1", ("ref", ""), "wrong_country_id"),
        ("5", "999", ("ref", ""), "wrong_application_id"),
    ] {
        let params = [("country_id", country), ("application_id", application), more];
        assert_eq!(error(&bench.ask("get-number", &params).await.expect("answered")), code);
    }
    let dear = [("country_id", "5"), ("application_id", "1"), ("maxPrice", "60"), ("currency", "RUB")];
    let bought = bench.ask("get-number", &dear).await.expect("answered");
    assert!(bought["number"].is_string(), "60 roubles are more than 52 cents: {bought}");
    assert_eq!(error(&bench.set(&bought["request_id"], "reject").await), "early_cancel_denied");
    assert_eq!(error(&bench.set(&bought["request_id"], "dance").await), "wrong_status");
    bench.control(Method::POST, "/balance", json!({ "balance": 0.51 })).await;
    assert_eq!(error(&bench.buy().await), "balance");
    assert_eq!(bench.balance().await, "0.51");
    let anywhere = [("country_id", "0"), ("application_id", "2")];
    assert_eq!(error(&bench.ask("get-number", &anywhere).await.expect("answered")), "no_numbers");
}

#[tokio::test]
async fn faults_on_demand() {
    let bench = Bench::start().await;
    let order = |fault: &str| json!({ "operation": "Numbers.create", "fault": fault });
    bench.control(Method::POST, "/faults", order("fail_after")).await;
    let params = [("country_id", "5"), ("application_id", "1")];
    assert_eq!(bench.ask("get-number", &params).await, None, "it is bought, and nobody is told");
    assert_eq!(bench.balance().await, "9.48");
    bench.control(Method::POST, "/faults", order("code:no_numbers")).await;
    assert_eq!(error(&bench.buy().await), "no_numbers");
    assert_eq!(bench.control(Method::POST, "/faults", order("code:nonsense")).await.0, 400);
    bench.control(Method::POST, "/faults", json!({ "operation": "Balance.*", "fault": "status:500" })).await;
    let url = format!("{}/control/get-balance?token=token", bench.running.url);
    let page = bench.client.get(&url).send().await.expect("answered");
    assert_eq!(page.status(), 500);
    assert!(page.text().await.expect("text").starts_with("<html>"));
    assert_eq!(bench.balance().await, "9.48");
}
