//! TextVerified's adapter keeps the contract of a supplier, and its webhooks and its polls tell the same.

use std::{net::SocketAddr, time::Duration};

use adapters::text_verified::{TextVerified, TextVerifiedConfig};
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use ports::{
    InboundRequest, PortError, RefusalReason, Supplier, SupplierInbound,
    contract::{
        Wrong,
        supplier::{Bench, SupplierVendor, holds},
    },
    inbound::SupplierNews,
    supplier::{Allocation, GivenBack, PurchaseOrder, RentalState},
};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use twins::{Running, text_verified::TextVerifiedTwin};
use vocab::Ambient;

use super::{ANY_PORT, Control, fault, limits};

const KEY: &str = "0123456789abcdef";
const USERNAME: &str = "ops@numbers.example";
const SECRET: &str = "whsec_0123456789abcdef";

struct TextVerifiedDesk(Control);

#[async_trait::async_trait]
impl SupplierVendor for TextVerifiedDesk {
    async fn spoil_purchases(&self, wrong: Wrong, times: u32) {
        self.0.fault("Verifications.create", fault(wrong, "status:429"), times).await;
    }

    async fn spoil_everything(&self, wrong: Wrong, times: u32) {
        self.0.fault("*", fault(wrong, "status:429"), times).await;
    }

    async fn mend(&self) {
        self.0.mend().await;
    }

    async fn sold(&self) -> usize {
        self.0.state().await["verifications"].as_array().expect("a list of verifications").len()
    }

    async fn text(&self, allocation: &Allocation, words: &str) {
        self.0.post("sms", json!({ "id": allocation.reference, "text": words })).await;
    }
}

/// A twin that sends nothing unasked.
async fn twin(webhook_url: Option<String>, cancel_lock: Duration) -> (Running, Control) {
    let twin = TextVerifiedTwin {
        listen: SocketAddr::from(ANY_PORT),
        control_listen: SocketAddr::from(ANY_PORT),
        journal: None,
        api_key: KEY.to_owned().into(),
        username: USERNAME.to_owned(),
        webhook_secret: SECRET.to_owned().into(),
        webhook_url,
        balance: "100".parse().expect("an amount"),
        text_delay: None,
        window: TextVerifiedTwin::WINDOW,
        cancel_lock,
        ambient: Ambient::system(),
    };
    let running = twin.start().await.expect("the twin starts");
    let control = Control::at(&running.control_url);
    (running, control)
}

fn supplier_with(twin: &Running, key: &str) -> TextVerified {
    let config = TextVerifiedConfig {
        api_key: key.to_owned().into(),
        username: USERNAME.to_owned(),
        webhook_secrets: vec![SECRET.to_owned().into()],
        api_url: twin.url.parse().expect("a URL"),
        purchases_per_second: 1000,
        cancel_lock: None,
        limits: limits(Duration::from_secs(2)),
        ambient: Ambient::system(),
    };
    TextVerified::new(config).expect("the adapter is made")
}

fn supplier(twin: &Running) -> TextVerified {
    supplier_with(twin, KEY)
}

