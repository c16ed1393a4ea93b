//! Buying: what is sent, what is followed, what stays in doubt, and how doubt ends.

use ports::{PortError, RefusalReason, Supplier};
use serde_json::json;
use vocab::Money;

use super::*;
use crate::http::testing::nowhere;

#[tokio::test]
async fn a_purchase_is_a_link_that_is_followed() {
    let (supplier, stub) = serving([link("lr_1"), answer(200, verification("lr_1", "verificationPending"))]).await;
    let bought = supplier.buy(&order()).await.unwrap();
    assert_eq!((bought.reference.as_str(), bought.number.as_str()), ("lr_1", "+14155552671"));
    assert_eq!(bought.cost, Some(usd("0.75")));
    assert_eq!(bought.ends_at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-01-01T00:15:00+00:00"));
    assert_eq!(
        stub.lines(),
        ["POST /api/pub/v2/auth", "POST /api/pub/v2/verifications", "GET /api/pub/v2/verifications/lr_1"]
    );
    let request = &stub.seen()[1];
    assert!(request.contains("idempotency-key: ver-1\r\n") && request.contains("content-type: application/json\r\n"));
    assert!(request.contains(&format!("authorization: Bearer {TOKEN}\r\n")));
    let body: serde_json::Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body, json!({"serviceName": "telegram", "capability": "sms", "maxPrice": 0.75}));
}

