//! Money from outside: every answer of the bank's, every fault of the processor's, credited once.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    TestDb,
    customer::{Customer, MoneyView},
    laws, on_both,
    product::Product,
    wait::until,
};

on_both!(
    each_answer_of_a_bank_has_its_own,
    who_must_act_is_credited_when_they_have,
    every_fault_of_a_deposit_credits_once,
    repeats_at_once_are_one_deposit,
    what_cannot_be_paid_in_changes_nothing,
    a_payment_method_that_the_processor_does_not_know_is_a_bad_field,
    a_payment_is_its_owners,
);

const PATH: &str = "/payments/deposit";
const CHARGE: &str = "PaymentIntents.create";
/// The limit of the law: a doubtful charge is final so long after the processor answers again.
const FINAL_WITHIN: Duration = Duration::from_secs(60);

fn ten_dollars(method: &str) -> Value {
    json!({ "amount": 10, "paymentMethodId": method })
}

/// How many charges the processor holds.
async fn charges(product: &Product) -> usize {
    product.stripe.state().await["paymentIntents"].as_array().expect("a list of intents").len()
}

async fn credited(customer: &Customer, dollars: &str) {
    until("the wallet is credited", FINAL_WITHIN, || async {
        (customer.money().await == MoneyView::free(dollars)).then_some(())
    })
    .await;
}

async fn each_answer_of_a_bank_has_its_own(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(0).await;
    ada.api.post(PATH, ten_dollars("pm_card_visa")).await.data(201);
    assert_eq!(ada.money().await, MoneyView::free("10"), "credited before the answer");
    for (method, reason) in [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
    ] {
        let error = ada.api.post(PATH, ten_dollars(method)).await.refused(402, "PAYMENT_DECLINED");
        let payment = &error["details"]["payment"];
        assert_eq!((&payment["status"], &payment["failureCode"]), (&json!("FAILED"), &json!(reason)), "{error}");
    }
    let open = ada.api.post(PATH, json!({ "amount": "10.50" })).await;
    open.refused(400, "VALIDATION_ERROR");
    let open = ada.api.post(PATH, json!({ "amount": 10.5 })).await.data(202);
    assert_eq!(open["payment"]["status"], "PENDING", "{open}");
    assert!(open["clientSecret"].as_str().is_some_and(|secret| secret.contains("_secret_")), "{open}");
    assert_eq!(ada.money().await, MoneyView::free("10"));
    let history = ada.api.get("/payments/history").await.data(200);
    let statuses: Vec<_> = history["data"].as_array().expect("a list").iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["PENDING", "FAILED", "FAILED", "FAILED", "SUCCEEDED"], "the newest first");
    laws::hold(&product.store, &product.twilio).await;
}

async fn who_must_act_is_credited_when_they_have(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, eve) = (product.customer(0).await, product.customer(0).await);
    let [good, bad] = [&ada, &eve].map(|customer| async {
        let open = customer.api.post(PATH, ten_dollars("pm_card_authenticationRequired")).await.data(202);
        assert!(open["requiresAction"]["clientSecret"].is_string(), "{open}");
        assert_eq!(customer.money().await, MoneyView::free("0"));
        let secret = open["requiresAction"]["clientSecret"].as_str().expect("a secret");
        let (intent, _) = secret.split_once("_secret_").expect("an intent's secret");
        (intent.to_owned(), open["payment"]["id"].as_str().expect("an id").to_owned())
    });
    let ((good, _), (bad, failed)) = (good.await, bad.await);
    product.stripe.post(&format!("payment_intents/{good}/complete"), json!({ "outcome": "succeed" })).await;
    product.stripe.post(&format!("payment_intents/{bad}/complete"), json!({ "outcome": "fail" })).await;
    credited(&ada, "10").await;
    until("the failure is told", FINAL_WITHIN, || async {
        let payment = eve.api.get(&format!("/payments/{failed}")).await.data(200);
        payment["failureCode"].is_string().then_some(())
    })
    .await;
    assert_eq!(eve.money().await, MoneyView::free("0"));
    laws::hold(&product.store, &product.twilio).await;
}

async fn every_fault_of_a_deposit_credits_once(db: TestDb) {
    let product = Product::start(&db).await;
    let faults = [
        ("fail_before", 1),
        ("fail_after", 1),
        ("hang", 1),
        ("latency:4s", 1),
        ("status:500", 1),
        ("status:503", 5),
        ("fail_after", 5),
        ("code:rate_limit", 2),
        ("code:lock_timeout", 1),
        ("code:idempotency_key_in_use", 1),
    ];
    let mut deposits = Vec::new();
    for (fault, times) in faults {
        let ada = product.customer(0).await;
        product.stripe.fault(CHARGE, fault, times).await;
        let answer = tokio::spawn({
            let ada = ada.clone();
            async move { ada.api.post(PATH, ten_dollars("pm_card_visa")).await }
        });
        // Its webhook may settle a deposit before every fault has befallen its request.
        until("the faults befell the deposit, or it was settled", Duration::from_secs(40), || async {
            let befell = product.stripe.faults().await.is_empty();
            (befell || ada.money().await == MoneyView::free("10")).then_some(())
        })
        .await;
        product.stripe.mend().await;
        deposits.push((fault, ada, answer));
    }
    let count = deposits.len();
    for (fault, ada, answer) in deposits {
        let answer = answer.await.expect("the deposit is answered");
        assert!(matches!(answer.status, 201 | 202), "{fault}: {answer:?}");
        credited(&ada, "10").await;
    }
    assert_eq!(charges(&product).await, count, "each was charged once");
    laws::hold(&product.store, &product.twilio).await;
}

