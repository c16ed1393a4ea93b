//! The twin over its sockets, as a client meets it.

mod calls;
mod in_process;
mod numbers;
mod protocol;
mod restart;
mod search;

use std::{collections::BTreeMap, net::SocketAddr, path::Path};

use reqwest::{Client, Method};
use serde_json::Value;
use vocab::Ambient;

use super::TwilioTwin;
use crate::kernel::Running;

const ACCOUNT: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const TOKEN: &str = "a token of the twin's";
const NUMBER: &str = "+14155551234";

/// A running twin and a client of it.
struct Bench {
    running: Running,
    client: Client,
}

/// A status and a JSON body (null if there was none).
type Answer = (u16, Value);

impl Bench {
    async fn new() -> Self {
        Self::at(None).await
    }

    async fn at(journal: Option<&Path>) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let twin = TwilioTwin {
            listen: any,
            control_listen: any,
            journal: journal.map(Path::to_owned),
            account_sid: ACCOUNT.to_owned(),
            auth_token: TOKEN.to_owned().into(),
            ambient: Ambient::system(),
        };
        let running = twin.start().await.expect("a twin");
        Self { running, client: Client::builder().no_proxy().build().expect("a client") }
    }

    /// A request under `/2010-04-01/Accounts/{account}`.
    async fn ask(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Answer {
        let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}{path}", self.running.url);
        self.send(self.client.request(method, url).basic_auth(ACCOUNT, Some(TOKEN)).form(form)).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[]).await
    }

    async fn buy(&self, form: &[(&str, &str)]) -> Answer {
        self.ask(Method::POST, "/IncomingPhoneNumbers.json", form).await
    }

    async fn control(&self, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.running.control_url);
        self.send(self.client.request(method, url).body(body.to_string())).await
    }

    async fn state(&self) -> Value {
        self.control(Method::GET, "/state", Value::Null).await.1
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") })
    }
}

fn code(answer: &Answer) -> (u16, u64) {
    (answer.0, answer.1["code"].as_u64().unwrap_or_default())
}

/// The phone numbers of a list.
fn numbers(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list").iter();
    list.map(|item| item["phone_number"].as_str().expect("a number").to_owned()).collect()
}

type Fields = BTreeMap<String, String>;
