//! Deposits that end at once.

use std::sync::atomic::Ordering;

use ports::{PortError, RefusalReason, processor::ChargeStatus};
use store::{FromQueryResult, all};

use super::super::{DepositError, PaymentStatus, Request};
use super::{World, amount, dollars, tenant};
use crate::web::idempotency::{self, IdempotencyError, Scope};

#[derive(FromQueryResult)]
struct KindRow {
    kind: String,
}

async fn kinds(world: &World, table: &str) -> Vec<String> {
    let rows: Vec<KindRow> =
        all(world.store.reader(), &format!("SELECT kind FROM {table} ORDER BY 1 LIMIT 100"), []).await.expect("reads");
    rows.into_iter().map(|row| row.kind).collect()
}

#[tokio::test]
async fn a_card_that_works_is_in_the_wallet_before_the_answer() {
    let world = World::new().await;
    let deposited = world.deposit(&dollars("25.50")).await;
    assert_eq!(deposited.payment.status, PaymentStatus::Succeeded);
    assert_eq!(deposited.payment.method_label.as_deref(), Some("visa •••• 4242"));
    assert!(deposited.payment.processed_at.is_some() && deposited.browser.is_none());
    assert_eq!(world.balance().await, amount("25.50"));
    assert_eq!(kinds(&world, "events").await, ["PAYMENT_SUCCEEDED"]);
    assert!(kinds(&world, "steps").await.is_empty(), "nothing is left to do");
    world.verify().await;
}

#[tokio::test]
async fn a_decline_is_a_payment_that_failed() {
    let world = World::new().await;
    world.till.answers_charge([Ok(ChargeStatus::Failed { code: Some("insufficient_funds".into()) })]);
    let payment = world.deposit(&dollars("5")).await.payment;
    assert_eq!((payment.status, payment.failure_code.as_deref()), (PaymentStatus::Failed, Some("insufficient_funds")));
    assert_eq!(world.history().await, [payment], "it is listed");
    assert_eq!(world.balance().await, amount("0"));
    assert_eq!(kinds(&world, "events").await, ["PAYMENT_FAILED"]);
    assert!(kinds(&world, "steps").await.is_empty());
    world.verify().await;
}

#[tokio::test]
async fn a_refused_request_and_wrong_settings_fail_it_too() {
    let world = World::new().await;
    let refusal = PortError::refused(RefusalReason::NotFound, "resource_missing".to_owned(), "No such payment method");
    for (error, code) in
        [(refusal, "resource_missing"), (PortError::Misconfigured("bad key".into()), "processor_misconfigured")]
    {
        world.till.answers_charge([Err(error)]);
        let payment = world.deposit(&dollars("5")).await.payment;
        assert_eq!((payment.status, payment.failure_code.as_deref()), (PaymentStatus::Failed, Some(code)));
    }
}

#[tokio::test]
async fn a_bad_request_leaves_nothing_behind() {
    let world = World::new().await;
    let result = world.payments.deposit(world.account, world.user, &dollars("1.001"), None).await;
    assert!(matches!(result, Err(DepositError::Invalid(_))));
    assert!(world.history().await.is_empty() && world.till.keys().is_empty());
}

#[tokio::test]
async fn a_repeat_under_one_key_shows_the_first_payment() {
    let world = World::new().await;
    let scope = |body: &str| Scope {
        account: world.account,
        operation: "deposit",
        key: "k".into(),
        fingerprint: idempotency::fingerprint(&body),
    };
    let deposit = |body| world.payments.deposit(world.account, world.user, &REQUEST, Some(scope(body)));
    static REQUEST: std::sync::LazyLock<Request> = std::sync::LazyLock::new(|| dollars("7"));
    let (first, racing) = tokio::join!(deposit("a"), deposit("a"));
    let (first, racing) = (first.expect("is opened"), racing.expect("is opened"));
    assert_eq!(first.payment.id, racing.payment.id);
    assert!(first.replayed != racing.replayed, "one of them did it");
    let again = deposit("a").await.expect("replays");
    assert!(again.replayed && again.payment.status == PaymentStatus::Succeeded);
    let other = deposit("b").await;
    assert!(matches!(other, Err(DepositError::Idempotency(IdempotencyError::Mismatch))));
    assert_eq!(world.till.keys().len(), 1);
    assert_eq!(world.balance().await, amount("7"));
}

#[tokio::test]
async fn a_saved_method_belongs_to_its_account_and_customer() {
    let world = World::new().await;
    let saved =
        world.deposit(&Request { save_method: true, ..dollars("5") }).await.payment.method_id.expect("is saved");
    let with_saved = Request { method: Some(saved.to_string()), save_method: true, ..dollars("6") };
    let again = world.deposit(&with_saved).await.payment;
    assert_eq!(again.method_id, Some(saved), "not saved twice");
    assert_eq!(world.till.customers_made.load(Ordering::SeqCst), 1, "one customer an account");
    let last = world.till.charges.lock().expect("whole").last().cloned().expect("was charged");
    assert_eq!((last.method.as_deref(), last.customer.as_deref()), (Some("pm_1"), Some("cus_0")));
    assert!(last.keep_method);

    let (other, user) = tenant(&world.store, &world.ambient, "b@example.com").await;
    let stolen = world.payments.deposit(other, user, &with_saved, None).await;
    assert!(matches!(stolen, Err(DepositError::NoSuchMethod)));
    assert_eq!(world.balance().await, amount("11"));
}

#[tokio::test]
async fn the_browser_gets_its_secret_each_time_and_it_is_not_stored() {
    let world = World::new().await;
    let waiting = ChargeStatus::MethodRequired { client_secret: Some("s3cret".into()) };
    world.till.answers_charge([Ok(waiting.clone())]);
    world.till.answers_look_up([Ok(waiting)]);
    let deposited = world.deposit(&Request { method: None, ..dollars("9") }).await;
    assert_eq!(deposited.payment.status, PaymentStatus::Pending);
    let browser = deposited.browser.expect("the payer has to act");
    assert_eq!((browser.client_secret.as_deref(), browser.must_confirm), (Some("s3cret"), false));

    // The payer's first card is declined, the second works.
    let id = deposited.payment.id;
    world.till.answers_look_up([Ok(ChargeStatus::Failed { code: Some("expired_card".into()) })]);
    world.advance(id).await;
    let payment = world.payment(id).await;
    assert_eq!((payment.status, payment.failure_code.as_deref()), (PaymentStatus::Pending, Some("expired_card")));
    world.till.answers_look_up([Ok(ChargeStatus::Succeeded)]);
    world.advance(id).await;
    let payment = world.payment(id).await;
    assert_eq!((payment.status, payment.failure_code), (PaymentStatus::Succeeded, None));
    assert_eq!(world.balance().await, amount("9"));
    world.verify().await;
}
