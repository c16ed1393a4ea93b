//! Whoever listens does not hold a stop up.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::support::{TestDb, customer::Customer, on_both, process::Site, wait::until};

on_both!(open_streams_and_waits_end_when_the_server_stops);

/// Well below the grace that requests in flight have.
const AT_ONCE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(30);

async fn open_streams_and_waits_end_when_the_server_stops(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path()).set("SANDBOX_TEXT_DELAY_MS", "0");
    let server = site.serve().await;
    let ada = Customer::register(&server.api).await;
    ada.deposit(10).await;
    let ordered = ada.api.post("/verifications", json!({ "serviceCode": "tg", "country": "US" })).await;
    let path = format!("/verifications/{}", ordered.body["data"]["id"].as_str().expect("an id"));
    until("a number waits for its text", PATIENCE, || async {
        (ada.api.get(&path).await.data(200)["status"] == "WAITING_FOR_SMS").then_some(())
    })
    .await;

    let mut streams = Vec::new();
    for _ in 0..5 {
        let request = ada.api.request(Method::GET, &format!("{path}/stream"));
        let mut stream = request.send().await.expect("a stream");
        assert!(stream.chunk().await.expect("is read").is_some(), "its state at once");
        streams.push(stream);
    }
    let waits = [(); 3].map(|()| {
        let (api, path) = (ada.api.clone(), format!("{path}?wait=25"));
        tokio::spawn(async move { api.get(&path).await })
    });
    // Long enough for the waits to be under way.
    tokio::time::sleep(Duration::from_millis(500)).await;

    let begun = Instant::now();
    assert_eq!(server.terminate().await, Some(0));
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    for wait in waits {
        assert_eq!(wait.await.expect("is answered").data(200)["status"], "WAITING_FOR_SMS");
    }
    for mut stream in streams {
        while stream.chunk().await.expect("it ends in good order").is_some() {}
    }
}
