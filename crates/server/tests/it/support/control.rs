//! A twin's control API, as a person at the vendor's desk.

use serde_json::{Value, json};

/// The control API of one twin. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Control {
    url: String,
    client: reqwest::Client,
}

impl Control {
    pub(crate) fn at(url: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { url: url.trim_end_matches('/').to_owned(), client }
    }

    /// The next `times` requests for the operation go wrong.
    pub(crate) async fn fault(&self, operation: &str, fault: &str, times: u32) {
        self.post("faults", json!({ "operation": operation, "fault": fault, "times": times })).await;
    }

    /// Ends all faults.
    pub(crate) async fn mend(&self) {
        let answer = self.client.delete(format!("{}/faults", self.url)).send().await.expect("the twin answers");
        assert!(answer.status().is_success());
    }

    /// What the vendor holds.
    pub(crate) async fn state(&self) -> Value {
        let answer = self.client.get(format!("{}/state", self.url)).send().await.expect("the twin answers");
        answer.json().await.expect("a state")
    }

    /// The numbers that the vendor holds as ours.
    pub(crate) async fn held(&self) -> Vec<String> {
        let state = self.state().await;
        let numbers = state["incomingPhoneNumbers"].as_array().expect("a list of numbers");
        let mut held: Vec<_> =
            numbers.iter().map(|number| number["phone_number"].as_str().expect("a number").to_owned()).collect();
        held.sort();
        held
    }

    /// Anything else that can be done at the vendor's desk.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}/{path}", self.url)).json(&body);
        let answer = request.send().await.expect("the twin answers");
        let (status, text) = (answer.status(), answer.text().await.expect("a body"));
        assert!(status.is_success(), "{path} {body}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path} answered {text:?}: {error}"))
    }
}
