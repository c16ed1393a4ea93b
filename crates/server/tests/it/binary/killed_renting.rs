//! `kill -9` in the middle of two hundred orders of codes: each of them ends in a code or in the money, and what is gone
//! from our float is explained to the cent (docs/product.md, law 6).

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use store::{FromQueryResult, Store, all, one};

use crate::support::{
    TestDb,
    api::Api,
    customer::Customer,
    floats::{self, Desks},
    laws, on_both,
    process::{Process, Site},
    wait::until,
};

on_both!(two_hundred_orders_outlive_being_killed);

const CUSTOMERS: usize = 8;
const ORDERS: usize = 200;
/// Law 6: every doubtful item is final so long after its vendor answers again.
const FINAL_WITHIN: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

async fn count(store: &Store, what: &str) -> i64 {
    let sql = format!("SELECT CAST(COUNT(*) AS bigint) AS count FROM {what}");
    let row: Option<Count> = one(store.fresh(), &sql, []).await.expect("counts");
    row.map_or(0, |row| row.count)
}

async fn at_least(store: &Store, least: i64, what: &str) {
    until(what, PATIENCE, || async { (count(store, what).await >= least).then_some(()) }).await;
}

async fn two_hundred_orders_outlive_being_killed(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path()).set("SANDBOX_TEXT_DELAY_MS", "0");
    let server = site.serve().await;
    let store = Store::open(&site.database).await.expect("the database opens beside the server");
    let mut customers = Vec::new();
    for _ in 0..CUSTOMERS {
        let customer = Customer::register(&server.api).await;
        customer.deposit(100).await;
        customers.push(customer.api);
    }
    at_least(&store, 2, "suppliers WHERE synced_at IS NOT NULL").await;

    let ordering: Vec<_> = (0..ORDERS).map(|at| tokio::spawn(order(customers[at % CUSTOMERS].clone(), at))).collect();
    // Some wait for their text by now, most are on their way.
    at_least(&store, 20, "verifications WHERE status = 'WAITING_FOR_SMS'").await;
    server.kill().await;
    join_all(ordering).await;
    let server = site.serve().await;
    let doubtful = "order_items WHERE state NOT IN ('PLACED', 'DELIVERED', 'REFUSED', 'CANCELLED')";
    until("every order is final or waits for its text", FINAL_WITHIN, || async {
        (count(&store, doubtful).await == 0).then_some(())
    })
    .await;
    floats::explained(&store, &desks(&server).await).await;

    let server = killed_while_they_end(&site, &store, server, &customers).await;
    // What got no text expires.
    server.api.post("/sandbox/clock", json!({ "advanceSeconds": 1300 })).await.data(200);
    laws::hold(&store, &server.twilio).await;
    until("our money is back", PATIENCE, || async {
        (count(&store, "verifications WHERE owed_back").await == 0).then_some(())
    })
    .await;
    floats::explained(&store, &desks(&server).await).await;
    assert_ne!(count(&store, "verifications WHERE status = 'COMPLETED'").await, 0, "some got their code");
    assert_ne!(count(&store, "verifications WHERE status = 'CANCELLED'").await, 0, "some were given up");
    let (code, said) = site.run(&["ledger", "verify"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("everything adds up"), "{said}");
    assert_eq!(server.terminate().await, Some(0));
}

async fn order(api: Api, at: usize) {
    let supplier = ["SMS_MAN", "TEXT_VERIFIED"][at % 2];
    let body = json!({ "serviceCode": "tg", "country": "US", "preferredProvider": supplier });
    // Most of them die with the server.
    let _ = api.request(Method::POST, "/verifications").json(&body).send().await;
}

async fn desks(server: &Process) -> Desks {
    Desks::of(&server.api.get("/sandbox").await.data(200))
}

#[derive(FromQueryResult)]
struct Waiting {
    phone_number: String,
}

/// One half gets its text, the other is given up, all at once, and the server dies in the middle of it.
async fn killed_while_they_end(site: &Site<'_>, store: &Store, server: Process, customers: &[Api]) -> Process {
    let sql = "SELECT phone_number FROM verifications WHERE status = 'WAITING_FOR_SMS' ORDER BY created_at";
    let waiting: Vec<Waiting> = all(store.fresh(), sql, []).await.expect("reads");
    let (texted, given_up) = waiting.split_at(waiting.len() / 2);
    let mut ending: Vec<_> = Vec::new();
    for rental in texted {
        let text = server.api.request(Method::POST, "/sandbox/sms").query(&[("to", &rental.phone_number)]);
        ending.push(tokio::spawn(async move { drop(text.send().await) }));
    }
    for api in customers {
        let list = api.get("/verifications?status=waiting_for_sms&limit=100").await.data(200);
        for rental in list["data"].as_array().expect("a list") {
            if given_up.iter().any(|other| rental["phoneNumber"] == other.phone_number.as_str()) {
                let path = format!("/verifications/{}/cancel", rental["id"].as_str().expect("an id"));
                let cancel = api.request(Method::POST, &path).json(&json!({}));
                ending.push(tokio::spawn(async move { drop(cancel.send().await) }));
            }
        }
    }
    at_least(store, 3, "verifications WHERE status = 'CANCELLED'").await;
    at_least(store, 1, "verifications WHERE status = 'COMPLETED'").await;
    server.kill().await;
    join_all(ending).await;
    site.serve().await
}
