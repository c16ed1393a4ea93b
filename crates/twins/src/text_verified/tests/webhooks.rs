use axum::{Router, body::Bytes, http::HeaderMap, http::StatusCode, routing::post};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use tempfile::tempdir;
use tokio::{net::TcpListener, sync::mpsc};

use super::*;

/// A product that passes on what it gets, and refuses the first.
async fn product() -> (String, mpsc::UnboundedReceiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let (tell, seen) = mpsc::unbounded_channel();
    let take = async move |headers: HeaderMap, body: Bytes| {
        let event = check(&headers, &body);
        let first = event["attempt"] == 1 && event["data"]["smsContent"] == "refuse 1111";
        let _ = tell.send(event);
        if first { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", post(take))).await });
    (url, seen)
}

fn check(headers: &HeaderMap, body: &[u8]) -> Value {
    let mut mac = Hmac::<sha2::Sha512>::new_from_slice(b"whsec_twin").expect("any length");
    mac.update(body);
    let signature = format!("HMAC-SHA512={}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(headers["x-webhook-signature"], signature);
    serde_json::from_slice(body).expect("JSON")
}

async fn next(seen: &mut mpsc::UnboundedReceiver<Value>) -> Value {
    tokio::time::timeout(Duration::from_secs(10), seen.recv()).await.expect("in time").expect("the product lives")
}

#[tokio::test]
async fn each_text_is_told_signed_and_repeatable() {
    let (url, mut seen) = product().await;
    let bench = Bench::with(TextVerifiedTwin { webhook_url: Some(url), ..settings() }).await;
    let bought = bench.buy().await;
    let sent = bench.text(&bought, "").await;
    let event = next(&mut seen).await;
    assert_eq!((&event["event"], &event["attempt"]), (&json!("v2.sms.received"), &json!(1)));
    let data = &event["data"];
    assert_eq!(
        (&data["parsedCode"], &data["reservationId"], &data["to"]),
        (&sent["code"], &bought["id"], &bought["number"])
    );
    assert_eq!(data.get("id"), None);
    assert_eq!(bench.control(Method::POST, "/webhooks/repeat", Value::Null).await.1["repeated"], 1);
    assert_eq!(next(&mut seen).await, event, "the very same again");

    bench.text(&bought, "&text=refuse+1111").await;
    let (refused, again) = (next(&mut seen).await, next(&mut seen).await);
    assert_eq!((&refused["attempt"], &again["attempt"]), (&json!(1), &json!(2)));
    assert_eq!(refused["idempotencyKey"], again["idempotencyKey"]);
    assert_ne!(refused["idempotencyKey"], event["idempotencyKey"]);
}

#[tokio::test]
async fn webhooks_survive_a_restart() {
    let folder = tempdir().expect("a folder");
    let journal = Some(folder.path().join("text_verified.jsonl"));
    let nowhere = Some("http://127.0.0.1:9/hook".to_owned());
    let bench = Bench::with(TextVerifiedTwin { journal: journal.clone(), webhook_url: nowhere, ..settings() }).await;
    let bought = bench.buy().await;
    bench.text(&bought, "").await;
    assert_eq!(bench.state().await["pendingCallbacks"], 1);
    bench.running.stop().await;

    let (url, mut seen) = product().await;
    let bench = Bench::with(TextVerifiedTwin { journal, webhook_url: Some(url), ..settings() }).await;
    assert_eq!(next(&mut seen).await["data"]["reservationId"], bought["id"]);
    for _ in 0..100 {
        if bench.state().await["pendingCallbacks"] == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it stays pending");
}

#[tokio::test]
async fn a_stranger_is_never_called() {
    let twin = TextVerifiedTwin { webhook_url: Some("https://example.com/hook".to_owned()), ..settings() };
    assert!(twin.start().await.is_err_and(|error| error.to_string().contains("loopback")));
}

#[tokio::test]
async fn unasked_texts_are_told_as_well() {
    let (url, mut seen) = product().await;
    let delay = Some(Duration::from_millis(50));
    let bench = Bench::with(TextVerifiedTwin { webhook_url: Some(url), text_delay: delay, ..settings() }).await;
    let bought = bench.buy().await;
    assert_eq!(next(&mut seen).await["data"]["reservationId"], bought["id"]);
    assert_eq!(bench.state_of(&bought).await, "verificationCompleted");
}