#[tokio::test]
async fn links_are_followed_absolute_or_not_but_only_at_home() {
    let stub = Stub::start([token(TOKEN, 899)]).await;
    let supplier = text_verified(stub.url());
    let absolute = format!("{}api/pub/v2/verifications/lr_1", stub.url());
    assert_eq!(supplier.client.at_home(&absolute).map(String::from), Some(absolute.clone()));
    assert_eq!(supplier.client.at_home("/api/pub/v2/verifications/lr_1").map(String::from), Some(absolute));

    let thief = Stub::start([answer(200, verification("lr_1", "verificationPending"))]).await;
    let elsewhere = thief.url();
    for href in [elsewhere.to_string(), format!("//{}/x", elsewhere.authority()), "https://".to_owned()] {
        let (supplier, _stub) = serving([answer(201, json!({"method": "GET", "href": href}))]).await;
        assert_eq!(supplier.buy(&order()).await, Err(PortError::Unknown), "bought, but where is it?");
    }
    assert!(thief.seen().is_empty(), "the token goes nowhere else");
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_under_the_same_key() {
    let found = answer(200, verification("lr_1", "verificationPending"));
    for lost in [Reply::Close, Reply::Cut, answer(503, ""), problem(409, "IdempotencyConflict"), answer(200, "<html>")]
    {
        let (supplier, stub) = serving([lost.clone(), link("lr_1"), found.clone()]).await;
        assert_eq!(supplier.buy(&order()).await.map(|bought| bought.reference).as_deref(), Ok("lr_1"), "{lost:?}");
        let keys = stub.seen().iter().filter(|request| request.contains("idempotency-key: ver-1\r\n")).count();
        assert_eq!(keys, 2);
    }
}

#[tokio::test]
async fn what_nobody_knows_is_in_doubt() {
    for reply in [
        Reply::Close,
        Reply::Hang,
        answer(500, "<html>"),
        answer(400, ""),
        answer(404, ""),
        problem(400, "SomethingNew"),
        problem(409, "IdempotencyConflict"),
        answer(201, "{}"),
    ] {
        let (supplier, _stub) = serving([reply.clone()]).await;
        assert_eq!(supplier.buy(&order()).await, Err(PortError::Unknown), "{reply:?}");
    }
    // Bought, but not to be read: sold is sold.
    for reply in [answer(404, ""), answer(200, "<html>"), answer(403, ""), answer(200, json!({"id": "lr_1"}))] {
        let (supplier, _stub) = serving([link("lr_1"), reply.clone()]).await;
        assert_eq!(supplier.buy(&order()).await, Err(PortError::Unknown), "{reply:?}");
    }
}

#[tokio::test]
async fn doubt_ends_by_asking_under_the_key() {
    let (supplier, stub) = serving([link("lr_1"), answer(200, verification("lr_1", "verificationPending"))]).await;
    let found = supplier.find(&order()).await.unwrap().map(|allocation| allocation.reference);
    assert_eq!(found.as_deref(), Some("lr_1"));
    assert!(stub.seen()[1].contains("idempotency-key: ver-1\r\n"), "the same request as the purchase");
    for reply in [answer(400, ""), problem(400, "SomethingNew"), problem(400, "TooManyUnfinishedVerifications")] {
        let (supplier, _stub) = serving([reply.clone()]).await;
        assert_eq!(supplier.find(&order()).await, Ok(None), "expired without completing: {reply:?}");
    }
    for reply in [Reply::Close, answer(503, ""), answer(404, ""), problem(409, "IdempotencyConflict")] {
        let (supplier, _stub) = serving([reply.clone()]).await;
        assert_eq!(supplier.find(&order()).await, Err(PortError::Unknown), "{reply:?}");
    }
    let (supplier, _stub) = serving([answer(429, "")]).await;
    assert!(matches!(supplier.find(&order()).await, Err(PortError::Busy { .. })));
}

#[tokio::test]
async fn the_table_of_errors() {
    use RefusalReason::{NoFunds, NumberNotAvailable, PriceTooHigh};
    for (code, reason) in
        [("InsufficientBalance", NoFunds), ("Unavailable", NumberNotAvailable), ("PricingFailure", PriceTooHigh)]
    {
        let (supplier, stub) = serving([problem(400, code)]).await;
        assert_eq!(refusal(supplier.buy(&order()).await), (reason, Some(code.to_owned())));
        assert_eq!(stub.seen().len(), 2, "a no is final");
        assert_eq!(supplier.find(&order()).await, Ok(None));
    }
    let (supplier, stub) = serving([problem(400, "TooManyUnfinishedVerifications")]).await;
    assert!(matches!(supplier.buy(&order()).await, Err(PortError::Busy { .. })), "nothing bought, room comes later");
    assert_eq!(stub.seen().len(), 2);
    for status in [302, 403] {
        let (supplier, _stub) = serving([answer(status, "")]).await;
        assert!(matches!(supplier.buy(&order()).await, Err(PortError::Misconfigured(_))), "{status}");
    }
    let (supplier, stub) =
        serving([answer(429, ""), link("lr_1"), answer(200, verification("lr_1", "verificationPending"))]).await;
    assert!(supplier.buy(&order()).await.is_ok());
    assert_eq!(stub.seen().len(), 4);
    assert_eq!(text_verified(nowhere()).buy(&order()).await, Err(PortError::NotSent));
}

#[tokio::test]
async fn what_must_not_be_bought_is_not_asked_for() {
    let (supplier, stub) = serving([link("lr_1")]).await;
    let rubles = Money::new("45".parse().unwrap(), "RUB".parse().unwrap());
    for wrong in [
        PurchaseOrder { country: "DE".to_owned(), ..order() },
        PurchaseOrder { max_cost: Some(rubles), ..order() },
        PurchaseOrder { key: String::new(), ..order() },
        PurchaseOrder { key: "x".repeat(256), ..order() },
        PurchaseOrder { key: " padded".to_owned(), ..order() },
        PurchaseOrder { key: "a\nb".to_owned(), ..order() },
    ] {
        assert_eq!(refusal(supplier.buy(&wrong).await).0, RefusalReason::Invalid, "{wrong:?}");
    }
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn changes_go_one_at_a_time() {
    let (supplier, stub) = serving([Reply::Hang]).await;
    let second = async {
        let on_their_way = || stub.lines().iter().filter(|line| line.ends_with("/verifications")).count();
        while on_their_way() == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        on_their_way()
    };
    let order = order();
    let (_, _, on_their_way) = tokio::join!(supplier.buy(&order), supplier.buy(&order), second);
    assert_eq!(on_their_way, 1);
}
