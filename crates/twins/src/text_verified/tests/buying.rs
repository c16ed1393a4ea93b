use chrono::TimeDelta;
use vocab::E164;

use super::*;

#[tokio::test]
async fn only_the_right_credentials_get_in() {
    let bench = Bench::start().await;
    let url = format!("{}/api/pub/v2/auth", bench.running.url);
    for (key, user) in [("wrong", "dev@example.test"), ("key", "wrong@example.test")] {
        let auth = bench.client.post(&url).header("X-API-KEY", key).header("X-API-USERNAME", user);
        assert_eq!(auth.send().await.expect("answered").status(), 401);
    }
    for token in ["", "nonsense", "eyJ.eyJ.x", &bench.token[..bench.token.len() - 2]] {
        let url = format!("{}/api/pub/v2/account/me", bench.running.url);
        let asked = bench.client.get(url).bearer_auth(token).send().await.expect("answered");
        assert_eq!(asked.status(), 401, "{token}");
        assert_eq!(asked.text().await.expect("text"), "", "no documented body");
    }
    assert_eq!(bench.get("account/me").await.body["username"], "dev@example.test");
    assert_eq!(bench.get("nonsense").await.status, 404);
}

#[tokio::test]
async fn the_catalogue_says_what_is_sold() {
    let bench = Bench::start().await;
    let services = bench.get("services?numberType=mobile&reservationType=verification").await.body;
    let named = |name: &str| services.as_array().expect("a list").iter().any(|service| service["serviceName"] == name);
    assert!(named("telegram") && named("servicenotlisted") && !named("test_success"));
    assert_eq!(bench.get("services?numberType=mobile").await.status, 400);
    assert!(bench.get("area-codes").await.body.as_array().is_some_and(|areas| areas.len() > 50));
    let check = json!({
        "serviceName": "telegram", "areaCode": true, "carrier": false, "numberType": "mobile", "capability": "sms",
    });
    assert_eq!(bench.post("pricing/verifications", check.clone()).await.body["price"].to_string(), "0.82");
    let quantity = bench.post("inventory/verifications", check).await.body["availableQuantity"].clone();
    assert!(quantity.as_u64().is_some_and(|count| (1..=9000).contains(&count)));
    assert_eq!(bench.post("pricing/verifications", json!({ "serviceName": "telegram" })).await.status, 400);
    assert!(bench.get("webhook-events").await.body.as_array().expect("a list").contains(&json!("v2.sms.received")));
}

#[tokio::test]
async fn a_verification_is_bought_by_following_its_link() {
    let bench = Bench::start().await;
    let bought = bench.post("verifications", telegram(&[("areaCodeSelectOption", json!(["415"]))])).await;
    assert_eq!(bought.status, 201);
    assert_eq!(bought.body.as_object().expect("a link").len(), 2, "method and href only");
    let href = bought.body["href"].as_str().expect("a link");
    assert!(href.starts_with(&bench.running.url) && bought.location.as_deref() == Some(href));
    let shown = bench.get(href).await.body;
    let number = shown["number"].as_str().expect("digits").to_owned();
    assert!(number.len() == 10 && number.starts_with("415"));
    assert!(format!("+1{number}").parse::<E164>().expect("well-formed").is_valid());
    assert_eq!((&shown["state"], shown["totalCost"].to_string()), (&json!("verificationPending"), "0.82".to_owned()));
    assert_eq!((&shown["cancel"]["canCancel"], &shown["reuse"]["reusableUntil"]), (&json!(true), &Value::Null));
    assert_eq!(bench.balance().await, "9.18");
    let sent = bench.text(&shown, "").await;
    let texts = bench.get(shown["sms"]["href"].as_str().expect("a link")).await.body;
    assert_eq!(texts["data"][0]["parsedCode"], sent["code"]);
    assert_eq!(bench.get(&format!("sms?to={number}")).await.body["data"], texts["data"]);
    assert_eq!(bench.get(&format!("sms?to={number}&reservationType=renewable")).await.body["count"], 0);
    assert_eq!(bench.state_of(&shown).await, "verificationCompleted");
    assert_eq!(bench.act(&shown, "cancel").await.code(), (400, "ProcessingError"));
    let sale = bench.get(shown["sale"]["href"].as_str().expect("a link")).await.body;
    assert_eq!(sale["reservations"][0]["id"], shown["id"]);
    let id = shown["id"].as_str().expect("an id");
    assert_eq!(bench.get(&format!("reservations/{id}/health")).await.body["lineNumber"], shown["number"]);
    assert_eq!(bench.get("verifications/lr_unknown").await.status, 404);
}

