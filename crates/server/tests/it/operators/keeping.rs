//! What is over leaves: orders their lists, logs and words the database. What explains money stays.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use store::{FromQueryResult, Store, exec, one};

use super::{operator, rent, texted};
use crate::support::{TestDb, api::Api, laws, on_both, product::Product, wait::until};

on_both!(
    a_refunded_order_says_so,
    orders_that_ended_long_ago_leave_the_lists,
    old_logs_go_and_the_journal_goes_on,
    words_are_erased_after_their_time,
    every_job_is_told_of,
    a_rental_that_lost_its_step_gets_it_back,
);

const A_DAY: i64 = 24 * 3600;

#[derive(FromQueryResult)]
struct Number {
    number: Option<i64>,
}

async fn number(store: &Store, sql: &str) -> i64 {
    let row: Option<Number> = one(store.fresh(), sql, []).await.expect("reads");
    row.and_then(|row| row.number).unwrap_or(0)
}

async fn later(product: &Product, days: i64) {
    product.api.post("/sandbox/clock", json!({ "advanceSeconds": days * A_DAY })).await.data(200);
}

/// Runs a job out of turn, and waits for it to be over.
async fn run(operator: &Api, name: &str) {
    let due = operator.post(&format!("/admin/jobs/{name}/run"), json!({})).await.data(202);
    until("the job has run", Duration::from_secs(60), || async {
        let job = job(operator, name).await;
        (job["lastRunAt"].as_str() >= due["nextRunAt"].as_str() && job["isRunning"] == false).then_some(())
    })
    .await;
    assert_eq!(job(operator, name).await["failures"], 0, "{name}");
}

