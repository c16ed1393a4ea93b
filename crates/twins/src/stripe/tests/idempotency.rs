//! One effect for one key, whatever happens to the connection.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::{Answer, Stripe, answer, paying};

async fn pay(stripe: &Stripe, key: &str, method: &str, more: &[(&str, &str)]) -> Answer {
    let request = stripe.request(Method::POST, "payment_intents").header("Idempotency-Key", key);
    answer(request.form(&paying(method, more))).await
}

async fn payments(stripe: &Stripe) -> usize {
    stripe.state().await["paymentIntents"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn the_first_answer_is_replayed_even_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let stripe = Stripe::kept_in(folder.path().join("stripe.jsonl")).await;
    let paid = pay(&stripe, "k1", "pm_card_visa", &[]).await;
    let declined = pay(&stripe, "k2", "pm_card_chargeDeclined", &[]).await;
    assert_eq!((paid.status, declined.status, paid.replayed), (200, 402, false));
    stripe.running.stop().await;

    let stripe = Stripe::kept_in(folder.path().join("stripe.jsonl")).await;
    for (key, card, first) in [("k1", "pm_card_visa", &paid), ("k2", "pm_card_chargeDeclined", &declined)] {
        let again = pay(&stripe, key, card, &[]).await;
        assert_eq!((again.status, &again.text, again.replayed), (first.status, &first.text, true));
    }
    let other = pay(&stripe, "k1", "pm_card_visa", &[("description", "another")]).await;
    assert_eq!((other.status, other.at("/error/type")), (400, "idempotency_error"));
    assert_eq!(payments(&stripe).await, 2);
}

#[tokio::test]
async fn refused_parameters_are_not_stored() {
    let stripe = Stripe::start().await;
    assert_eq!(pay(&stripe, "k", "pm_card_visa", &[("colour", "red")]).await.status, 400);
    assert_eq!(pay(&stripe, "k", "pm_card_visa", &[]).await.status, 200);
    assert_eq!(pay(&stripe, &"x".repeat(256), "pm_card_visa", &[]).await.status, 400);
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again() {
    let stripe = Stripe::start().await;
    for (fault, already) in [("fail_after", true), ("fail_before", false), ("status:503", false)] {
        let before = payments(&stripe).await;
        stripe.control("faults", json!({"operation": "PaymentIntents.create", "fault": fault})).await;
        let request = stripe.request(Method::POST, "payment_intents").header("Idempotency-Key", fault);
        let lost = request.form(&paying("pm_card_visa", &[])).send().await;
        assert!(lost.map_or(true, |answer| answer.status() == 503), "{fault}");
        let again = pay(&stripe, fault, "pm_card_visa", &[]).await;
        assert_eq!((again.status, again.replayed), (200, already), "{fault}");
        assert_eq!(payments(&stripe).await, before + 1, "{fault}");
    }
}

#[tokio::test]
async fn a_key_in_use_is_a_conflict_until_its_client_is_gone() {
    let stripe = Stripe::start().await;
    stripe.control("faults", json!({"operation": "PaymentIntents.create", "fault": "latency:3000ms"})).await;
    let slow = pay(&stripe, "k", "pm_card_visa", &[]);
    let quick = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        pay(&stripe, "k", "pm_card_visa", &[]).await
    };
    let (slow, quick) = tokio::join!(slow, quick);
    assert_eq!((slow.status, quick.status, quick.at("/error/code")), (200, 409, "idempotency_key_in_use"));

    stripe.control("faults", json!({"operation": "PaymentIntents.create", "fault": "hang"})).await;
    let request = stripe.request(Method::POST, "payment_intents").header("Idempotency-Key", "h");
    let hung = request.form(&paying("pm_card_visa", &[])).timeout(Duration::from_millis(1_500)).send().await;
    assert!(hung.expect_err("no answer").is_timeout());
    let mut again = pay(&stripe, "h", "pm_card_visa", &[]).await;
    while again.status == 409 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        again = pay(&stripe, "h", "pm_card_visa", &[]).await;
    }
    assert_eq!((again.status, again.replayed), (200, false), "{}", again.text);
}
