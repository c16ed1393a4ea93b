use super::*;

#[tokio::test]
async fn wrong_credentials_are_401_on_every_path() {
    let bench = Bench::new().await;
    let base = &bench.running.url;
    let paths = [
        format!("/2010-04-01/Accounts/{ACCOUNT}.json"),
        format!("/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json"),
        "/v1/PhoneNumbers/Countries/US".to_owned(),
        "/no/such/path".to_owned(),
        "/".to_owned(),
    ];
    for path in paths {
        let url = format!("{base}{path}");
        let requests = [
            bench.client.get(&url),
            bench.client.get(&url).basic_auth(ACCOUNT, Some("wrong")),
            bench.client.post(&url).basic_auth("ACwrong", Some(TOKEN)),
            bench.client.get(&url).bearer_auth(TOKEN),
        ];
        for request in requests {
            assert_eq!(code(&bench.send(request).await), (401, 20003), "{path}");
        }
    }
}

#[tokio::test]
async fn unknown_paths_other_accounts_and_wrong_methods() {
    let bench = Bench::new().await;
    let (status, body) = bench.get("/NoSuch.json").await;
    assert_eq!((status, body["code"].as_u64()), (404, Some(20404)));
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/NoSuch.json");
    assert_eq!(body["message"], format!("The requested resource {path} was not found"));
    assert_eq!(body["more_info"], "https://www.twilio.com/docs/errors/20404");
    assert_eq!(body["status"], 404);
    let other = format!("{}/2010-04-01/Accounts/AC{}/Balance.json", bench.running.url, "b".repeat(32));
    assert_eq!(code(&bench.send(bench.client.get(other).basic_auth(ACCOUNT, Some(TOKEN))).await), (404, 20404));
    assert_eq!(code(&bench.ask(Method::DELETE, "/IncomingPhoneNumbers.json", &[]).await), (405, 20004));
    assert_eq!(code(&bench.ask(Method::PUT, "/AvailablePhoneNumbers.json", &[]).await), (405, 20004));
}

#[tokio::test]
async fn answers_carry_twilio_s_headers() {
    let bench = Bench::new().await;
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}.json", bench.running.url);
    let response = bench.client.get(url).basic_auth(ACCOUNT, Some(TOKEN)).send().await.expect("an answer");
    let header = |name: &str| response.headers()[name].to_str().expect("ASCII").to_owned();
    assert!(header("twilio-request-id").starts_with("RQ") && header("twilio-request-id").len() == 34);
    assert_eq!(header("twilio-concurrent-requests"), "1");
    assert_eq!(header("x-api-domain"), "api.twilio.com");
    assert!(header("twilio-request-duration").parse::<f64>().is_ok());
}

#[tokio::test]
async fn account_balance_and_prices() {
    let bench = Bench::new().await;
    let (status, account) = bench.get(".json").await;
    assert_eq!((status, account["sid"].as_str(), account["status"].as_str()), (200, Some(ACCOUNT), Some("active")));
    assert_eq!(bench.get("/Balance.json").await.1["currency"], "USD");
    let product = async |path: &str| {
        let url = format!("{}{path}", bench.running.url);
        bench.send(bench.client.get(url).basic_auth(ACCOUNT, Some(TOKEN))).await
    };
    let (_, prices) = product("/v1/PhoneNumbers/Countries/US").await;
    assert_eq!(prices["phone_number_prices"][1]["number_type"], "toll free");
    assert_eq!(prices["phone_number_prices"][0]["current_price"], "1.15");
    assert_eq!(prices["price_unit"], "USD");
    assert!(product("/v2/Voice/Countries/GB").await.1["outbound_prefix_prices"][0]["destination_prefixes"].is_array());
    assert!(product("/v1/Messaging/Countries/DE").await.1["outbound_sms_prices"][0]["prices"].is_array());
    assert_eq!(product("/v2/Voice/Numbers/%2B14155551234").await.1["iso_country"], "US");
    assert_eq!(code(&product("/v1/PhoneNumbers/Countries/XX").await), (404, 20404));

    let (mut seen, mut path) = (0, "/v1/PhoneNumbers/Countries?PageSize=30".to_owned());
    loop {
        let (_, page) = product(&path).await;
        assert_eq!(page["meta"]["key"], "countries");
        seen += page["countries"].as_array().expect("a list").len();
        match page["meta"]["next_page_url"].as_str() {
            Some(next) => path = next.strip_prefix(&bench.running.url).expect("absolute").to_owned(),
            None => break,
        }
    }
    assert!(seen >= 50, "{seen}");
}

#[tokio::test]
async fn faults_befall_the_operation_that_they_name() {
    let bench = Bench::new().await;
    let fault = async |operation: &str, fault: &str| {
        let body = serde_json::json!({ "operation": operation, "fault": fault });
        assert_eq!(bench.control(Method::POST, "/faults", body).await.0, 200);
    };
    fault("IncomingPhoneNumbers.create", "code:20429").await;
    assert_eq!(bench.get("/IncomingPhoneNumbers.json").await.0, 200);
    assert_eq!(code(&bench.buy(&[("PhoneNumber", NUMBER)]).await), (429, 20429));
    fault("Pricing.fetch", "status:503").await;
    let url = format!("{}/v1/PhoneNumbers/Countries/US", bench.running.url);
    assert_eq!(code(&bench.send(bench.client.get(url).basic_auth(ACCOUNT, Some(TOKEN))).await), (503, 20503));

    fault("*", "fail_after").await;
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json", bench.running.url);
    let lost = bench.client.post(url).basic_auth(ACCOUNT, Some(TOKEN)).form(&[("PhoneNumber", NUMBER)]).send().await;
    assert!(lost.is_err(), "the connection closes without an answer");
    assert_eq!(numbers(&bench.state().await["incomingPhoneNumbers"]), [NUMBER]);
    let unknown = serde_json::json!({ "operation": "Calls.create", "fault": "hang" });
    assert_eq!(bench.control(Method::POST, "/faults", unknown).await.0, 400);
}
