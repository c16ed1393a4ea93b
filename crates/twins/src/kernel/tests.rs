//! A toy vendor with one counter, to try the kernel by itself.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use vocab::Ambient;

use super::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    count: u64,
    outbox: Outbox,
}

#[derive(Serialize, Deserialize)]
enum Change {
    Counted(u64),
    Outbox(OutboxChange),
}

impl State for Counter {
    type Change = Change;

    fn apply(&mut self, change: Change) {
        match change {
            Change::Counted(by) => self.count += by,
            Change::Outbox(change) => self.outbox.apply(change),
        }
    }
}

impl HasOutbox for Counter {
    fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    fn outbox_change(change: OutboxChange) -> Change {
        Change::Outbox(change)
    }
}

fn count(journal: &Journal<Counter>, by: u64) {
    journal.commit(|_| Ok::<_, JournalError>((vec![Change::Counted(by)], ()))).expect("journalled");
}

fn counted(journal: &Journal<Counter>) -> u64 {
    journal.read(|state| state.count)
}

struct ToyFace;

impl Face for ToyFace {
    fn operations(&self) -> &'static [&'static str] {
        &["Counters.create", "Counters.delete"]
    }

    fn status(&self, status: StatusCode) -> Response {
        status.into_response()
    }

    fn code(&self, code: &str) -> Option<Response> {
        (code == "20429").then(|| (StatusCode::TOO_MANY_REQUESTS, "slow down").into_response())
    }
}

struct Toy {
    journal: Journal<Counter>,
    faults: Faults,
    running: Running,
}

async fn toy() -> Toy {
    let journal = Journal::<Counter>::in_memory();
    let faults = Faults::new(Arc::new(ToyFace), Ambient::fixed(1));
    let here = "127.0.0.1:0".parse().expect("an address");
    let listeners = Listeners::bind(here, here).await.expect("bound");
    let (kept, wrong) = (journal.clone(), faults.clone());
    let create = async move || {
        let effect = async {
            count(&kept, 1);
            "counted".into_response()
        };
        wrong.around("Counters.create", effect).await
    };
    let kept = journal.clone();
    let control = control::router(faults.clone(), move || json!({ "count": counted(&kept) }));
    let running = listeners.serve(Router::new().route("/count", post(create)), control, std::future::pending());
    Toy { journal, faults, running }
}

impl Toy {
    async fn call(&self) -> Result<reqwest::Response, reqwest::Error> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build()?;
        client.post(format!("{}/count", self.running.url)).send().await
    }

    async fn order(&self, body: serde_json::Value) -> (u16, String) {
        let url = format!("{}/faults", self.running.control_url);
        let answer = reqwest::Client::new().post(url).json(&body).send().await.expect("answered");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }
}

#[test]
fn journal_survives_and_forgets_only_a_torn_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/toy.jsonl");
    let journal = Journal::<Counter>::open(&path).expect("opens");
    count(&journal, 2);
    count(&journal, 3);
    assert!(matches!(Journal::<Counter>::open(&path), Err(JournalError::InUse(_))), "one process at a time");
    drop(journal);

    let whole = std::fs::read(&path).expect("readable");
    std::fs::write(&path, [&whole[..], b"{\"Changes\":[{\"Coun"].concat()).expect("writable");
    let journal = Journal::<Counter>::open(&path).expect("opens");
    assert_eq!(counted(&journal), 5);
    count(&journal, 1);
    drop(journal);
    assert_eq!(counted(&Journal::open(&path).expect("opens")), 6, "the torn line is gone, not in the way");

    std::fs::write(&path, [b"nonsense\n", &whole[..]].concat()).expect("writable");
    assert!(matches!(Journal::<Counter>::open(&path), Err(JournalError::Damaged { line: 1, .. })));
}

#[test]
fn a_long_journal_is_compacted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("toy.jsonl");
    let line = format!("{}\n", serde_json::json!({"Changes": vec![json!({"Counted": 1}); 10_000]}));
    let lines = 9 * 1024 * 1024 / line.len() + 1;
    std::fs::write(&path, line.repeat(lines)).expect("writable");
    let journal = Journal::<Counter>::open(&path).expect("opens");
    assert_eq!(counted(&journal), 10_000 * lines as u64);
    assert!(std::fs::metadata(&path).expect("there").len() < 1000);
    count(&journal, 1);
    drop(journal);
    assert_eq!(counted(&Journal::open(&path).expect("opens")), 10_000 * lines as u64 + 1);
}

#[tokio::test]
async fn each_fault_does_what_it_says() {
    let toy = toy().await;
    for (fault, effect) in [("fail_before", 0), ("fail_after", 1), ("hang", 0)] {
        let before = counted(&toy.journal);
        assert_eq!(toy.order(json!({"operation": "Counters.create", "fault": fault})).await.0, 200);
        let error = toy.call().await.expect_err(fault);
        assert_eq!(error.is_timeout(), fault == "hang", "{fault}: {error:?}");
        assert_eq!(counted(&toy.journal), before + effect, "{fault}");
        assert_eq!(toy.call().await.expect("answered").status(), 200, "{fault} happens once");
    }
    for (fault, status) in [("status:503", 503), ("code:20429", 429)] {
        let before = counted(&toy.journal);
        toy.order(json!({"operation": "*", "fault": fault, "times": 1})).await;
        assert_eq!(toy.call().await.expect("answered").status(), status);
        assert_eq!(counted(&toy.journal), before, "{fault}");
    }
    toy.order(json!({"operation": "Counters.*", "fault": "latency:250ms"})).await;
    let start = Instant::now();
    assert_eq!(toy.call().await.expect("answered").status(), 200);
    assert!(start.elapsed() >= Duration::from_millis(250));
    toy.running.stop().await;
}

