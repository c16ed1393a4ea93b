//! The product's HTTP API, as a client sees it. Every answer is held to the envelope.

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;

/// The API, with or without a token. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api {
    root: String,
    client: reqwest::Client,
    token: Option<String>,
}

/// An answer. Look at it through [`Answer::data`] or [`Answer::refused`].
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    asked: String,
}

impl Api {
    /// Nobody's, at this root.
    pub(crate) fn at(root: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { root: root.trim_end_matches('/').to_owned(), client, token: None }
    }

    /// The same for the bearer of this token or key.
    pub(crate) fn bearing(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// What it bears.
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Without a path.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// A request under `/api/v1`, to be completed and sent by [`Api::send`].
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.request_at(method, &format!("/api/v1{path}"))
    }

    /// A request under the root.
    pub(crate) fn request_at(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.root));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.build().expect("a request");
        let asked = format!("{} {}", request.method(), request.url());
        let answer = self.client.execute(request).await.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        // A stream of events has no end to wait for.
        let is_stream = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let text = if is_stream { Ok(String::new()) } else { answer.text().await };
        let text = text.unwrap_or_else(|error| panic!("{asked}: {error}"));
        // TwiML and empty answers stand as text.
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, headers, body, asked }
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path);
        self.send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// A POST under an Idempotency-Key.
    pub(crate) async fn post_once(&self, path: &str, key: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).header("Idempotency-Key", key).json(&body)).await
    }
}

impl Answer {
    /// The data of a success with this status.
    #[track_caller]
    pub(crate) fn data(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.body);
        assert_eq!(self.body["success"], true, "{}: {}", self.asked, self.body);
        self.meta();
        let mut body = self.body;
        body["data"].take()
    }

    /// The error of a refusal with this status and code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.body["error"]["code"].as_str()),
            (status, Some(code)),
            "{}: {}",
            self.asked,
            self.body
        );
        assert_eq!(self.body["success"], false, "{}: {}", self.asked, self.body);
        assert!(self.body["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{}", self.body);
        self.meta();
        let mut body = self.body;
        body["error"].take()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a header of ours is text"))
    }

    #[track_caller]
    fn meta(&self) {
        let meta = &self.body["meta"];
        assert_eq!(meta["version"], "v1", "{}: {}", self.asked, self.body);
        assert!(meta["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')), "{}", self.body);
        assert_eq!(meta["requestId"].as_str(), self.header("x-request-id"), "{}: {}", self.asked, self.body);
    }
}
