//! What Stripe tells us by itself: verified, once, in any order (docs/product.md, law 10).

use reqwest::Method;
use serde_json::{Value, json};
use vocab::Ambient;

use crate::support::{
    TestDb,
    api::Answer,
    customer::{Customer, MoneyView},
    laws, on_both,
    product::Product,
    signed,
};

on_both!(
    news_may_come_twice_and_in_any_order,
    news_of_the_first_hour_may_come_late,
    forged_news_is_refused_and_changes_nothing,
    news_of_strangers_is_taken_in_quietly,
    what_came_in_is_credited,
);

const PATHS: [&str; 2] = ["/payments/webhook", "/webhooks/stripe/payment"];

/// The twin's desk, which signs what it wants.
struct Stripe<'a> {
    product: &'a Product,
    secret: String,
}

impl<'a> Stripe<'a> {
    fn of(product: &'a Product) -> Self {
        let secret = product.sandbox["stripe"]["webhookSecret"].as_str().expect("a secret").to_owned();
        Self { product, secret }
    }

    async fn send(&self, path: &str, body: &str, signature: Option<String>) -> Answer {
        let request = self.product.api.request(Method::POST, path).header("content-type", "application/json");
        let request = match signature {
            Some(signature) => request.header("stripe-signature", signature),
            None => request,
        };
        self.product.api.send(request.body(body.to_owned())).await
    }

    /// Tells news as Stripe does.
    async fn tell(&self, path: &str, event: &Value) {
        let body = event.to_string();
        let signature = signed::stripe(&self.secret, now(), &body);
        self.send(path, &body, Some(signature)).await.data(200);
    }

    async fn events(&self) -> Vec<Value> {
        let mut state = self.product.stripe.state().await;
        state["events"].as_array_mut().map(std::mem::take).expect("a list of events")
    }
}

fn now() -> i64 {
    Ambient::system().wall().timestamp()
}

/// A payment that waits for its payer.
async fn waiting(ada: &Customer) -> (String, Value) {
    let body = json!({ "amount": 10, "paymentMethodId": "pm_card_authenticationRequired" });
    let open = ada.api.post("/payments/deposit", body).await.data(202);
    let secret = open["requiresAction"]["clientSecret"].as_str().expect("a secret");
    let (intent, _) = secret.split_once("_secret_").expect("an intent's secret");
    (intent.to_owned(), open["payment"].clone())
}

async fn news_may_come_twice_and_in_any_order(db: TestDb) {
    let product = Product::start(&db).await;
    let (stripe, ada) = (Stripe::of(&product), product.customer(10).await);
    ada.api.post("/payments/deposit", json!({ "amount": 5, "paymentMethodId": "pm_card_chargeDeclined" })).await;
    let (intent, _) = waiting(&ada).await;
    product.stripe.post(&format!("payment_intents/{intent}/complete"), json!({})).await;
    let events = stripe.events().await;
    assert!(events.len() > 5, "created, needs action, failed, succeeded: {events:?}");
    for path in PATHS {
        for event in events.iter().rev().chain(&events) {
            stripe.tell(path, event).await;
        }
    }
    assert_eq!(ada.money().await, MoneyView::free("20"));
    laws::hold(&product.store, &product.twilio).await;
}

/// A payment that has succeeded stays so, whatever older news says under a new id.
async fn news_of_the_first_hour_may_come_late(db: TestDb) {
    let product = Product::start(&db).await;
    let (stripe, ada) = (Stripe::of(&product), product.customer(0).await);
    let (intent, payment) = waiting(&ada).await;
    product.stripe.post(&format!("payment_intents/{intent}/complete"), json!({})).await;
    let events = stripe.events().await;
    for event in events.iter().rev() {
        let mut late = event.clone();
        late["id"] = json!(format!("{}late", event["id"].as_str().expect("an id")));
        stripe.tell(PATHS[0], &late).await;
    }
    let path = format!("/payments/{}", payment["id"].as_str().expect("an id"));
    assert_eq!(ada.api.get(&path).await.data(200)["status"], "SUCCEEDED");
    assert_eq!(ada.money().await, MoneyView::free("10"));
    laws::hold(&product.store, &product.twilio).await;
}

