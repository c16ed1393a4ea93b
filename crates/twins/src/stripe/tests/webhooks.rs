//! Events reach the product, signed, in spite of its absences.

use std::{collections::BTreeSet, time::Duration};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use tokio::{net::TcpListener, sync::mpsc};

use super::{super::StripeTwin, Stripe, settings};

type Seen = mpsc::UnboundedReceiver<(HeaderMap, Bytes)>;

/// A product that answers 200 and passes on what it got.
async fn product(listener: TcpListener) -> Seen {
    let (tell, seen) = mpsc::unbounded_channel();
    async fn take(State(tell): State<mpsc::UnboundedSender<(HeaderMap, Bytes)>>, headers: HeaderMap, body: Bytes) {
        let _ = tell.send((headers, body));
    }
    let router = Router::new().route("/hook", post(take)).with_state(tell);
    tokio::spawn(async move { axum::serve(listener, router).await });
    seen
}

fn check(headers: &HeaderMap, body: &[u8]) -> Value {
    let signature = headers["stripe-signature"].to_str().expect("text");
    let (at, hex) = signature.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")).expect("t and v1");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"whsec_twin").expect("any length");
    mac.update(format!("{at}.").as_bytes());
    mac.update(body);
    assert_eq!(hex, hex::encode(mac.finalize().into_bytes()));
    assert!(body.starts_with(b"{\n  \"id\": \"evt_"), "pretty-printed, as Stripe sends it");
    serde_json::from_slice(body).expect("JSON")
}

async fn types(seen: &mut Seen, count: usize) -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    for _ in 0..count {
        let next = tokio::time::timeout(Duration::from_secs(10), seen.recv()).await;
        let (headers, body) = next.expect("in time").expect("the product lives");
        types.insert(check(&headers, &body)["type"].as_str().expect("a type").to_owned());
    }
    types
}

#[tokio::test]
async fn events_are_signed_and_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let twin = || StripeTwin {
        journal: Some(folder.path().join("stripe.jsonl")),
        webhook_url: Some(url.clone()),
        ..settings()
    };
    // Bound but nobody accepts: the first attempt hangs until the twin is stopped.
    let stripe = Stripe::with(twin()).await;
    assert_eq!(stripe.pay("pm_card_visa", &[]).await.status, 200);
    assert_eq!(stripe.state().await["pendingCallbacks"], 3);
    stripe.running.stop().await;

    let mut seen = product(listener).await;
    let stripe = Stripe::with(twin()).await;
    let succeeded = ["charge.succeeded", "payment_intent.created", "payment_intent.succeeded"];
    // Attempts of the first life may have been waiting in the socket's queue: at least once is what is promised.
    let mut types_seen = types(&mut seen, 3).await;
    while types_seen.len() < 3 {
        types_seen.extend(types(&mut seen, 1).await);
    }
    assert_eq!(types_seen.iter().map(String::as_str).collect::<Vec<_>>(), succeeded);
    for _ in 0..100 {
        if stripe.state().await["pendingCallbacks"] == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let state = stripe.state().await;
    assert_eq!((&state["pendingCallbacks"], &state["events"][0]["pending_webhooks"]), (&0.into(), &0.into()));
}

#[tokio::test]
async fn a_stranger_is_never_called() {
    let twin = StripeTwin { webhook_url: Some("https://example.com/hook".to_owned()), ..settings() };
    assert!(twin.start().await.is_err_and(|error| error.to_string().contains("loopback")));
}
