//! What becomes of payments.

use serde_json::json;

use super::Stripe;

#[tokio::test]
async fn a_saved_card_pays() {
    let stripe = Stripe::start().await;
    let customer = stripe.post("customers", &[("email", "a@example.com"), ("metadata[user]", "7")]).await;
    let id = customer.at("/id");
    let method = stripe.post("payment_methods/pm_card_visa/attach", &[("customer", id)]).await;
    let more =
        [("customer", id), ("off_session", "true"), ("expand[0]", "latest_charge"), ("metadata[payment]", "p'1")];
    let paid = stripe.pay(method.at("/id"), &more).await;
    assert_eq!((paid.status, paid.at("/status")), (200, "succeeded"), "{}", paid.text);
    assert_eq!((&paid.body["amount_received"], &paid.body["latest_charge"]["paid"]), (&json!(1000), &json!(true)));
    let found = stripe.get("payment_intents/search?query=metadata[\"payment\"]:\"p'1\"").await;
    assert_eq!(found.at("/data/0/id"), paid.at("/id"), "{}", found.text);
    let listed = stripe.get(&format!("payment_methods?customer={id}&type=card")).await;
    assert_eq!(listed.at("/data/0/id"), method.at("/id"));
}

#[tokio::test]
async fn a_decline_is_402_with_the_intent_inside() {
    let stripe = Stripe::start().await;
    for (card, code, decline_code) in [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ] {
        let refused = stripe.pay(card, &[]).await;
        assert_eq!((refused.status, refused.at("/error/type")), (402, "card_error"), "{card}");
        assert_eq!((refused.at("/error/code"), refused.at("/error/decline_code")), (code, decline_code), "{card}");
        assert_eq!(refused.at("/error/payment_intent/status"), "requires_payment_method");
        let kept = stripe.get(&format!("payment_intents/{}", refused.at("/error/payment_intent/id"))).await;
        assert_eq!((kept.at("/last_payment_error/code"), &kept.body["payment_method"]), (code, &json!(null)));
        let charge = stripe.get(&format!("charges/{}", kept.at("/latest_charge"))).await;
        assert_eq!((charge.at("/status"), charge.at("/failure_code")), ("failed", code));
    }
    let customer = stripe.post("customers", &[]).await;
    let attach = async |card: &str| {
        stripe.post(&format!("payment_methods/{card}/attach"), &[("customer", customer.at("/id"))]).await.status
    };
    assert_eq!((attach("pm_card_chargeDeclined").await, attach("pm_card_chargeCustomerFail").await), (402, 200));
}

