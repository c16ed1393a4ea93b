use std::time::Duration;

use tempfile::tempdir;

use super::*;

#[tokio::test]
async fn what_was_answered_is_known_after_a_restart() {
    let folder = tempdir().expect("a folder");
    let journal = folder.path().join("sms_man.jsonl");
    let bench = Bench::kept_in(journal.clone()).await;
    let (coded, rejected, waiting) = (bench.buy().await, bench.buy().await, bench.buy().await);
    let sms = |bought: &Value, more: &str| format!("/sms?to=%2B{}{more}", bought["number"].as_str().expect("digits"));
    bench.control(Method::POST, &sms(&coded, ""), Value::Null).await;
    bench.set(&rejected["request_id"], "reject").await;
    bench.control(Method::POST, &sms(&waiting, "&delayMs=300&text=late+9876"), Value::Null).await;
    let before = bench.state().await;
    bench.running.stop().await;

    tokio::time::sleep(Duration::from_millis(350)).await;
    let bench = Bench::kept_in(journal.clone()).await;
    let code = before["messages"][0]["code"].clone();
    assert_eq!(bench.code(&coded["request_id"]).await["sms_code"], code);
    assert_eq!(bench.balance().await, before["balance"]);
    for _ in 0..100 {
        if bench.state().await["pendingTexts"] == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(bench.code(&waiting["request_id"]).await["sms_code"], "9876", "the late text came at once");
    let next = bench.buy().await;
    assert!([coded, rejected, waiting].iter().all(|old| old["number"] != next["number"]), "a fresh number");
}

#[tokio::test]
async fn it_works_in_process() {
    let ambient = Ambient::fixed(9);
    let twin = SmsManTwin { text_delay: Some(Duration::ZERO), ambient, ..settings() };
    let twin = twin.in_process().expect("starts");
    let ask = |path: &str| {
        let request = axum::http::Request::get(path.to_owned()).body(axum::body::Body::empty()).expect("a request");
        let router = twin.vendor.clone();
        async move {
            let answer = tower::ServiceExt::oneshot(router, request).await.expect("infallible");
            let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
            serde_json::from_slice::<Value>(&bytes).expect("JSON")
        }
    };
    let bought = ask("/control/get-number?token=token&country_id=5&application_id=1").await;
    assert_eq!(twin.deliver().expect("journalled"), None);
    let code = ask(&format!("/control/get-sms?token=token&request_id={}", bought["request_id"])).await;
    assert!(code["sms_code"].is_string(), "{code}");
}
