use std::collections::BTreeSet;

use tempfile::tempdir;

use super::*;

#[tokio::test]
async fn a_key_buys_once_even_if_the_first_answer_was_lost() {
    let bench = Bench::start().await;
    bench.fault("Verifications.create", "fail_after").await;
    assert!(bench.buy_under("one").await.is_none(), "it is bought, and nobody is told");
    assert_eq!(bench.balance().await, "9.43");
    let (again, more) = (bench.buy_under(" one ").await, bench.buy_under("one").await);
    let (again, more) = (again.expect("answered"), more.expect("answered"));
    assert_eq!((again.status, &again.location), (201, &more.location));
    assert_eq!(bench.balance().await, "9.43");
    assert_ne!(bench.buy_under("two").await.expect("answered").location, again.location);
    for bad in ["", " ", &"x".repeat(257)] {
        assert_eq!(bench.buy_under(bad).await.expect("answered").status, 400);
    }
    bench.fault("Verifications.create", "latency:3000ms").await;
    let slow = bench.request(Method::POST, "verifications").header("Idempotency-Key", "slow").json(&telegram(&[]));
    let first = tokio::spawn(answer(slow));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.buy_under("slow").await.expect("answered").code(), (409, "IdempotencyConflict"));
    let first = first.await.expect("no panic").expect("answered");
    assert_eq!(bench.buy_under("slow").await.expect("answered").location, first.location);
}

#[tokio::test]
async fn what_was_answered_is_known_after_a_restart() {
    let folder = tempdir().expect("a folder");
    let journal = folder.path().join("text_verified.jsonl");
    let bench = Bench::kept_in(journal.clone()).await;
    let keyed = bench.buy_under("key").await.expect("answered").location.expect("a location");
    let bought = bench.buy().await;
    let sent = bench.text(&bought, "").await;
    let before = bench.state().await;
    let token = bench.token.clone();
    bench.running.stop().await;

    let bench = Bench { token, ..Bench::kept_in(journal).await };
    assert_eq!(bench.state().await, before, "and the old token is still good");
    let path = |url: &str| url.rsplit('/').next().expect("an id").to_owned();
    let again = bench.buy_under("key").await.expect("answered").location.expect("a location");
    assert_eq!(path(&again), path(&keyed));
    let texts = bench.get(&format!("sms?to={}", bought["number"].as_str().expect("digits"))).await.body;
    assert_eq!(texts["data"][0]["parsedCode"], sent["code"]);
}

#[tokio::test]
async fn no_number_is_handed_out_twice() {
    let bench = Bench::start().await;
    let offer = json!({ "serviceName": "telegram", "count": 8, "price": 0.5 });
    assert_eq!(bench.control(Method::POST, "/offers", offer).await.0, 200);
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..12 {
        asked.spawn(answer(bench.request(Method::POST, "verifications").json(&telegram(&[]))));
    }
    let answers = asked.join_all().await;
    assert_eq!(answers.iter().flatten().filter(|answer| answer.status == 201).count(), 8);
    assert_eq!(answers.iter().flatten().filter(|answer| answer.code() == (400, "Unavailable")).count(), 4);
    let state = bench.state().await;
    let numbers: BTreeSet<_> =
        state["verifications"].as_array().expect("a list").iter().map(|shown| shown["number"].to_string()).collect();
    assert_eq!((numbers.len(), bench.balance().await.as_str()), (8, "6"));
}

#[tokio::test]
async fn faults_on_demand() {
    let bench = Bench::start().await;
    let bought = bench.buy().await;
    bench.fault("Verifications.cancel", "code:ProcessingError").await;
    assert_eq!(bench.act(&bought, "cancel").await.code(), (400, "ProcessingError"));
    bench.fault("Sms.*", "status:503").await;
    assert_eq!(bench.get("sms").await.status, 503);
    bench.fault("*", "status:401").await;
    assert_eq!(bench.get("account/me").await.status, 401);
    assert_eq!(bench.act(&bought, "cancel").await.status, 200);
    let locked = Bench::with(TextVerifiedTwin { cancel_lock: Duration::from_secs(60), ..settings() }).await;
    let bought = locked.buy().await;
    assert_eq!(locked.act(&bought, "cancel").await.code(), (400, "ProcessingError"));
}
