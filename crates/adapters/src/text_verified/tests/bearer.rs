//! The token: asked for once, renewed before it expires and when it is turned away, and never seen.

use std::time::Duration;

use futures::future::join_all;
use ports::{PortError, Supplier};
use serde_json::json;

use super::*;
use crate::http::testing::{Log, nowhere};

fn balance() -> Reply {
    answer(200, json!({"username": "ops@numbers.example", "currentBalance": 12.5}))
}

fn auths(stub: &Stub) -> usize {
    stub.lines().iter().filter(|line| line.ends_with("/auth")).count()
}

#[tokio::test]
async fn many_wait_for_one_token() {
    let (supplier, stub) = serving([balance()]).await;
    let balances = join_all((0..10).map(|_| supplier.balance())).await;
    assert!(balances.iter().all(|balance| *balance == Ok(usd("12.5"))));
    assert_eq!((auths(&stub), stub.seen().len()), (1, 11));
    let request = &stub.seen()[0];
    assert!(request.contains("x-api-key: api-key-of-ours\r\n"));
    assert!(request.contains("x-api-username: ops@numbers.example\r\n"));
    assert!(!request.contains("authorization:") && request.ends_with("\r\n\r\n"), "no body");
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let stub = Stub::start([token("first", 1), balance(), balance(), token("second", 899), balance()]).await;
    let supplier = text_verified(stub.url());
    supplier.balance().await.unwrap();
    supplier.balance().await.unwrap();
    assert_eq!(auths(&stub), 1);
    tokio::time::sleep(Duration::from_millis(800)).await;
    supplier.balance().await.unwrap();
    assert_eq!(auths(&stub), 2);
    assert!(stub.seen()[4].contains("authorization: Bearer second\r\n"));
}

#[tokio::test]
async fn a_token_that_is_turned_away_is_renewed_once() {
    let stub = Stub::start([token("first", 899), answer(401, ""), token("second", 899), balance(), balance()]).await;
    let supplier = text_verified(stub.url());
    assert_eq!(supplier.balance().await, Ok(usd("12.5")));
    assert_eq!(supplier.balance().await, Ok(usd("12.5")));
    assert!(stub.seen()[3].contains("authorization: Bearer second\r\n") && auths(&stub) == 2);
    assert!(!stub.seen()[3].contains("first"));

    let stub = Stub::start([token("t", 899), answer(401, ""), token("t", 899), answer(401, "")]).await;
    let supplier = text_verified(stub.url());
    assert!(matches!(supplier.balance().await, Err(PortError::Misconfigured(_))), "once, not for ever");
    assert_eq!(stub.seen().len(), 4);
}

#[tokio::test]
async fn a_purchase_is_made_with_the_new_token() {
    let bought = answer(200, verification("lr_1", "verificationPending"));
    let replies = [token("first", 899), answer(401, ""), token("second", 899), link("lr_1"), bought];
    let stub = Stub::start(replies).await;
    assert!(text_verified(stub.url()).buy(&order()).await.is_ok());
    // The first attempt may have been received: what follows does not clear that up.
    let replies = [token("first", 899), Reply::Close, answer(401, ""), answer(401, "")];
    let stub = Stub::start(replies).await;
    assert_eq!(text_verified(stub.url()).buy(&order()).await, Err(PortError::Unknown));
    // Nothing but the request for a token was sent.
    for (reply, expected) in [(Reply::Close, PortError::NotSent), (Reply::Hang, PortError::NotSent)] {
        let stub = Stub::start([reply]).await;
        assert_eq!(text_verified(stub.url()).buy(&order()).await, Err(expected));
    }
}

#[tokio::test]
async fn credentials_that_are_refused_are_the_operators_business() {
    for reply in [answer(401, ""), answer(403, ""), answer(400, ""), answer(404, ""), answer(302, "")] {
        let stub = Stub::start([reply.clone()]).await;
        let supplier = text_verified(stub.url());
        assert!(matches!(supplier.balance().await, Err(PortError::Misconfigured(_))), "{reply:?}");
    }
    let stub = Stub::start([answer(503, "")]).await;
    assert!(matches!(text_verified(stub.url()).buy(&order()).await, Err(PortError::Busy { .. })));
    assert_eq!(text_verified(nowhere()).balance().await, Err(PortError::NotSent));
}

#[tokio::test]
async fn whoever_waits_for_a_token_shares_its_failure() {
    let stub = Stub::start([Reply::Hang]).await;
    let supplier = text_verified(stub.url());
    let balances = join_all((0..5).map(|_| supplier.balance())).await;
    assert!(balances.iter().all(|balance| *balance == Err(PortError::NotSent)));
    assert!(auths(&stub) < 5, "each for itself would ask five times at least: {}", auths(&stub));
}

#[tokio::test]
async fn no_secret_is_in_a_log_or_in_an_error() {
    let log = Log::listen();
    let mut errors = Vec::new();
    for reply in [
        answer(400, json!({"errorCode": KEY, "errorDescription": format!("{KEY} is wrong")})),
        answer(404, json!({"errorCode": "Unavailable", "errorDescription": KEY})),
        problem(400, "InsufficientBalance"),
        answer(401, KEY),
        answer(500, TOKEN),
        Reply::Close,
        Reply::Hang,
        answer(201, json!({"href": "https://elsewhere.example/x"})),
        answer(200, verification("lr_1", "verificationCompleted")),
    ] {
        let (supplier, _stub) = serving([reply]).await;
        errors.push(format!("{:?}", supplier.buy(&order()).await));
        errors.push(format!("{:?}", supplier.status("lr_1").await));
        errors.push(format!("{:?}", supplier.cancel("lr_1").await));
    }
    let (supplier, _stub) =
        serving([answer(200, verification("lr_1", "verificationCompleted")), page(json!([sms(Some("12345"))]))]).await;
    errors.push(format!("{:?}", supplier.status("lr_1").await));
    let (log, errors) = (log.text(), errors.join("\n"));
    for secret in [KEY, TOKEN, "12345", "12-345"] {
        assert!(!log.is_empty() && !log.contains(secret), "{secret} in {log}");
        assert!(!errors.contains(secret), "{secret} in {errors}");
    }
    assert!(errors.contains("[redacted]"), "{errors}");
}