/// That a payment of ours has succeeded, which it has not.
fn good_news(intent: &str, payment: &Value) -> Value {
    json!({
        "id": "evt_forged", "object": "event", "type": "payment_intent.succeeded", "created": now(),
        "data": { "object": {
            "id": intent, "object": "payment_intent", "status": "succeeded", "amount": 1000, "amount_received": 1000,
            "currency": "usd", "metadata": { "payment": payment["id"], "payment_id": payment["id"] },
        } },
    })
}

async fn forged_news_is_refused_and_changes_nothing(db: TestDb) {
    let product = Product::start(&db).await;
    let (stripe, ada) = (Stripe::of(&product), product.customer(0).await);
    let (intent, payment) = waiting(&ada).await;
    let body = good_news(&intent, &payment).to_string();
    let good = signed::stripe(&stripe.secret, now(), &body);
    let (time, _) = good.split_once(',').expect("a time and a signature");
    let forged = [
        None,
        Some(String::new()),
        Some("t=,v1=".to_owned()),
        Some(time.to_owned()),
        Some(good.replace("v1=", "v0=")),
        Some(signed::stripe("whsec_guessed", now(), &body)),
        Some(signed::stripe("", now(), &body)),
        Some(signed::stripe(&stripe.secret, now() - 3600, &body)),
        Some(signed::stripe(&stripe.secret, now() + 3600, &body)),
        Some(signed::stripe(&stripe.secret, now(), &body.replace("1000", "999"))),
    ];
    for path in PATHS {
        for signature in &forged {
            stripe.send(path, &body, signature.clone()).await.refused(400, "VALIDATION_ERROR");
        }
    }
    assert_eq!(ada.money().await, MoneyView::free("0"));
    let path = format!("/payments/{}", payment["id"].as_str().expect("an id"));
    assert_eq!(ada.api.get(&path).await.data(200)["status"], "PENDING");
    laws::hold(&product.store, &product.twilio).await;
}

async fn news_of_strangers_is_taken_in_quietly(db: TestDb) {
    let product = Product::start(&db).await;
    let (stripe, ada) = (Stripe::of(&product), product.customer(10).await);
    let nobody = json!({ "id": "pay_00000000000000000000000000000000" });
    let strange = [
        good_news("pi_of_nobody", &nobody),
        good_news("pi_of_nobody", &json!({ "id": "not an id" })),
        json!({ "id": "evt_1", "object": "event", "type": "mandate.updated", "data": { "object": {} } }),
        json!({ "id": "evt_2", "object": "event", "type": "payment_intent.succeeded", "data": {} }),
        json!({ "id": "evt_3", "type": 7 }),
        json!({}),
        json!([]),
    ];
    for event in &strange {
        stripe.tell(PATHS[1], event).await;
    }
    assert_eq!(ada.money().await, MoneyView::free("10"));
    laws::hold(&product.store, &product.twilio).await;
}

/// The payer's bank gave a part of it.
async fn what_came_in_is_credited(db: TestDb) {
    let product = Product::start(&db).await;
    let (stripe, ada) = (Stripe::of(&product), product.customer(0).await);
    let (intent, payment) = waiting(&ada).await;
    let mut event = good_news(&intent, &payment);
    event["data"]["object"]["amount_received"] = json!(750);
    stripe.tell(PATHS[0], &event).await;
    let path = format!("/payments/{}", payment["id"].as_str().expect("an id"));
    let paid = ada.api.get(&path).await.data(200);
    assert_eq!((&paid["status"], &paid["amount"]), (&json!("SUCCEEDED"), &json!(7.5)));
    assert_eq!(ada.money().await, MoneyView::free("7.5"));
    laws::hold(&product.store, &product.twilio).await;
}
