use std::sync::{Arc, Mutex};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use serde_json::json;
use tower::ServiceExt as _;

use super::*;
use crate::{
    kernel::Outgoing,
    twilio::{Exchange, Heard, InProcess},
};

/// A product that greets every caller, without a socket.
#[derive(Default)]
struct Greeter(Mutex<Vec<Outgoing>>);

#[async_trait::async_trait]
impl Exchange for Greeter {
    async fn exchange(&self, request: Outgoing) -> Result<Heard, String> {
        self.0.lock().expect("whole").push(request);
        let body = b"<Response><Say>hello</Say></Response>".to_vec();
        Ok(Heard { status: 200, content_type: Some("text/xml".to_owned()), location: None, body })
    }
}

async fn control(twin: &InProcess, path: &str, body: Value) -> Value {
    let request = Request::post(path).body(Body::from(body.to_string())).expect("a request");
    let response = twin.control.clone().oneshot(request).await.expect("an answer");
    let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[tokio::test]
async fn the_twin_works_without_sockets() {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let twin = TwilioTwin {
        listen: any,
        control_listen: any,
        journal: None,
        account_sid: ACCOUNT.to_owned(),
        auth_token: TOKEN.to_owned().into(),
        ambient: Ambient::fixed(7),
    };
    let product = Arc::new(Greeter::default());
    let twin = twin.in_process("http://twilio.test", product.clone()).expect("a twin");
    let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("{ACCOUNT}:{TOKEN}"));
    let form = "PhoneNumber=%2B14155551234&VoiceUrl=http://product.test/voice&StatusCallback=http://product.test/end";
    let request = Request::post(format!("/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json"))
        .header("authorization", format!("Basic {basic}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .expect("a request");
    assert_eq!(twin.vendor.clone().oneshot(request).await.expect("an answer").status(), 201);

    let told = control(&twin, "/calls", json!({ "from": "+12125550123", "to": NUMBER })).await;
    assert_eq!(told["transcript"][1]["text"], "hello");
    assert_eq!(told["transcript"][2]["status"], "pending", "nobody delivers in the background");
    twin.deliver().await;
    let asked: Vec<_> = product.0.lock().expect("whole").iter().map(|request| request.url.clone()).collect();
    assert_eq!(asked, ["http://product.test/voice", "http://product.test/end"]);
}
