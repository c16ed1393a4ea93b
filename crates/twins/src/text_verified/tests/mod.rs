//! The twin as a client sees it: over HTTP, started and stopped like a real one.

mod buying;
mod mocks;
mod once;
mod webhooks;

use std::{path::PathBuf, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use vocab::{Ambient, Amount};

use super::TextVerifiedTwin;
use crate::kernel::Running;

/// A started twin and a client that is logged in.
struct Bench {
    running: Running,
    client: reqwest::Client,
    token: String,
}

/// Status, mock header, `Location` and body of an answer.
#[derive(Debug)]
struct Answer {
    status: u16,
    mock: bool,
    location: Option<String>,
    body: Value,
}

impl Answer {
    /// 400 or 409 and its code.
    fn code(&self) -> (u16, &str) {
        (self.status, self.body["errorCode"].as_str().unwrap_or_default())
    }
}

fn settings() -> TextVerifiedTwin {
    TextVerifiedTwin {
        listen: "127.0.0.1:0".parse().expect("an address"),
        control_listen: "127.0.0.1:0".parse().expect("an address"),
        journal: None,
        api_key: "key".into(),
        username: "dev@example.test".to_owned(),
        webhook_secret: "whsec_twin".into(),
        webhook_url: None,
        balance: Amount::from_micros(10_000_000),
        text_delay: None,
        window: TextVerifiedTwin::WINDOW,
        cancel_lock: Duration::ZERO,
        ambient: Ambient::system(),
    }
}

impl Bench {
    async fn start() -> Self {
        Self::with(settings()).await
    }

    async fn with(twin: TextVerifiedTwin) -> Self {
        let (running, client) = (twin.start().await.expect("starts"), reqwest::Client::new());
        let auth = client.post(format!("{}/api/pub/v2/auth", running.url));
        let auth = auth.header("X-API-KEY", "key").header("X-API-USERNAME", "dev@example.test");
        let auth: Value = auth.send().await.expect("answered").json().await.expect("JSON");
        assert_eq!(auth["expiresIn"], 899);
        Self { token: auth["token"].as_str().expect("a token").to_owned(), running, client }
    }

    async fn kept_in(journal: PathBuf) -> Self {
        Self::with(TextVerifiedTwin { journal: Some(journal), ..settings() }).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{}/api/pub/v2/{path}", self.running.url) };
        self.client.request(method, url).bearer_auth(&self.token)
    }

    async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await.expect("answered")
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::POST, path).json(&body)).await.expect("answered")
    }

    /// Buys for Telegram under a key; `None` if the connection closed without an answer.
    async fn buy_under(&self, key: &str) -> Option<Answer> {
        let request = self.request(Method::POST, "verifications").header("Idempotency-Key", key);
        answer(request.json(&telegram(&[]))).await
    }

    /// Buys for Telegram and follows the link.
    async fn buy(&self) -> Value {
        let bought = self.post("verifications", telegram(&[])).await;
        assert_eq!(bought.status, 201, "{bought:?}");
        self.get(bought.location.as_deref().expect("a location")).await.body
    }

    async fn act(&self, verification: &Value, verb: &str) -> Answer {
        self.post(&format!("verifications/{}/{verb}", verification["id"].as_str().expect("an id")), Value::Null).await
    }

    async fn state_of(&self, verification: &Value) -> String {
        let path = format!("verifications/{}", verification["id"].as_str().expect("an id"));
        self.get(&path).await.body["state"].as_str().expect("a state").to_owned()
    }

    async fn balance(&self) -> String {
        self.get("account/me").await.body["currentBalance"].to_string()
    }

    async fn control(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{path}", self.running.control_url));
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.expect("answered");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    /// Sends this verification a text.
    async fn text(&self, verification: &Value, more: &str) -> Value {
        let path = format!("/sms?to={}{more}", verification["number"].as_str().expect("digits"));
        let (status, sent) = self.control(Method::POST, &path, Value::Null).await;
        assert_eq!(status, 200, "{sent}");
        sent
    }

    async fn fault(&self, operation: &str, fault: &str) {
        let order = json!({ "operation": operation, "fault": fault });
        assert_eq!(self.control(Method::POST, "/faults", order).await.0, 200);
    }

    async fn state(&self) -> Value {
        self.control(Method::GET, "/state", Value::Null).await.1
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Option<Answer> {
    let answer = request.send().await.ok()?;
    let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
    let (status, mock, location) = (answer.status().as_u16(), header("x-phoneblur-mock").is_some(), header("location"));
    let body = serde_json::from_str(&answer.text().await.ok()?).unwrap_or(Value::Null);
    Some(Answer { status, mock, location, body })
}

/// A purchase with explicit nulls, as the official client sends it.
fn telegram(more: &[(&str, Value)]) -> Value {
    let mut body = json!({
        "serviceName": "telegram", "capability": "sms", "areaCodeSelectOption": null,
        "carrierSelectOption": null, "serviceNotListedName": null, "maxPrice": null,
    });
    for (name, value) in more {
        body[*name] = value.clone();
    }
    body
}