async fn job(operator: &Api, name: &str) -> Value {
    let jobs = operator.get("/admin/jobs").await.data(200);
    let found = jobs["data"].as_array().expect("a list").iter().find(|job| job["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("no job {name}: {jobs}"))
}

async fn a_refunded_order_says_so(db: TestDb) {
    let product = Product::start(&db).await;
    let (operator, customer) = (operator(&product), product.customer(20).await);
    let offers = customer.offers("415", 2).await;
    let bought = customer.order(&offers).await.data(201);
    let id = bought["order"]["id"].as_str().expect("an id");
    let item = &customer.api.get(&format!("/orders/{id}")).await.data(200)["items"][0]["id"];
    for (wish, status) in [
        (json!({ "itemId": item, "amount": 0.1, "reason": "late" }), "PARTIAL_REFUND"),
        (json!({ "reason": "noisy" }), "PARTIAL_REFUND"),
    ] {
        let refunded = operator.post(&format!("/admin/orders/{id}/refund"), wish).await.data(200);
        assert_eq!(refunded["paymentStatus"], status, "{refunded}");
    }
    let one_more = customer.offers("212", 1).await;
    let whole = customer.order(&one_more).await.data(201);
    let whole = whole["order"]["id"].as_str().expect("an id");
    operator.post(&format!("/admin/orders/{whole}/refund"), json!({ "reason": "noisy" })).await.data(200);
    for path in [format!("/orders/{whole}"), format!("/orders/{whole}/status")] {
        let shown = customer.api.get(&path).await.data(200);
        assert_eq!((&shown["paymentStatus"], &shown["status"]), (&json!("REFUNDED"), &json!("COMPLETED")), "{shown}");
    }
    let listed = customer.api.get("/orders").await.data(200);
    let statuses: Vec<&Value> =
        listed["data"].as_array().expect("a list").iter().map(|o| &o["paymentStatus"]).collect();
    assert_eq!(statuses, ["REFUNDED", "PARTIAL_REFUND"]);
    laws::hold(&product.store, &product.twilio).await;
    product.stop().await;
}

async fn orders_that_ended_long_ago_leave_the_lists(db: TestDb) {
    let product = Product::start(&db).await;
    let (operator, customer) = (operator(&product), product.customer(20).await);
    let first = customer.offers("415", 1).await;
    let bought = customer.order(&first).await.data(201);
    let old = bought["order"]["id"].as_str().expect("an id");
    later(&product, 366).await;
    let second = customer.offers("212", 1).await;
    let young = customer.order(&second).await.data(201)["order"]["id"].clone();
    run(&operator, "order-archival").await;

    let ids = async |api: &Api, path: &str| -> Vec<Value> {
        let listed = api.get(path).await.data(200);
        listed["data"].as_array().expect("a list").iter().map(|order| order["id"].clone()).collect()
    };
    assert_eq!(ids(&customer.api, "/orders").await, std::slice::from_ref(&young));
    assert_eq!(ids(&customer.api, "/orders?archived=true").await, [json!(old)]);
    assert_eq!(ids(&operator, "/admin/orders").await, [young]);
    assert_eq!(ids(&operator, "/admin/orders?archived=true").await, [json!(old)]);
    let shown = customer.api.get(&format!("/orders/{old}")).await.data(200);
    assert!(shown["archivedAt"].is_string() && shown["status"] == "COMPLETED", "{shown}");
    let figures = customer.api.get("/orders").await.data(200);
    assert_eq!(figures["summary"]["totalOrders"], 2, "{figures}");
    laws::hold(&product.store, &product.twilio).await;
    product.stop().await;
}

async fn old_logs_go_and_the_journal_goes_on(db: TestDb) {
    let product = Product::start(&db).await;
    let (operator, customer) = (operator(&product), product.customer(20).await);
    texted(&customer.api).await;
    let numbered = "SELECT CAST(COUNT(*) AS bigint) AS number FROM events WHERE seq IS NOT NULL";
    let last = "SELECT MAX(seq) AS number FROM events";
    until("every event has its number", Duration::from_secs(20), || async {
        let all = number(&product.store, "SELECT CAST(COUNT(*) AS bigint) AS number FROM events").await;
        (all > 1 && number(&product.store, numbered).await == all).then_some(())
    })
    .await;
    let before = number(&product.store, last).await;
    let long_ago: DateTime<Utc> = "2020-01-01T00:00:00Z".parse().expect("a time");
    let aged = "UPDATE supplier_attempts SET began_at = $1";
    let changed = product.store.write(|tx| async move { exec(&tx, aged, [long_ago.into()]).await }).await;
    assert_eq!(changed.expect("is changed"), 1);
    later(&product, 91).await;
    run(&operator, "old-logs").await;
    let left = number(&product.store, "SELECT CAST(COUNT(*) AS bigint) AS number FROM supplier_attempts").await;
    assert_eq!((number(&product.store, "SELECT MIN(seq) AS number FROM events").await >= before, left), (true, 0));
    assert!(number(&product.store, last).await >= before, "numbers are never given twice");
    assert!(number(&product.store, "SELECT CAST(COUNT(*) AS bigint) AS number FROM audit_entries").await >= 2);
    texted(&customer.api).await;
    until("new events are numbered on", Duration::from_secs(20), || async {
        (number(&product.store, last).await > before).then_some(())
    })
    .await;
    laws::hold(&product.store, &product.twilio).await;
    product.stop().await;
}

async fn words_are_erased_after_their_time(db: TestDb) {
    let product = Product::start(&db).await;
    let (operator, customer) = (operator(&product), product.customer(10).await);
    let (id, code) = texted(&customer.api).await;
    run(&operator, "verification-texts").await;
    assert_eq!(customer.api.get(&format!("/verifications/{id}")).await.data(200)["code"], code.as_str());
    later(&product, 2).await;
    run(&operator, "verification-texts").await;
    let shown = customer.api.get(&format!("/verifications/{id}")).await.data(200);
    assert_eq!((&shown["code"], &shown["text"], &shown["status"]), (&Value::Null, &Value::Null, &json!("COMPLETED")));
    let reveal = operator.post(&format!("/admin/verifications/{id}/reveal"), json!({ "reason": "late" })).await;
    assert_eq!(reveal.data(200)["messages"][0]["text"], Value::Null);
    let sealed = "SELECT CAST(COUNT(*) AS bigint) AS number FROM verification_texts \
                  WHERE sealed_text IS NOT NULL OR sealed_code IS NOT NULL";
    assert_eq!(number(&product.store, sealed).await, 0);
    product.stop().await;
}

async fn every_job_is_told_of(db: TestDb) {
    let product = Product::start(&db).await;
    let operator = operator(&product);
    for (name, schedule) in [
        ("order-monitor", "every 10000 ms"),
        ("provider-sync", "every 300000 ms"),
        ("number-sessions", "every"),
        ("login-sessions", "7 * * * *"),
        ("verification-texts", "23 * * * *"),
        ("old-logs", "53 3 * * *"),
        ("order-archival", "31 4 * * 0"),
    ] {
        run(&operator, name).await;
        let job = job(&operator, name).await;
        assert!(job["schedule"].as_str().is_some_and(|text| text.starts_with(schedule)), "{job}");
        assert!(
            job["lastDurationMs"].is_number() && job["nextRunAt"].is_string() && job["lastError"].is_null(),
            "{job}"
        );
    }
    product.stop().await;
}

async fn a_rental_that_lost_its_step_gets_it_back(db: TestDb) {
    let folder = tempfile::tempdir().expect("a folder");
    let product = Product::start_in(&db, folder.path(), &[("SANDBOX_TEXT_DELAY_MS", "0")]).await;
    let (operator, customer) = (operator(&product), product.customer(10).await);
    let rental = json!({ "serviceCode": "tg", "country": "US", "preferredProvider": "SMS_MAN" });
    let rental = rent(&customer.api, rental).await;
    let lost = "DELETE FROM steps WHERE kind = 'verification'";
    product.store.write(|tx| async move { exec(&tx, lost, []).await }).await.expect("is lost");
    later(&product, 1).await;
    run(&operator, "order-monitor").await;
    let path = format!("/verifications/{}", rental["id"].as_str().expect("an id"));
    until("it ends and its money is back", Duration::from_secs(20), || async {
        (customer.api.get(&path).await.data(200)["status"] == "EXPIRED").then_some(())
    })
    .await;
    laws::hold(&product.store, &product.twilio).await;
    product.stop().await;
}
