//! A supplier is down for an hour: nobody loses anything, and it is asked again once it is back.

use std::time::Duration;

use serde_json::{Value, json};

use super::desk::{Desk, PATIENCE, less};
use crate::support::{TestDb, floats, on_both, wait::until};

on_both!(a_supplier_that_is_down_for_an_hour_loses_nothing);

/// More than there are requests in a test.
const ALL: u32 = 1_000_000;

/// What the supplier is like, as operators see it.
async fn provider(desk: &Desk) -> Value {
    desk.operator().get("/admin/providers/SMS_MAN").await.data(200)
}

/// Runs a job now, and says what became of it.
async fn run(desk: &Desk, name: &str) -> Value {
    let operator = desk.operator();
    let before = job(desk, name).await;
    operator.post(&format!("/admin/jobs/{name}/run"), json!({})).await.data(202);
    until(&format!("{name} has run"), PATIENCE, || async {
        let now = job(desk, name).await;
        (now["isRunning"] == false && now["lastRunAt"] != before["lastRunAt"]).then_some(now)
    })
    .await
}

async fn job(desk: &Desk, name: &str) -> Value {
    let jobs = desk.operator().get("/admin/jobs").await.data(200);
    let jobs = jobs.as_array().or_else(|| jobs["data"].as_array()).expect("a list of jobs");
    jobs.iter().find(|job| job["name"] == name).unwrap_or_else(|| panic!("{name}: {jobs:?}")).clone()
}

async fn a_supplier_that_is_down_for_an_hour_loses_nothing(db: TestDb) {
    let desk = Desk::open(&db).await;
    let (waiting, given_up) = (desk.rent("SMS_MAN").await, desk.rent("SMS_MAN").await);
    let texted = desk.rent("SMS_MAN").await;
    let elsewhere = desk.rent("TEXT_VERIFIED").await;
    desk.suppliers.sms_man.fault("*", "fail_before", ALL).await;
    // It gets its text, and nobody can ask for it.
    desk.text(&texted, "Telegram code: 40404").await;
    assert_eq!(desk.cancel(&given_up).await.data(202)["status"], "CANCELLING", "it goes on trying");
    until("the supplier is known to be down", PATIENCE, || async {
        run(&desk, "provider-health").await;
        (provider(&desk).await["health"] == "DOWN").then_some(())
    })
    .await;
    let synced = run(&desk, "provider-sync").await;
    assert!(synced["lastError"].as_str().is_some_and(|error| error.contains("SMS_MAN")), "{synced}");
    assert_ne!(desk.count("supplier_offers WHERE supplier = 'SMS_MAN' AND stock > 0").await, 0, "it keeps what it had");
    // Whoever asks for it gets a number from the one that works.
    let instead = desk.settled(desk.order("SMS_MAN").await).await;
    assert_eq!((&instead["status"], &instead["provider"]), (&json!("WAITING_FOR_SMS"), &json!("TEXT_VERIFIED")));
    let paid = [elsewhere, instead];
    for rental in &paid {
        desk.text(rental, "Telegram code: 50505").await;
        desk.becomes(rental, "COMPLETED").await;
    }
    for rental in [&waiting, &texted] {
        assert_eq!(desk.shown(rental).await["status"], "WAITING_FOR_SMS", "it is not lost");
    }

    desk.skip(3600).await;
    desk.becomes(&waiting, "EXPIRED").await;
    desk.becomes(&texted, "EXPIRED").await;
    desk.becomes(&given_up, "CANCELLED").await;
    let money = less(&paid);
    assert_eq!(desk.ada.money().await, money, "the money is back though the supplier says nothing");
    let owed = "verifications WHERE supplier = 'SMS_MAN' AND owed_back";
    assert_eq!(desk.count(owed).await, 3, "ours is not");

    desk.suppliers.sms_man.mend().await;
    until("the supplier works", Duration::from_secs(60), || async {
        (provider(&desk).await["health"] == "HEALTHY").then_some(())
    })
    .await;
    assert_eq!(run(&desk, "provider-sync").await["lastError"], Value::Null);
    let again = desk.rent("SMS_MAN").await;
    desk.give_up(&again).await;
    until("our money is back too", PATIENCE, || async { (desk.count(owed).await == 0).then_some(()) }).await;
    assert_eq!(desk.ada.money().await, money, "the customer's came back once");
    let unread = desk.shown(&texted).await;
    assert_eq!((&unread["status"], &unread["code"]), (&json!("EXPIRED"), &Value::Null), "no code for nothing");
    let orphans = floats::orphans(&desk.product.store, "SMS_MAN").await;
    assert_eq!(orphans.into_iter().collect::<Vec<_>>(), [desk.reference(&texted).await], "what it cost us is told");
    desk.hold().await;
}
