//! Requests as Stripe wants them, and its answers as the port wants them.

use ports::{
    PortError, Processor, RefusalReason,
    processor::{Charge, ChargeStatus, MethodDetails},
};
use serde_json::json;
use url::Url;
use vocab::{Ambient, Currency, Money};

use super::{Stripe, StripeConfig};
use crate::http::testing::{Reply, Stub, answer, hasty, nowhere};

fn stripe(root: Url) -> Stripe {
    Stripe::new(StripeConfig {
        secret_key: "sk_test_1".into(),
        webhook_secrets: Vec::new(),
        api_url: root,
        limits: hasty(),
        ambient: Ambient::fixed(1),
    })
    .unwrap()
}

async fn serving(replies: impl IntoIterator<Item = Reply>) -> (Stripe, Stub) {
    let stub = Stub::start(replies).await;
    (stripe(stub.url()), stub)
}

fn charge() -> Charge {
    Charge {
        key: "dep-1".to_owned(),
        payment: "pay_1".to_owned(),
        money: Money::from_minor(1099, Currency::USD).unwrap(),
        method: Some("pm_card_visa".to_owned()),
        customer: None,
        keep_method: false,
        return_url: None,
    }
}

fn intent(status: &str) -> serde_json::Value {
    json!({"id": "pi_1", "object": "payment_intent", "status": status, "amount": 1099, "currency": "usd",
        "client_secret": "pi_1_secret", "metadata": {"payment": "pay_1"}, "payment_method": card(), "next_action": null})
}

