//! What the processor tells us by itself.

use futures::future::join_all;
use ports::{
    InboundRequest, PortError,
    processor::{ChargeState, ChargeStatus, MethodDetails},
};
use vocab::{Currency, Money, id::PaymentId};

use super::super::{Payment, PaymentStatus, Request, WebhookError};
use super::{World, amount, dollars, fake::state};

impl World {
    async fn hear(&self, body: &str) -> Result<(), WebhookError> {
        let request = InboundRequest {
            is_post: true,
            urls: &[],
            content_type: "application/json",
            headers: &[],
            body: body.as_bytes(),
            now: self.ambient.wall(),
        };
        self.payments.webhook(&request).await
    }

    /// A deposit of which nothing but its row is known.
    async fn in_doubt(&self, sum: &str) -> Payment {
        self.till.answers_charge([Err(PortError::Unknown)]);
        self.deposit(&dollars(sum)).await.payment
    }

    fn event(&self, id: &str, payment: &Payment, status: ChargeStatus) {
        self.inbox.holds(id, state(&payment.id.to_string(), Some(payment.money), status));
    }
}

#[tokio::test]
async fn ten_webhooks_at_once_credit_once() {
    let world = World::new().await;
    let payment = world.in_doubt("20").await;
    for event in 0..5 {
        world.event(&format!("evt_{event}"), &payment, ChargeStatus::Succeeded);
    }
    let bodies: Vec<String> = (0..10).map(|n| format!("evt_{}", n % 5)).collect();
    for heard in join_all(bodies.iter().map(|body| world.hear(body))).await {
        heard.expect("is taken in");
    }
    assert_eq!(world.payment(payment.id).await.status, PaymentStatus::Succeeded);
    assert_eq!(world.balance().await, amount("20"));
    assert_eq!(world.history().await.len(), 1);
    world.verify().await;
}

#[tokio::test]
async fn the_webhook_the_answer_and_the_poll_together_credit_once() {
    let world = World::new().await;
    let payment = world.in_doubt("20").await;
    world.till.answers_charge([Ok(ChargeStatus::Succeeded)]);
    world.event("evt", &payment, ChargeStatus::Succeeded);
    let (heard, done) = tokio::join!(world.hear("evt"), world.payments.advance(payment.id));
    heard.expect("is taken in");
    done.expect("advances");
    assert_eq!(world.balance().await, amount("20"));
    world.verify().await;
}

#[tokio::test]
async fn any_order_is_harmless() {
    let world = World::new().await;
    let payment = world.in_doubt("20").await;
    let failed = ChargeStatus::Failed { code: None };
    for (id, status) in
        [("1", ChargeStatus::Succeeded), ("2", ChargeStatus::Processing), ("3", failed), ("4", ChargeStatus::Cancelled)]
    {
        world.event(id, &payment, status);
        world.hear(id).await.expect("is taken in");
        assert_eq!(world.payment(payment.id).await.status, PaymentStatus::Succeeded);
    }
    assert_eq!(world.balance().await, amount("20"));
}

#[tokio::test]
async fn forged_unknown_and_other_events_change_nothing() {
    let world = World::new().await;
    assert!(matches!(world.hear("forged").await, Err(WebhookError::Rejected(_))));
    world.hear("an event that we do not act on").await.expect("is fine");
    let stranger = state("pay_zz", None, ChargeStatus::Succeeded);
    world.inbox.holds("stranger", stranger);
    world.hear("stranger").await.expect("is fine");
    let unknown = PaymentId::new(&world.ambient).to_string();
    world.inbox.holds("unknown", state(&unknown, None, ChargeStatus::Succeeded));
    world.hear("unknown").await.expect("is fine");
    assert!(world.history().await.is_empty());
    world.verify().await;
}

#[tokio::test]
async fn another_sum_is_never_credited() {
    let world = World::new().await;
    let payment = world.in_doubt("20").await;
    let less = Money::new(amount("2"), Currency::USD);
    world.inbox.holds("evt", state(&payment.id.to_string(), Some(less), ChargeStatus::Succeeded));
    world.hear("evt").await.expect("is taken in");
    assert_eq!(world.payment(payment.id).await.status, PaymentStatus::Pending);
    assert_eq!(world.balance().await, amount("0"));
}

#[tokio::test]
async fn what_came_in_is_credited() {
    let world = World::new().await;
    let payment = world.in_doubt("20").await;
    let mut part = state(&payment.id.to_string(), Some(payment.money), ChargeStatus::Succeeded);
    part.received = Some(Money::new(amount("15"), Currency::USD));
    for id in ["1", "2"] {
        world.inbox.holds(id, part.clone());
        world.hear(id).await.expect("is taken in");
    }
    let paid = world.payment(payment.id).await;
    assert_eq!((paid.status, paid.money.amount), (PaymentStatus::Succeeded, amount("15")));
    assert_eq!(world.balance().await, amount("15"));
    world.verify().await;
}

#[tokio::test]
async fn a_card_is_named_once_more_is_known_than_its_id() {
    let visa = Some("visa •••• 4242");
    // In the browser the payer may take another card, of which only the id is told.
    for (method, after) in [(Some("pm_card_visa".to_owned()), visa), (None, None)] {
        let world = World::new().await;
        world.till.answers_charge([Err(PortError::Unknown)]);
        let payment = world.deposit(&Request { method, ..dollars("20") }).await.payment;
        let known = state(&payment.id.to_string(), None, ChargeStatus::Processing);
        let bare = MethodDetails { reference: "pm_2".into(), ..MethodDetails::default() };
        let bare = ChargeState { method: Some(bare), ..known.clone() };
        for (id, told, label) in [("1", &bare, None), ("2", &known, visa), ("3", &bare, after)] {
            world.inbox.holds(id, told.clone());
            world.hear(id).await.expect("is taken in");
            assert_eq!(world.payment(payment.id).await.method_label.as_deref(), label, "after {id}");
        }
    }
}

#[tokio::test]
async fn money_that_comes_in_late_is_a_payment_of_its_own_once() {
    let world = World::new().await;
    world.till.answers_charge([Ok(ChargeStatus::Failed { code: Some("card_declined".into()) })]);
    let failed = world.deposit(&dollars("20")).await.payment;
    for id in ["1", "2", "3"] {
        world.event(id, &failed, ChargeStatus::Succeeded);
    }
    world.hear("1").await.expect("is taken in");
    let (second, third) = tokio::join!(world.hear("2"), world.hear("3"));
    second.and(third).expect("are taken in");
    assert_eq!(world.payment(failed.id).await.status, PaymentStatus::Failed, "what is closed stays closed");
    let history = world.history().await;
    let late: Vec<&Payment> = history.iter().filter(|payment| payment.id != failed.id).collect();
    assert_eq!(late.iter().map(|payment| payment.status).collect::<Vec<_>>(), [PaymentStatus::Succeeded]);
    assert_eq!((late[0].failure_code.as_deref(), late[0].money), (None, failed.money));
    assert_eq!(world.balance().await, amount("20"));
    world.verify().await;
}

#[tokio::test]
async fn a_second_charge_for_one_payment_is_not_credited() {
    let world = World::new().await;
    let payment = world.deposit(&dollars("20")).await.payment;
    let mut other = state(&payment.id.to_string(), Some(payment.money), ChargeStatus::Succeeded);
    other.reference = "pi_other".into();
    world.inbox.holds("evt", other);
    world.hear("evt").await.expect("is taken in");
    assert_eq!(world.balance().await, amount("20"));
    assert_eq!(world.history().await.len(), 1);
    world.verify().await;
}