#[tokio::test]
async fn authentication() {
    let stripe = Stripe::start().await;
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    for (outcome, card, status) in [
        ("", "pm_card_authenticationRequired", "succeeded"),
        ("&outcome=fail", "pm_card_threeDSecure2Required", "requires_payment_method"),
        ("", "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "requires_payment_method"),
    ] {
        let waiting = stripe.pay(card, &[("return_url", "http://localhost:3000/back?x=1")]).await;
        assert_eq!(waiting.at("/status"), "requires_action");
        let page = format!("{}{outcome}", waiting.at("/next_action/redirect_to_url/url"));
        let sent_back = browser.get(&page).send().await.expect("answered");
        let location = sent_back.headers()["location"].to_str().expect("text").to_owned();
        let verdict = if status == "succeeded" { "succeeded" } else { "failed" };
        assert!(location.starts_with("http://localhost:3000/back?x=1&payment_intent=pi_"), "{location}");
        assert!(location.ends_with(&format!("redirect_status={verdict}")), "{location}");
        let after = stripe.get(&format!("payment_intents/{}", waiting.at("/id"))).await;
        assert_eq!(after.at("/status"), status);
        assert!(
            browser.get(&page).send().await.expect("answered").status().as_u16() < 400,
            "opening it again is harmless"
        );
    }
    let in_page = stripe.pay("pm_card_authenticationRequired", &[]).await;
    assert_eq!(in_page.at("/next_action/type"), "use_stripe_sdk");
    let away = stripe.pay("pm_card_authenticationRequired", &[("off_session", "true")]).await;
    assert_eq!((away.status, away.at("/error/code")), (402, "authentication_required"));
}

#[tokio::test]
async fn authenticated_once_for_later() {
    let stripe = Stripe::start().await;
    let customer = stripe.post("customers", &[]).await;
    let id = customer.at("/id");
    let keep = [("customer", id), ("setup_future_usage", "off_session")];
    let waiting = stripe.pay("pm_card_authenticationRequiredOnSetup", &keep).await;
    assert_eq!(waiting.at("/status"), "requires_action");
    let path = format!("payment_intents/{}/complete", waiting.at("/id"));
    assert_eq!(stripe.control(&path, json!({"outcome": "succeed"})).await.at("/status"), "succeeded");
    let card = stripe.get(&format!("customers/{id}/payment_methods")).await;
    let later = stripe.pay(card.at("/data/0/id"), &[("customer", id), ("off_session", "true")]).await;
    assert_eq!(later.at("/status"), "succeeded", "{}", later.text);
}

#[tokio::test]
async fn step_by_step_and_back() {
    let stripe = Stripe::start().await;
    let open = stripe.post("payment_intents", &[("amount", "500"), ("currency", "EUR")]).await;
    assert_eq!((open.at("/status"), open.at("/currency")), ("requires_payment_method", "eur"));
    let path = format!("payment_intents/{}", open.at("/id"));
    assert_eq!(stripe.post(&format!("{path}/confirm"), &[]).await.at("/error/code"), "payment_intent_unexpected_state");
    let ready = stripe.post(&path, &[("payment_method", "pm_card_amex"), ("capture_method", "manual")]).await;
    assert_eq!(ready.at("/status"), "requires_confirmation");
    assert_eq!(stripe.post(&format!("{path}/confirm"), &[]).await.at("/status"), "requires_capture");
    let too_much = stripe.post(&format!("{path}/capture"), &[("amount_to_capture", "501")]).await;
    assert_eq!(too_much.at("/error/code"), "amount_too_large");
    let taken = stripe.post(&format!("{path}/capture"), &[("amount_to_capture", "400")]).await;
    assert_eq!((taken.at("/status"), &taken.body["amount_received"]), ("succeeded", &json!(400)));
    assert_eq!(stripe.post(&format!("{path}/cancel"), &[]).await.at("/error/code"), "payment_intent_unexpected_state");

    let slow = stripe.pay("pm_usBankAccount_processing", &[]).await;
    assert_eq!(slow.at("/status"), "processing");
    let ended =
        stripe.control(&format!("payment_intents/{}/complete", slow.at("/id")), json!({"outcome": "fail"})).await;
    assert_eq!(ended.at("/last_payment_error/code"), "card_declined");
}

#[tokio::test]
async fn a_used_or_detached_card_is_worthless() {
    let stripe = Stripe::start().await;
    let once = stripe.pay("pm_card_visa", &[]).await;
    assert_eq!(stripe.pay(once.at("/payment_method"), &[]).await.status, 400);
    let customer = stripe.post("customers", &[("payment_method", "pm_card_visa")]).await;
    let card = stripe.get(&format!("customers/{}/payment_methods", customer.at("/id"))).await;
    let card = card.at("/data/0/id");
    assert_eq!(stripe.pay(card, &[]).await.status, 400, "its customer must be named");
    stripe.post(&format!("payment_methods/{card}/detach"), &[]).await;
    assert_eq!(stripe.pay(card, &[]).await.status, 400);
}

#[tokio::test]
async fn a_risky_and_a_disputed_charge_are_paid() {
    let stripe = Stripe::start().await;
    let charge = [("expand[0]", "latest_charge")];
    let risky = stripe.pay("pm_card_riskLevelElevated", &charge).await;
    assert_eq!((risky.at("/status"), risky.at("/latest_charge/outcome/risk_level")), ("succeeded", "elevated"));
    assert_eq!(risky.body["latest_charge"]["disputed"], json!(false));

    let disputed = stripe.pay("pm_card_createDispute", &charge).await;
    assert_eq!((disputed.at("/status"), &disputed.body["latest_charge"]["disputed"]), ("succeeded", &json!(true)));
    let told = stripe.get("events?type=charge.dispute.created").await;
    assert_eq!(told.at("/data/0/data/object/charge"), disputed.at("/latest_charge/id"), "{}", told.text);
    assert_eq!(told.at("/data/0/data/object/reason"), "fraudulent");
}