#[tokio::test]
async fn every_documented_refusal() {
    let bench = Bench::start().await;
    for (more, code) in [
        (("maxPrice", json!(0.56)), "PricingFailure"),
        (("serviceName", json!("outofstock")), "Unavailable"),
        (("areaCodeSelectOption", json!(["999"])), "Unavailable"),
        (("capability", json!("voice")), "Unavailable"),
        (("capability", json!("SMS")), "ValidationError"),
        (("serviceName", json!("no-such-service")), "ValidationError"),
        (("carrierSelectOption", json!(["nobody"])), "ValidationError"),
    ] {
        assert_eq!(bench.post("verifications", telegram(&[more])).await.code(), (400, code));
    }
    assert_eq!(bench.post("verifications", telegram(&[("maxPrice", json!(0.57))])).await.status, 201);
    bench.control(Method::POST, "/balance", json!({ "balance": 0.5 })).await;
    assert_eq!(bench.post("verifications", telegram(&[])).await.code(), (400, "InsufficientBalance"));
    assert_eq!(bench.balance().await, "0.5");
}

#[tokio::test]
async fn what_is_given_back_or_runs_out_is_refunded_once() {
    let ambient = Ambient::system();
    let bench = Bench::with(TextVerifiedTwin { ambient: ambient.clone(), ..settings() }).await;
    for (verb, state) in [("cancel", "verificationCanceled"), ("report", "verificationReported")] {
        let bought = bench.buy().await;
        assert_eq!(bench.act(&bought, verb).await.status, 200);
        assert_eq!(bench.act(&bought, verb).await.code(), (400, "ProcessingError"));
        assert_eq!((bench.state_of(&bought).await.as_str(), bench.balance().await.as_str()), (state, "10"));
    }
    let (timed_out, completed) = (bench.buy().await, bench.buy().await);
    bench.text(&completed, "").await;
    ambient.advance(TimeDelta::minutes(16));
    assert_eq!(bench.state_of(&timed_out).await, "verificationTimedOut");
    assert_eq!(bench.state_of(&completed).await, "verificationCompleted");
    assert_eq!(bench.balance().await, "9.43");
    let late = format!("/sms?to={}", timed_out["number"].as_str().expect("digits"));
    assert_eq!(bench.control(Method::POST, &late, Value::Null).await.0, 404);
}

#[tokio::test]
async fn the_same_number_gets_one_more_text() {
    let ambient = Ambient::system();
    let bench = Bench::with(TextVerifiedTwin { ambient: ambient.clone(), ..settings() }).await;
    let first = bench.buy().await;
    assert_eq!(bench.act(&first, "reuse").await.code(), (400, "ProcessingError"), "nothing came yet");
    bench.text(&first, "").await;
    assert_eq!(bench.act(&first, "reactivate").await.code(), (400, "ProcessingError"), "it can be reused");
    let reused = bench.act(&first, "reuse").await;
    let second = bench.get(reused.location.as_deref().expect("a location")).await.body;
    assert_eq!((&second["number"], &second["state"]), (&first["number"], &json!("verificationPending")));
    assert_eq!(bench.state_of(&first).await, "verificationReused");
    assert_eq!(bench.balance().await, "9.43", "a reuse is free");
    let sent = bench.text(&second, "").await;
    assert_eq!(sent["id"], second["id"], "the new one gets it");
    let own = bench.get(&format!("sms?reservationId={}", second["id"].as_str().expect("an id"))).await.body;
    assert_eq!((&own["count"], &own["data"][0]["parsedCode"]), (&json!(1), &sent["code"]));
    ambient.advance(TimeDelta::minutes(6));
    assert_eq!(bench.act(&second, "reuse").await.code(), (400, "ProcessingError"));
    let again = bench.act(&second, "reactivate").await;
    let third = bench.get(again.location.as_deref().expect("a location")).await.body;
    assert_eq!((&third["number"], bench.balance().await.as_str()), (&first["number"], "8.86"));
    assert_eq!(bench.state_of(&second).await, "verificationReactivated");
}

#[tokio::test]
async fn lists_are_paged_by_links() {
    let bench = Bench::start().await;
    bench.control(Method::POST, "/balance", json!({ "balance": 100 })).await;
    let mut ids = Vec::new();
    for _ in 0..45 {
        ids.insert(0, bench.buy().await["id"].clone());
    }
    let (mut seen, mut sizes) = (Vec::new(), Vec::new());
    let mut page = bench.get("verifications").await.body;
    assert_eq!(page["links"].get("previous"), None);
    loop {
        seen.extend(page["data"].as_array().expect("a list").iter().map(|shown| shown["id"].clone()));
        sizes.push(page["count"].as_u64().expect("a number"));
        let Some(next) = page["links"]["next"]["href"].as_str().map(str::to_owned) else { break };
        assert_eq!(page["hasNext"], true);
        page = bench.get(&next).await.body;
    }
    assert_eq!((seen, sizes), (ids.clone(), vec![20, 20, 5]));
    let back = bench.get(page["links"]["previous"]["href"].as_str().expect("a link")).await.body;
    assert_eq!((&back["data"][0]["id"], &back["hasPrevious"]), (&ids[20], &json!(true)));
}