#[tokio::test]
async fn faults_are_listed_cleared_and_refused() {
    let toy = toy().await;
    for (wrong, names) in [
        (json!({"operation": "Counter.create", "fault": "hang"}), "operation"),
        (json!({"operation": "*", "fault": "explode"}), "fault"),
        (json!({"operation": "*", "fault": "status:200"}), "fault"),
        (json!({"operation": "*", "fault": "code:1"}), "fault"),
        (json!({"operation": "*", "fault": "hang", "times": 0}), "times"),
        (json!({"operation": "*", "fault": "hang", "probability": 2}), "probability"),
        (json!({"operation": "*", "fault": "hang", "sometimes": 2}), "sometimes"),
    ] {
        let (status, text) = toy.order(wrong).await;
        assert!(status == 400 && text.contains(names), "{status} {text}");
    }
    toy.order(json!({"operation": "*", "fault": "hang", "times": 3})).await;
    assert_eq!(toy.faults.list()[0].times, Some(3));
    let url = format!("{}/faults", toy.running.control_url);
    assert_eq!(reqwest::Client::new().delete(url).send().await.expect("answered").status(), 200);
    assert_eq!(toy.call().await.expect("answered").status(), 200);
}

#[test]
fn chance_repeats_for_a_seed() {
    let draws = |seed| {
        let faults = Faults::new(Arc::new(ToyFace), Ambient::fixed(1));
        let (operation, fault) = ("*".to_owned(), "hang".to_owned());
        let order = faults::Order { operation, fault, times: None, probability: Some(0.3), seed: Some(seed) };
        faults.add(order).expect("a good order");
        (0..200).map(|_| faults.draw("Counters.create").is_some()).collect::<Vec<_>>()
    };
    assert_eq!(draws(7), draws(7));
    assert_ne!(draws(7), draws(8));
    let hits = draws(7).into_iter().filter(|hit| *hit).count();
    assert!((30..90).contains(&hits), "{hits}");
}

#[tokio::test]
async fn only_loopback_is_served() {
    let here = "127.0.0.1:0".parse().expect("an address");
    let refused = Listeners::bind("0.0.0.0:0".parse().expect("an address"), here).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("loopback")));
}

struct ToyPostman;

impl Postman for ToyPostman {
    fn request(&self, callback: &Callback, _: chrono::DateTime<chrono::Utc>) -> Option<Outgoing> {
        let (method, url, body) = (Method::POST, callback.url.clone(), callback.body.clone());
        Some(Outgoing { method, url, headers: Vec::new(), body })
    }

    fn pause(&self, attempts: u32) -> Option<Duration> {
        (attempts < 3).then(|| Duration::from_millis(1))
    }
}

/// Answers with these statuses in turn and remembers the bodies.
struct Script(Mutex<(Vec<Option<u16>>, Vec<String>)>);

#[async_trait::async_trait]
impl Transport for Script {
    async fn send(&self, request: Outgoing) -> Option<u16> {
        let mut script = self.0.lock().expect("whole");
        script.1.push(request.body);
        script.0.remove(0)
    }
}

#[tokio::test]
async fn callbacks_are_retried_survive_and_are_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("toy.jsonl");
    let ambient = Ambient::system();
    let add = |journal: &Journal<Counter>, id: &str| {
        let due = ambient.wall();
        let callback = Callback { id: id.into(), url: "http://localhost/x".into(), body: id.into(), attempts: 0, due };
        let change = Change::Outbox(OutboxChange::Add(callback));
        journal.commit(|_| Ok::<_, JournalError>((vec![change], ()))).expect("journalled");
    };
    let courier = |journal: &Journal<Counter>, statuses: Vec<Option<u16>>| {
        let script = Arc::new(Script(Mutex::new((statuses, Vec::new()))));
        let courier = Courier::new(journal.clone(), ambient.clone(), Arc::new(ToyPostman), script.clone());
        (courier.expect("journalled"), script)
    };
    let journal = Journal::<Counter>::open(&path).expect("opens");
    add(&journal, "a");
    let (first, _) = courier(&journal, vec![None]);
    assert!(first.step().await.is_some(), "to be tried again");
    drop((first, journal));

    let journal = Journal::<Counter>::open(&path).expect("opens");
    let (second, script) = courier(&journal, vec![Some(200), Some(500), Some(302), None]);
    second.step().await;
    assert!(journal.read(|state| state.outbox.is_empty()), "delivered after the restart");
    add(&journal, "b");
    while let Some(pause) = second.step().await {
        tokio::time::sleep(pause).await;
    }
    assert_eq!(script.0.lock().expect("whole").1, ["a", "b", "b", "b"], "three attempts, then given up");
}
