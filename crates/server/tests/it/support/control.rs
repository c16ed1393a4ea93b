//! A twin's control API, as a person at the vendor's desk.

use serde_json::{Value, json};

/// A fault that does nothing counts the requests it befalls, down from here.
const COUNTER: u32 = 1_000_000;

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

    /// The faults that may still befall a request.
    pub(crate) async fn faults(&self) -> Vec<Value> {
        let answer = self.client.get(format!("{}/faults", self.url)).send().await.expect("the twin answers");
        let mut faults: Value = answer.json().await.expect("a list of faults");
        faults["faults"].as_array_mut().map(std::mem::take).expect("a list of faults")
    }

    /// Begins to count the requests for an operation.
    pub(crate) async fn count(&self, operation: &str) {
        self.mend().await;
        self.fault(operation, "latency:0ms", COUNTER).await;
    }

    /// How many requests came since [`Control::count`]; ends the count.
    pub(crate) async fn counted(&self, operation: &str) -> u32 {
        let faults = self.faults().await;
        let left =
            faults.iter().filter(|fault| fault["operation"] == operation).find_map(|fault| fault["times"].as_u64());
        self.mend().await;
        COUNTER - u32::try_from(left.expect("the count was begun")).expect("it only goes down")
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
