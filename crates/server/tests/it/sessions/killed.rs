//! `kill -9` while hundreds borrow and while their sessions end: no number has two borrowers, and each end is told once.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use store::{FromQueryResult, Store, all};
use tokio::task::JoinHandle;
use uuid::Uuid;
use vocab::{Ambient, id::NumberSessionId};

use super::stock::{COOL_DOWN, World};
use crate::support::{
    TestDb,
    api::Api,
    customer::Customer,
    on_both,
    process::{Process, Site},
    wait::until,
};

on_both!(each_session_begins_and_ends_once_whatever_is_killed);

const POOL: usize = 100;
const BORROWERS: usize = 256;
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(FromQueryResult)]
struct Session {
    id: Uuid,
    phone_number: String,
    started_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

impl Session {
    fn end(&self) -> DateTime<Utc> {
        self.ended_at.unwrap_or(self.expires_at)
    }
}

#[derive(FromQueryResult)]
struct Told {
    subject: String,
}

async fn sessions(store: &Store) -> Vec<Session> {
    let sql = "SELECT id, phone_number, started_at, expires_at, ended_at FROM number_sessions ORDER BY started_at";
    all(store.fresh(), sql, []).await.expect("reads")
}

async fn each_session_begins_and_ends_once_whatever_is_killed(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::sharing(&db, folder.path());
    let world = World::beside(&db, &Ambient::system());
    world.stock(POOL, "US").await;
    let mut server = site.serve().await;
    let mut customers = Vec::new();
    for _ in 0..4 {
        customers.push(Customer::register(&server.api).await.api);
    }
    server = killed_once(&site, server, borrow(&customers), async || sessions(&world.store).await.len() >= 20).await;
    join_all(borrow(&customers)).await;
    let lent = sessions(&world.store).await;
    assert_eq!(lent.len(), POOL, "every number is lent, and none twice");

    // Half of the owners are done with theirs.
    let by_hand = expire(&customers, POOL / 2).await;
    let ended = async || sessions(&world.store).await.iter().filter(|session| session.ended_at.is_some()).count() >= 5;
    server = killed_once(&site, server, by_hand, ended).await;
    join_all(expire(&customers, POOL / 2).await).await;

    // The time of the rest is over just when their owners end them.
    let by_hand = expire(&customers, POOL).await;
    server.api.post("/sandbox/clock", json!({ "advanceSeconds": 1801 })).await.data(200);
    let over = async || sessions(&world.store).await.iter().filter(|session| session.ended_at.is_some()).count() >= 60;
    server = killed_once(&site, server, by_hand, over).await;
    until("each end is told", PATIENCE, || async {
        sessions(&world.store).await.iter().all(|session| session.ended_at.is_some()).then_some(())
    })
    .await;
    once_each(&world.store).await;

    // Their numbers have cooled down: the next borrowers get them, and again each of them once.
    server.api.post("/sandbox/clock", json!({ "advanceSeconds": COOL_DOWN.num_seconds() })).await.data(200);
    join_all(borrow(&customers)).await;
    assert_eq!(sessions(&world.store).await.len(), 2 * POOL);
    nobody_shared(&world.store).await;
    assert_eq!(server.terminate().await, Some(0));
}

/// Lets it go on until `when`, kills the server in the middle of it, and starts it again.
async fn killed_once(
    site: &Site<'_>,
    server: Process,
    busy: Vec<JoinHandle<()>>,
    when: impl AsyncFn() -> bool,
) -> Process {
    until("it is well under way", PATIENCE, || async { when().await.then_some(()) }).await;
    server.kill().await;
    join_all(busy).await;
    site.serve().await
}

/// Everybody asks at once, for more than there is.
fn borrow(customers: &[Api]) -> Vec<JoinHandle<()>> {
    let wish = json!({ "userId": "u", "greetingText": "Hello" });
    let ask = |at: usize| {
        let request = customers[at % customers.len()].request(Method::POST, "/sessions").json(&wish);
        // It may die with the server.
        tokio::spawn(async move { drop(request.send().await) })
    };
    (0..BORROWERS).map(ask).collect()
}

/// The owners of so many sessions end them at once, twice each.
async fn expire(customers: &[Api], most: usize) -> Vec<JoinHandle<()>> {
    let mut requests = Vec::new();
    for api in customers {
        let list = api.get("/sessions?limit=100").await.data(200);
        for session in list["data"].as_array().expect("a list").iter().take(most / customers.len()) {
            let path = format!("/sessions/{}/expire", session["sessionId"].as_str().expect("an id"));
            for _ in 0..2 {
                let request = api.request(Method::POST, &path).json(&json!({}));
                requests.push(tokio::spawn(async move { drop(request.send().await) }));
            }
        }
    }
    requests
}

/// One SESSION_STARTED and one SESSION_ENDED for each session, and none besides.
async fn once_each(store: &Store) {
    let expected: BTreeMap<String, usize> =
        sessions(store).await.iter().map(|session| (NumberSessionId::from_uuid(session.id).to_string(), 1)).collect();
    for kind in ["SESSION_STARTED", "SESSION_ENDED"] {
        let sql = "SELECT subject FROM events WHERE kind = $1";
        let rows: Vec<Told> = all(store.fresh(), sql, [kind.into()]).await.expect("reads");
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows {
            *told.entry(row.subject).or_default() += 1;
        }
        assert_eq!(told, expected, "{kind}");
    }
}

/// Nobody got a number that somebody had, or that was still cooling down.
async fn nobody_shared(store: &Store) {
    let mut last: BTreeMap<String, DateTime<Utc>> = BTreeMap::new();
    for session in sessions(store).await {
        let before = last.insert(session.phone_number.clone(), session.end());
        assert!(before.is_none_or(|end| session.started_at >= end + COOL_DOWN), "{}", session.phone_number);
    }
}