fn card() -> serde_json::Value {
    json!({"id": "pm_1", "type": "card", "card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2034}})
}

fn problem(status: u16, error: serde_json::Value) -> Reply {
    answer(status, json!({"error": error}))
}

fn refusal(error: PortError) -> (RefusalReason, Option<String>) {
    match error {
        PortError::Refused(refusal) => (refusal.reason, refusal.code),
        other => panic!("{other:?}"),
    }
}

/// The status that a charge gets from this answer.
async fn status(reply: Reply) -> ChargeStatus {
    let (stripe, _stub) = serving([reply]).await;
    stripe.charge(&charge()).await.unwrap().status
}

/// The fields of the nth request's form.
fn fields(stub: &Stub, nth: usize) -> Vec<(String, String)> {
    let request = stub.seen().swap_remove(nth);
    serde_urlencoded::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_charge_carries_its_key_the_version_and_only_that_versions_parameters() {
    let (stripe, stub) = serving([answer(200, intent("succeeded"))]).await;
    let state = stripe.charge(&charge()).await.unwrap();
    assert_eq!((state.reference.as_str(), state.payment.as_deref()), ("pi_1", Some("pay_1")));
    assert_eq!((state.money, state.status), (Some(charge().money), ChargeStatus::Succeeded));
    let visa = MethodDetails {
        reference: "pm_1".to_owned(),
        brand: Some("visa".to_owned()),
        last4: Some("4242".to_owned()),
        expiry: Some((12, 2034)),
    };
    assert_eq!(state.method, Some(visa));
    let request = &stub.seen()[0];
    assert!(request.starts_with("POST /v1/payment_intents HTTP/1.1\r\n"));
    for header in ["authorization: Bearer sk_test_1", "stripe-version: 2026-10-28.endive", "idempotency-key: dep-1"] {
        assert!(request.contains(&format!("{header}\r\n")), "{header}");
    }
    let common = [("amount", "1099"), ("currency", "usd"), ("metadata[payment]", "pay_1")];
    let automatic = ("automatic_payment_methods[enabled]", "true");
    let mut expected = pairs(&common);
    expected.extend(pairs(&[automatic, ("payment_method", "pm_card_visa"), ("confirm", "true")]));
    expected.extend(pairs(&[("automatic_payment_methods[allow_redirects]", "never")]));
    assert_eq!(fields(&stub, 0), expected);

    let kept = Charge {
        customer: Some("cus_1".to_owned()),
        keep_method: true,
        return_url: Some("https://a.example/back?x=1".to_owned()),
        ..charge()
    };
    stripe.charge(&kept).await.unwrap();
    let mut expected = pairs(&common);
    expected.extend(pairs(&[automatic, ("customer", "cus_1"), ("setup_future_usage", "off_session")]));
    expected.extend(pairs(&[("payment_method", "pm_card_visa"), ("confirm", "true")]));
    expected.extend(pairs(&[("return_url", "https://a.example/back?x=1")]));
    assert_eq!(fields(&stub, 1), expected);

    stripe.charge(&Charge { method: None, return_url: Some("x".to_owned()), ..charge() }).await.unwrap();
    let mut expected = pairs(&common);
    expected.extend(pairs(&[automatic]));
    assert_eq!(fields(&stub, 2), expected);
}

#[tokio::test]
async fn a_server_that_knows_no_automatic_methods_is_asked_without() {
    let refusal = r#"{"error":{"type":"invalid_request_error","message":"Unexpected automatic_payment_methods"}}"#;
    let (stripe, stub) = serving([answer(400, refusal), answer(200, intent("succeeded"))]).await;
    let state = stripe.charge(&charge()).await.unwrap();
    assert_eq!(state.status, ChargeStatus::Succeeded);
    assert!(fields(&stub, 0).iter().any(|(name, _)| name.starts_with("automatic_payment_methods")));
    assert!(!fields(&stub, 1).iter().any(|(name, _)| name.starts_with("automatic_payment_methods")));
}

#[tokio::test]
async fn amounts_and_keys_that_cannot_be_are_not_sent() {
    let (stripe, stub) = serving([answer(200, intent("succeeded"))]).await;
    let third = Money::new("0.333".parse().unwrap(), Currency::USD);
    for bad in [
        Charge { money: third, ..charge() },
        Charge { key: "k".repeat(256), ..charge() },
        Charge { key: String::new(), ..charge() },
        Charge { key: "a\nb".to_owned(), ..charge() },
    ] {
        assert_eq!(refusal(stripe.charge(&bad).await.unwrap_err()).0, RefusalReason::Invalid);
    }
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn a_lost_answer_is_replayed_under_the_same_key() {
    let (stripe, stub) = serving([Reply::Close, answer(500, ""), answer(200, intent("succeeded"))]).await;
    assert_eq!(stripe.charge(&charge()).await.unwrap().status, ChargeStatus::Succeeded);
    let seen = stub.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|request| request.contains("idempotency-key: dep-1\r\n")));
    for reply in [Reply::Hang, Reply::Cut, answer(500, ""), answer(424, ""), answer(200, "{}"), answer(200, "<html>")] {
        let (stripe, _stub) = serving([reply]).await;
        assert_eq!(stripe.charge(&charge()).await, Err(PortError::Unknown));
    }
    assert_eq!(self::stripe(nowhere()).charge(&charge()).await, Err(PortError::NotSent));
}

#[tokio::test]
async fn every_status_has_its_meaning_and_new_ones_are_waited_for() {
    let secret = Some("pi_1_secret".to_owned());
    let of = |status| self::status(answer(200, intent(status)));
    assert_eq!(of("processing").await, ChargeStatus::Processing);
    assert_eq!(of("requires_capture").await, ChargeStatus::Processing);
    assert_eq!(of("meditating").await, ChargeStatus::Processing);
    assert_eq!(of("canceled").await, ChargeStatus::Cancelled);
    assert_eq!(of("requires_payment_method").await, ChargeStatus::MethodRequired { client_secret: secret.clone() });
    let mut action = intent("requires_action");
    action["next_action"] = json!({"type": "redirect_to_url", "redirect_to_url": {"url": "https://3ds.example"}});
    let redirect_url = Some("https://3ds.example".to_owned());
    let expected = ChargeStatus::ActionRequired { client_secret: secret.clone(), redirect_url };
    assert_eq!(status(answer(200, action)).await, expected);
    let mut failed = intent("requires_payment_method");
    failed["last_payment_error"] = json!({"code": "card_declined", "decline_code": "lost_card"});
    assert_eq!(status(answer(200, failed)).await, ChargeStatus::Failed { code: Some("lost_card".to_owned()) });
}

#[tokio::test]
async fn a_decline_is_a_failed_charge_with_its_reference() {
    let mut declined = intent("requires_payment_method");
    declined["payment_method"] = json!(null);
    let error = json!({"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds",
        "message": "No.", "payment_intent": declined, "payment_method": card()});
    let (stripe, stub) = serving([problem(402, error)]).await;
    let state = stripe.charge(&charge()).await.unwrap();
    assert_eq!(state.status, ChargeStatus::Failed { code: Some("insufficient_funds".to_owned()) });
    assert_eq!((state.reference.as_str(), state.payment.as_deref()), ("pi_1", Some("pay_1")));
    assert_eq!(state.method.and_then(|method| method.brand).as_deref(), Some("visa"));
    assert_eq!(stub.seen().len(), 1, "a decline is final");

    let sparse = json!({"code": "expired_card", "payment_intent": {"id": "pi_1"}});
    let expired = ChargeStatus::Failed { code: Some("expired_card".to_owned()) };
    assert_eq!(status(problem(402, sparse)).await, expired);
    let action = json!({"code": "authentication_required", "payment_intent": intent("requires_action")});
    assert!(matches!(status(problem(402, action)).await, ChargeStatus::ActionRequired { .. }));
    let off = json!({"code": "authentication_required", "payment_intent": intent("requires_payment_method")});
    let required = ChargeStatus::Failed { code: Some("authentication_required".to_owned()) };
    assert_eq!(status(problem(402, off)).await, required);

    let (stripe, _stub) = serving([problem(402, json!({"code": "card_declined"}))]).await;
    let bare = refusal(stripe.charge(&charge()).await.unwrap_err());
    assert_eq!(bare, (RefusalReason::Declined, Some("card_declined".to_owned())));
}

#[tokio::test]
async fn the_table_of_errors() {
    for (status, expected) in
        [(400, RefusalReason::Invalid), (404, RefusalReason::NotFound), (422, RefusalReason::Other)]
    {
        let (stripe, _stub) = serving([problem(status, json!({"type": "invalid_request_error", "code": "c"}))]).await;
        assert_eq!(refusal(stripe.charge(&charge()).await.unwrap_err()), (expected, Some("c".to_owned())));
    }
    for status in [301, 401, 403] {
        let (stripe, _stub) = serving([problem(status, json!({"message": "m"}))]).await;
        assert!(matches!(stripe.charge(&charge()).await, Err(PortError::Misconfigured(_))));
    }
    for (status, code) in [(409, "idempotency_key_in_use"), (429, "x"), (400, "rate_limit")] {
        let (stripe, stub) = serving([problem(status, json!({"code": code}))]).await;
        assert!(matches!(stripe.charge(&charge()).await, Err(PortError::Busy { .. })), "{status}");
        assert!(stub.seen().len() > 1, "not processed, so repeated");
    }
    let (stripe, _stub) = serving([problem(400, json!({"type": "idempotency_error"}))]).await;
    assert_eq!(stripe.charge(&charge()).await, Err(PortError::Unknown));
}

#[tokio::test]
async fn a_sparse_answer_is_completed_by_asking() {
    let (stripe, stub) =
        serving([answer(200, r#"{"id":"pi_1"}"#), answer(200, r#"{"id":"pi_1","status":"succeeded"}"#)]).await;
    let state = stripe.charge(&charge()).await.unwrap();
    assert_eq!((state.status, state.money), (ChargeStatus::Succeeded, None));
    assert_eq!(state.payment.as_deref(), Some("pay_1"), "we asked for it");
    assert_eq!(stub.lines(), ["POST /v1/payment_intents", "GET /v1/payment_intents/pi_1"]);
    assert_eq!(
        status(answer(200, r#"{"id":"pi_1","status":7,"amount":"x","metadata":[]}"#)).await,
        ChargeStatus::Processing
    );
}

#[tokio::test]
async fn a_bare_method_id_is_described_if_that_is_quick() {
    let mut bare = intent("succeeded");
    bare["payment_method"] = json!("pm_1");
    let (stripe, stub) = serving([answer(200, bare.clone()), answer(200, card())]).await;
    let method = stripe.charge(&charge()).await.unwrap().method.unwrap();
    assert_eq!((method.reference.as_str(), method.last4.as_deref()), ("pm_1", Some("4242")));
    assert_eq!(stub.lines()[1], "GET /v1/payment_methods/pm_1");
    let (stripe, _stub) = serving([answer(200, bare), problem(404, json!({}))]).await;
    let method = stripe.charge(&charge()).await.unwrap().method.unwrap();
    assert_eq!((method.reference.as_str(), method.last4), ("pm_1", None));
}

#[tokio::test]
async fn an_intent_left_unconfirmed_is_confirmed_once() {
    let (stripe, stub) =
        serving([answer(200, intent("requires_confirmation")), answer(200, intent("succeeded"))]).await;
    assert_eq!(stripe.charge(&charge()).await.unwrap().status, ChargeStatus::Succeeded);
    let request = &stub.seen()[1];
    assert!(request.starts_with("POST /v1/payment_intents/pi_1/confirm "));
    assert!(request.contains("idempotency-key: dep-1-confirm\r\n"));
    assert_eq!(fields(&stub, 1), pairs(&[("payment_method", "pm_card_visa")]));
}

#[tokio::test]
async fn look_ups_and_customers() {
    let (stripe, stub) = serving([answer(200, intent("succeeded")), answer(200, r#"{"id":"cus_1"}"#)]).await;
    assert_eq!(stripe.look_up("pi_1").await.unwrap().status, ChargeStatus::Succeeded);
    assert_eq!(stripe.customer("cus-acc_1", "acc_1", "a@b.example").await, Ok("cus_1".to_owned()));
    assert_eq!(stub.lines(), ["GET /v1/payment_intents/pi_1", "POST /v1/customers"]);
    assert!(stub.seen()[1].contains("idempotency-key: cus-acc_1\r\n"));
    assert_eq!(fields(&stub, 1), pairs(&[("email", "a@b.example"), ("metadata[account]", "acc_1")]));
    let (stripe, _stub) = serving([problem(404, json!({"code": "resource_missing"}))]).await;
    assert_eq!(refusal(stripe.look_up("pi_2").await.unwrap_err()).0, RefusalReason::NotFound);
}
