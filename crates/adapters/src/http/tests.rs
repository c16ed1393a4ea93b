//! Every way in which a call can be lost, by what it does at the vendor.

use std::time::Duration;

use ports::{PortError, RefusalReason};
use reqwest::header::HeaderMap;
use tokio::time::Instant;
use url::Url;
use vocab::Ambient;

use super::{
    Answer, Call, Effect, Http, Limits, Vendor,
    testing::{Reply, Stub, answer, hasty, nowhere},
};

fn http(root: &Url, limits: Limits) -> Http {
    let vendor = Vendor { name: "test", request_id: "x-id", headers: HeaderMap::new(), roots: vec![root.clone()] };
    Http::new(vendor, limits, Ambient::fixed(1)).unwrap()
}

/// A vendor's table in small: 200 with "ok", 409 a refusal.
fn read(answer: &Answer) -> Result<(), PortError> {
    match answer.status {
        200 if answer.body == b"ok" => Ok(()),
        409 => Err(PortError::refused(RefusalReason::Other, None, "no")),
        429 => Err(answer.busy()),
        500.. => Err(answer.fault()),
        _ => Err(PortError::Unknown),
    }
}

fn call(root: &Url, effect: Effect) -> Call {
    match effect {
        Effect::None => Call::get("Thing.get", root.clone()),
        _ => Call::post("Thing.make", root.clone(), vec![("a".to_owned(), "b c&d".to_owned())], effect),
    }
}

/// The fate of a call that meets these replies, and how many requests it made.
async fn fate(effect: Effect, replies: impl IntoIterator<Item = Reply>) -> (Result<(), PortError>, usize) {
    let stub = Stub::start(replies).await;
    let result = http(&stub.url(), hasty()).send(&call(&stub.url(), effect), read).await;
    (result, stub.seen().len())
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let root = nowhere();
    for effect in [Effect::None, Effect::Repeatable, Effect::Once] {
        assert_eq!(http(&root, hasty()).send(&call(&root, effect), read).await, Err(PortError::NotSent));
    }
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_never_sent_afresh_where_it_counts() {
    for reply in [Reply::Close, Reply::Cut, Reply::Hang, answer(503, ""), answer(200, "<html>")] {
        assert_eq!(fate(Effect::Once, [reply.clone()]).await, (Err(PortError::Unknown), 1), "{reply:?}");
        assert_eq!(fate(Effect::Repeatable, [reply.clone()]).await, (Err(PortError::Unknown), 3), "{reply:?}");
    }
    assert_eq!(fate(Effect::None, [Reply::Close]).await, (Err(PortError::Unknown), 3));
}

#[tokio::test]
async fn what_may_be_repeated_is() {
    assert_eq!(fate(Effect::Repeatable, [Reply::Close, answer(200, "ok")]).await, (Ok(()), 2));
    assert_eq!(fate(Effect::None, [answer(500, ""), Reply::Hang, answer(200, "ok")]).await, (Ok(()), 3));
    assert_eq!(fate(Effect::Once, [answer(429, ""), answer(200, "ok")]).await, (Ok(()), 2), "429 was not processed");
}

#[tokio::test]
async fn an_earlier_doubt_outlives_a_later_busy_but_not_a_refusal() {
    let (result, _) = fate(Effect::Repeatable, [Reply::Close, answer(429, "")]).await;
    assert_eq!(result, Err(PortError::Unknown));
    let (result, _) = fate(Effect::Repeatable, [Reply::Close, answer(409, "")]).await;
    assert!(matches!(result, Err(PortError::Refused(_))));
    let (result, _) = fate(Effect::None, [Reply::Close, answer(429, "")]).await;
    assert!(matches!(result, Err(PortError::Busy { .. })), "a read leaves no doubt");
}

#[tokio::test]
async fn the_vendors_wait_is_kept_or_handed_on() {
    let soon = Reply::Answer(429, "retry-after: 1\r\n", String::new());
    let started = Instant::now();
    assert_eq!(fate(Effect::Once, [soon, answer(200, "ok")]).await, (Ok(()), 2));
    assert!(started.elapsed() >= Duration::from_secs(1));
    let late = Reply::Answer(429, "retry-after: 60\r\n", String::new());
    let busy = PortError::Busy { retry_after: Duration::from_secs(60) };
    assert_eq!(fate(Effect::Once, [late]).await, (Err(busy), 1), "beyond the budget");
}

#[tokio::test]
async fn all_attempts_stay_within_the_budget() {
    let stub = Stub::start([Reply::Hang]).await;
    let limits =
        Limits { request: Duration::from_secs(60), budget: Duration::from_millis(400), attempts: 10, ..hasty() };
    let started = Instant::now();
    let result = http(&stub.url(), limits).send(&call(&stub.url(), Effect::Repeatable), read).await;
    assert_eq!(result, Err(PortError::Unknown));
    assert!(started.elapsed() < Duration::from_secs(30), "one attempt alone would take a minute");
    assert!(stub.seen().len() <= 1, "nothing is sent when the budget is spent");
}

#[tokio::test]
async fn an_open_breaker_sends_nothing_and_closes_again() {
    let stub = Stub::start([answer(500, ""), answer(500, ""), answer(200, "ok")]).await;
    let pause = Duration::from_secs(2);
    let limits = Limits { breaker_failures: 2, breaker_pause: pause, attempts: 1, ..hasty() };
    let (http, call) = (http(&stub.url(), limits), call(&stub.url(), Effect::Once));
    for _ in 0..2 {
        assert_eq!(http.send(&call, read).await, Err(PortError::Unknown));
    }
    assert!(matches!(http.send(&call, read).await, Err(PortError::Busy { retry_after }) if retry_after <= pause));
    assert_eq!(stub.seen().len(), 2);
    tokio::time::sleep(pause).await;
    assert_eq!(http.send(&call, read).await, Ok(()));
    assert_eq!(http.send(&call, read).await, Ok(()));
}

#[tokio::test]
async fn too_many_at_once_are_told_to_come_back() {
    let stub = Stub::start([Reply::Hang]).await;
    let limits = Limits { concurrency: 1, attempts: 1, ..hasty() };
    let (http, call) = (http(&stub.url(), limits), call(&stub.url(), Effect::Once));
    let (first, second) = tokio::join!(http.send(&call, read), http.send(&call, read));
    assert_eq!(first, Err(PortError::Unknown));
    assert!(matches!(second, Err(PortError::Busy { .. })));
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Stub::start([answer(200, "ok")]).await;
    let location = format!("location: {}\r\n", elsewhere.url());
    let (result, _) =
        fate(Effect::None, [Reply::Answer(302, Box::leak(location.into_boxed_str()), String::new())]).await;
    assert_eq!(result, Err(PortError::Unknown));
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn forms_are_encoded() {
    let stub = Stub::start([answer(200, "ok")]).await;
    http(&stub.url(), hasty()).send(&call(&stub.url(), Effect::Once), read).await.unwrap();
    assert!(stub.seen()[0].ends_with("\r\n\r\na=b+c%26d"), "{:?}", stub.seen());
}

#[test]
fn the_usual_limits_fit_into_one_another() {
    let limits = Limits::default();
    assert!(limits.connect < limits.request && limits.request < limits.budget);
    assert!(limits.queue + limits.budget + limits.request < Duration::from_secs(30), "the carrier's in-flight bound");
}