fn order(key: &str, service: &str) -> PurchaseOrder {
    PurchaseOrder { key: key.to_owned(), service: service.to_owned(), country: "US".to_owned(), max_cost: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_verified_is_a_supplier() {
    let (twin, control) = twin(None, Duration::ZERO).await;
    control.post("offers", json!({ "serviceName": "whatsapp", "count": 0 })).await;
    let supplier = supplier(&twin);
    let bench = Bench {
        supplier: &supplier,
        vendor: &TextVerifiedDesk(control),
        service: "telegram".to_owned(),
        empty: "whatsapp".to_owned(),
        country: "US".to_owned(),
        run: "contract".to_owned(),
    };
    holds(&bench).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_on_cancelling_and_a_wrong_key_are_told_apart() {
    let (twin, _control) = twin(None, Duration::from_secs(60)).await;
    let mine = supplier(&twin);
    let bought = mine.buy(&order("1", "telegram")).await.expect("bought");
    assert_eq!(mine.cancel(&bought.reference).await, Ok(GivenBack::TooEarly { after: None }));
    let wrong = supplier_with(&twin, "wrong");
    assert!(matches!(wrong.buy(&order("2", "telegram")).await, Err(PortError::Misconfigured(_))));
}

/// The documented test services, bought like any other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documented_test_services_have_their_fates() {
    let (twin, _control) = twin(None, Duration::ZERO).await;
    let supplier = supplier(&twin);
    for (service, state) in [
        ("test_success", RentalState::Received),
        ("test_pending", RentalState::Waiting),
        ("test_timeout", RentalState::TimedOut),
        ("test_reactivatable", RentalState::Received),
    ] {
        let bought = supplier.buy(&order(service, service)).await.expect("bought");
        let status = supplier.status(&bought.reference).await.expect("told");
        assert_eq!(status.state, state, "{service}");
        if service == "test_success" {
            assert_eq!(status.texts.first().and_then(|text| text.code.as_deref()), Some("123456"));
        }
    }
    for (service, reason) in
        [("test_insufficient_balance", RefusalReason::NoFunds), ("test_no_numbers", RefusalReason::NumberNotAvailable)]
    {
        match supplier.buy(&order(service, service)).await {
            Err(PortError::Refused(refusal)) => assert_eq!(refusal.reason, reason, "{service}"),
            other => panic!("{service}: {other:?}"),
        }
    }
    let crowded = supplier.buy(&order("crowded", "test_too_many_unfinished_verifications")).await;
    assert!(matches!(crowded, Err(PortError::Busy { .. })), "{crowded:?}");
}

type Delivery = (HeaderMap, Bytes);

async fn take(State(deliveries): State<UnboundedSender<Delivery>>, headers: HeaderMap, body: Bytes) {
    deliveries.send((headers, body)).expect("somebody looks");
}

/// Where webhooks go.
async fn endpoint() -> (String, UnboundedReceiver<Delivery>) {
    let (sender, receiver) = unbounded_channel();
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(ANY_PORT)).await.expect("a port");
    let url = format!("http://{}/webhook", listener.local_addr().expect("an address"));
    let app = Router::new().route("/webhook", post(take)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, app).await.expect("served") });
    (url, receiver)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pushed_text_is_the_polled_one() {
    let (url, mut deliveries) = endpoint().await;
    let (twin, control) = twin(Some(url), Duration::ZERO).await;
    let supplier = supplier(&twin);
    let bought = supplier.buy(&order("1", "telegram")).await.expect("bought");
    let desk = TextVerifiedDesk(control.clone());
    desk.text(&bought, "Your code is 482-913").await;
    // The first may be under way still.
    control.post("webhooks/repeat", json!({ "id": bought.reference })).await;
    let mut events = Vec::new();
    while events.len() < 2 {
        let waited = tokio::time::timeout(Duration::from_secs(10), deliveries.recv()).await;
        let (headers, body) = waited.expect("a webhook comes").expect("the endpoint lives");
        let value = |value: &axum::http::HeaderValue| value.to_str().expect("text").to_owned();
        let headers: Vec<_> = headers.iter().map(|(name, text)| (name.to_string(), value(text))).collect();
        let now = Ambient::system().wall();
        let request =
            InboundRequest { is_post: true, urls: &[], content_type: "", headers: &headers, body: &body, now };
        let event = supplier.event(&request).expect("the signature holds");
        if let SupplierNews::Text { reference, to, text } = &event.news {
            assert_eq!((reference.as_ref(), to.as_ref()), (Some(&bought.reference), Some(&bought.number)));
            events.push((event.id.clone(), text.id.clone()));
        }
    }
    assert_eq!(events[0], events[1], "a repeat has the same name");
    let polled = supplier.status(&bought.reference).await.expect("told").texts;
    assert_eq!(polled.iter().map(|text| &text.id).collect::<Vec<_>>(), [&events[0].1]);
}
