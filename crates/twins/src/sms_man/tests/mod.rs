//! The twin as a client sees it: over HTTP, started and stopped like a real one.

mod faults;
mod renting;
mod restart;

use std::{path::PathBuf, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use vocab::{Ambient, Amount, Currency};

use super::SmsManTwin;
use crate::kernel::Running;

/// A started twin and a client for it.
struct Bench {
    running: Running,
    client: reqwest::Client,
}

fn settings() -> SmsManTwin {
    SmsManTwin {
        listen: "127.0.0.1:0".parse().expect("an address"),
        control_listen: "127.0.0.1:0".parse().expect("an address"),
        journal: None,
        token: "token".into(),
        balance: Amount::from_micros(10_000_000),
        currency: Currency::USD,
        text_delay: None,
        window: SmsManTwin::WINDOW,
        cancel_lock: Duration::ZERO,
        ambient: Ambient::system(),
    }
}

impl Bench {
    async fn start() -> Self {
        Self::with(settings()).await
    }

    async fn with(twin: SmsManTwin) -> Self {
        Self { running: twin.start().await.expect("starts"), client: reqwest::Client::new() }
    }

    async fn kept_in(journal: PathBuf) -> Self {
        Self::with(SmsManTwin { journal: Some(journal), ..settings() }).await
    }

    /// What an endpoint answers to these parameters; `None` if the connection closed without an answer.
    async fn ask(&self, endpoint: &str, params: &[(&str, &str)]) -> Option<Value> {
        let url = format!("{}/control/{endpoint}", self.running.url);
        let params = [&[("token", "token")], params].concat();
        let answer = self.client.get(url).query(&params).send().await.ok()?;
        assert_eq!(answer.status(), 200, "failures are 200 as well");
        answer.json().await.ok()
    }

    async fn buy(&self) -> Value {
        self.ask("get-number", &[("country_id", "5"), ("application_id", "1")]).await.expect("answered")
    }

    async fn code(&self, id: &Value) -> Value {
        self.ask("get-sms", &[("request_id", &id.to_string())]).await.expect("answered")
    }

    async fn set(&self, id: &Value, status: &str) -> Value {
        self.ask("set-status", &[("request_id", &id.to_string()), ("status", status)]).await.expect("answered")
    }

    async fn balance(&self) -> String {
        let answer = self.ask("get-balance", &[]).await.expect("answered");
        answer["balance"].as_str().expect("a text").to_owned()
    }

    async fn control(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}{path}", self.running.control_url);
        let request = self.client.request(method, url);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.expect("answered");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    async fn state(&self) -> Value {
        self.control(Method::GET, "/state", Value::Null).await.1
    }
}

fn error(answer: &Value) -> &str {
    assert_eq!(answer["success"], json!(false), "{answer}");
    answer["error_code"].as_str().expect("a code")
}
