//! Credentials, parameters, paging: what every request has.

use reqwest::Method;
use serde_json::json;

use super::{Stripe, answer};

#[tokio::test]
async fn wrong_credentials_are_401_on_every_path() {
    let stripe = Stripe::start().await;
    for path in ["v1/customers", "v1/nothing", "nothing"] {
        let url = format!("{}/{path}", stripe.running.url);
        let wrong = answer(stripe.client.get(&url).bearer_auth("sk_test_wrong")).await;
        assert_eq!((wrong.status, wrong.at("/error/type")), (401, "invalid_request_error"), "{path}");
        assert_eq!(answer(stripe.client.get(&url)).await.status, 401);
    }
    let basic = stripe.client.get(format!("{}/v1/customers", stripe.running.url)).basic_auth("sk_test_twin", Some(""));
    let answer = basic.header("Stripe-Version", "2026-10-28.endive").send().await.expect("answered");
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["stripe-version"]),
        (200, &"2026-10-28.endive".parse().expect("a value"))
    );
    assert!(answer.headers()["request-id"].to_str().expect("text").starts_with("req_"));
    assert_eq!(stripe.get("nothing").await.status, 404);
}

#[tokio::test]
async fn parameters_are_refused_by_name() {
    let stripe = Stripe::start().await;
    for (wrong, code, param) in [
        (("payment_method_types[0]", "card"), "parameter_unknown", "payment_method_types"),
        (("colour", "red"), "parameter_unknown", "colour"),
        (("automatic_payment_methods[on]", "true"), "parameter_unknown", "automatic_payment_methods[on]"),
        (("amount", "49"), "amount_too_small", "amount"),
        (("amount", "1.5"), "parameter_invalid_integer", "amount"),
        (("amount", ""), "parameter_invalid_empty", "amount"),
        (("currency", "zzz"), "", "currency"),
        (("customer", "cus_nobody"), "resource_missing", "customer"),
        (("payment_method", "pm_nothing"), "resource_missing", "payment_method"),
        (("off_session", "true"), "", "off_session"),
        (("expand[]", "colour"), "", "expand"),
        (("application_fee_amount", "1"), "parameter_not_modelled", "application_fee_amount"),
    ] {
        let refused = stripe.post("payment_intents", &[("amount", "100"), ("currency", "usd"), wrong]).await;
        assert_eq!(
            (refused.status, refused.at("/error/code"), refused.at("/error/param")),
            (400, code, param),
            "{}",
            refused.text
        );
    }
    assert_eq!(stripe.post("payment_intents", &[("currency", "usd")]).await.at("/error/code"), "parameter_missing");
    assert_eq!(stripe.get("payment_intents/pi_nothing").await.status, 404);
    let json = stripe.request(Method::POST, "customers").json(&json!({"email": "a@example.com"}));
    assert_eq!(answer(json).await.status, 400);
    assert!(stripe.state().await["paymentIntents"].as_array().is_some_and(Vec::is_empty));
}

#[tokio::test]
async fn lists_page_in_both_directions() {
    let stripe = Stripe::start().await;
    let mut made = Vec::new();
    for n in 0..5 {
        made.push(stripe.post("customers", &[("name", &n.to_string())]).await.at("/id").to_owned());
    }
    made.reverse();
    let ids = |answer: &super::Answer| -> Vec<String> {
        let data = answer.body["data"].as_array().expect("a list");
        data.iter().map(|customer| customer["id"].as_str().expect("an id").to_owned()).collect()
    };
    let first = stripe.get("customers?limit=2").await;
    assert_eq!((ids(&first), &first.body["has_more"]), (made[..2].to_vec(), &json!(true)));
    let rest = stripe.get(&format!("customers?limit=3&starting_after={}", made[1])).await;
    assert_eq!((ids(&rest), &rest.body["has_more"]), (made[2..].to_vec(), &json!(false)));
    let back = stripe.get(&format!("customers?limit=2&ending_before={}", made[3])).await;
    assert_eq!((ids(&back), &back.body["has_more"]), (made[1..3].to_vec(), &json!(true)));
    assert_eq!(stripe.get("customers?limit=101").await.status, 400);
    assert_eq!(stripe.get("customers?starting_after=cus_nobody").await.status, 400);
}

#[tokio::test]
async fn customers_change_and_go() {
    let stripe = Stripe::start().await;
    let made =
        stripe.post("customers", &[("email", "a@example.com"), ("metadata[a]", "1"), ("metadata[b]", "2")]).await;
    let path = format!("customers/{}", made.at("/id"));
    let changed = stripe.post(&path, &[("email", ""), ("metadata[a]", ""), ("metadata[c]", "3")]).await;
    assert_eq!((&changed.body["email"], &changed.body["metadata"]), (&json!(null), &json!({"b": "2", "c": "3"})));
    assert_eq!(stripe.post(&path, &[("email", "nonsense")]).await.at("/error/code"), "email_invalid");
    let gone = answer(stripe.request(Method::DELETE, &path)).await;
    assert_eq!((gone.status, &gone.body["deleted"]), (200, &json!(true)));
    assert_eq!(stripe.get(&path).await.body["deleted"], true);
    assert_eq!(stripe.post(&path, &[]).await.status, 404);
    let events = stripe.get("events?type=customer.*").await;
    assert_eq!(events.at("/data/0/type"), "customer.deleted");
    assert_eq!(stripe.get(&format!("events/{}", events.at("/data/0/id"))).await.status, 200);
}
