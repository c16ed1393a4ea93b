//! The twin as a client sees it: over HTTP, started and stopped like a real one.

mod idempotency;
mod payments;
mod webhooks;
mod wire;

use std::{path::PathBuf, time::Duration};

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use vocab::Ambient;

use super::StripeTwin;
use crate::kernel::Running;

/// A started twin and a client for it.
struct Stripe {
    running: Running,
    client: reqwest::Client,
}

/// Status, headers and body of an answer.
struct Answer {
    status: u16,
    replayed: bool,
    text: String,
    body: Value,
}

impl Answer {
    /// A text somewhere in the body, by JSON pointer.
    fn at(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

fn settings() -> StripeTwin {
    StripeTwin {
        listen: "127.0.0.1:0".parse().expect("an address"),
        control_listen: "127.0.0.1:0".parse().expect("an address"),
        journal: None,
        secret_key: "sk_test_twin".into(),
        webhook_secret: "whsec_twin".into(),
        webhook_url: None,
        webhook_delay: Duration::from_millis(1),
        ambient: Ambient::system(),
    }
}

impl Stripe {
    async fn start() -> Self {
        Self::with(settings()).await
    }

    async fn with(twin: StripeTwin) -> Self {
        Self { running: twin.start().await.expect("starts"), client: reqwest::Client::new() }
    }

    async fn kept_in(journal: PathBuf) -> Self {
        Self::with(StripeTwin { journal: Some(journal), ..settings() }).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}/v1/{path}", self.running.url)).bearer_auth("sk_test_twin")
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        answer(self.request(Method::POST, path).form(form)).await
    }

    async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// Pays 10 dollars with this method, and more.
    async fn pay(&self, method: &str, more: &[(&str, &str)]) -> Answer {
        self.post("payment_intents", &paying(method, more)).await
    }

    async fn control(&self, path: &str, body: Value) -> Answer {
        answer(self.client.post(format!("{}/{path}", self.running.control_url)).json(&body)).await
    }

    async fn state(&self) -> Value {
        let asked = self.client.get(format!("{}/state", self.running.control_url)).send().await.expect("answered");
        asked.json().await.expect("JSON")
    }
}

fn paying<'a>(method: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let base = [("amount", "1000"), ("currency", "usd"), ("confirm", "true"), ("payment_method", method)];
    [&base[..], more].concat()
}

async fn answer(request: RequestBuilder) -> Answer {
    let answer = request.send().await.expect("answered");
    let (status, replayed) = (answer.status().as_u16(), answer.headers().contains_key("idempotent-replayed"));
    let text = answer.text().await.expect("text");
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status, replayed, text, body }
}