async fn repeats_at_once_are_one_deposit(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(0).await;
    let answers = join_all((0..8).map(|_| ada.api.post_once(PATH, "key", ten_dollars("pm_card_visa")))).await;
    let ids: Vec<_> = answers
        .into_iter()
        .map(|answer| {
            assert!(matches!(answer.status, 201 | 202), "{answer:?}");
            answer.body["data"]["payment"]["id"].to_string()
        })
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    credited(&ada, "10").await;
    assert_eq!(charges(&product).await, 1);
    let other = ada.api.post_once(PATH, "key", json!({ "amount": 11, "paymentMethodId": "pm_card_visa" })).await;
    other.refused(422, "IDEMPOTENCY_MISMATCH");
    // A refusal that is an answer of the bank's is kept: the same again is the same declined payment.
    for replayed in [None, Some("true")] {
        let declined = ada.api.post_once(PATH, "no", ten_dollars("pm_card_chargeDeclined")).await;
        assert_eq!(declined.header("idempotent-replayed"), replayed);
        declined.refused(402, "PAYMENT_DECLINED");
    }
    assert_eq!(charges(&product).await, 2);
    laws::hold(&product.store, &product.twilio).await;
}

async fn what_cannot_be_paid_in_changes_nothing(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(0).await;
    let bad = [
        r#"{"amount": 0}"#,
        r#"{"amount": -5}"#,
        r#"{"amount": 0.49}"#,
        r#"{"amount": 10.001}"#,
        r#"{"amount": 1e400}"#,
        r#"{"amount": 1e-400}"#,
        r#"{"amount": 9223372036854775808}"#,
        r#"{"amount": 99999999999999999999999999999999999999999}"#,
        r#"{"amount": 10, "currency": "XXX"}"#,
        r#"{"amount": 10, "currency": "dollars"}"#,
        r#"{"amount": 100.5, "currency": "JPY"}"#,
        r#"{"amount": 25, "currency": "eur"}"#,
        r#"{"amount": 10, "amount": 20}"#,
        r#"{"amount": 10, "\u0061mount": 10}"#,
        r#"{"amount": 10, "paymentMethodId": "'; DROP TABLE payments; --"}"#,
        r#"{"amount": 10, "returnUrl": "javascript:alert(1)"}"#,
        r#"{"amount": 10, "amount2": 10}"#,
        r#"{"amount": "ten"}"#,
        r#"{"amount": null}"#,
        r#"{"amount": [10]}"#,
        r#"{"amount": 10"#,
        r#"{}"#,
        r#"[]"#,
        "",
        "\u{0}",
    ];
    for body in bad {
        let request = ada.api.request(reqwest::Method::POST, PATH).header("content-type", "application/json");
        ada.api.send(request.body(body)).await.refused(400, "VALIDATION_ERROR");
    }
    let request = ada.api.request(reqwest::Method::POST, PATH).header("content-type", "application/json");
    ada.api.send(request.body(vec![b'{', 0xff, 0xfe, b'}'])).await.refused(400, "VALIDATION_ERROR");
    let unknown = ada.api.post(PATH, ten_dollars("pmt_00000000000000000000000000000000")).await;
    unknown.refused(404, "NOT_FOUND");
    assert_eq!((ada.money().await, charges(&product).await), (MoneyView::free("0"), 0));
    let history = ada.api.get("/payments/history").await.data(200);
    assert_eq!(history["pagination"]["total"], 0);
}

async fn a_payment_method_that_the_processor_does_not_know_is_a_bad_field(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(0).await;
    for replayed in [None, Some("true")] {
        let answer = ada.api.post_once(PATH, "unknown", ten_dollars("pm_nothing")).await;
        assert_eq!(answer.header("idempotent-replayed"), replayed);
        let error = answer.refused(400, "VALIDATION_ERROR");
        assert_eq!(error["field"], "paymentMethodId");
    }
    assert_eq!((ada.money().await, charges(&product).await), (MoneyView::free("0"), 0));
}

async fn a_payment_is_its_owners(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, eve) = (product.customer(0).await, product.customer(0).await);
    let paid = ada.deposit(10).await;
    let path = format!("/payments/{}", paid["payment"]["id"].as_str().expect("an id"));
    assert_eq!(ada.api.get(&path).await.data(200)["status"], "SUCCEEDED");
    eve.api.get(&path).await.refused(404, "NOT_FOUND");
    assert_eq!(eve.api.get("/payments/history").await.data(200)["pagination"]["total"], 0);
    assert_eq!(eve.money().await, MoneyView::free("0"));
}
