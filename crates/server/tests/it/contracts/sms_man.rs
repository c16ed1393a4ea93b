//! SMS-Man's adapter keeps the contract of a supplier.

use std::{net::SocketAddr, time::Duration};

use adapters::sms_man::{SmsMan, SmsManConfig};
use ports::{
    Supplier,
    contract::{
        Wrong,
        supplier::{Bench, SupplierVendor, holds},
    },
    supplier::{Allocation, GivenBack, PurchaseOrder},
};
use serde_json::json;
use twins::{Running, sms_man::SmsManTwin};
use vocab::{Ambient, Currency};

use super::{ANY_PORT, Control, fault, limits};

const TOKEN: &str = "0123456789abcdef";

struct SmsManDesk(Control);

#[async_trait::async_trait]
impl SupplierVendor for SmsManDesk {
    async fn spoil_purchases(&self, wrong: Wrong, times: u32) {
        self.0.fault("Numbers.create", fault(wrong, "status:429"), times).await;
    }

    async fn spoil_everything(&self, wrong: Wrong, times: u32) {
        self.0.fault("*", fault(wrong, "status:429"), times).await;
    }

    async fn mend(&self) {
        self.0.mend().await;
    }

    async fn sold(&self) -> usize {
        self.0.state().await["activations"].as_array().expect("a list of activations").len()
    }

    async fn text(&self, allocation: &Allocation, words: &str) {
        self.0.post("sms", json!({ "id": allocation.reference, "text": words })).await;
    }
}

/// A twin that sends nothing unasked.
async fn twin(cancel_lock: Duration) -> (Running, Control) {
    let twin = SmsManTwin {
        listen: SocketAddr::from(ANY_PORT),
        control_listen: SocketAddr::from(ANY_PORT),
        journal: None,
        token: TOKEN.to_owned().into(),
        balance: "100".parse().expect("an amount"),
        currency: Currency::USD,
        text_delay: None,
        window: SmsManTwin::WINDOW,
        cancel_lock,
        ambient: Ambient::system(),
    };
    let running = twin.start().await.expect("the twin starts");
    let control = Control::at(&running.control_url);
    (running, control)
}

fn supplier(twin: &Running) -> SmsMan {
    let config = SmsManConfig {
        api_key: TOKEN.to_owned().into(),
        api_url: twin.url.parse().expect("a URL"),
        currency: Currency::USD,
        purchases_per_second: 1000,
        cancel_lock: None,
        limits: limits(Duration::from_secs(2)),
        ambient: Ambient::system(),
    };
    SmsMan::new(config).expect("the adapter is made")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sms_man_is_a_supplier() {
    let (twin, control) = twin(Duration::ZERO).await;
    let supplier = supplier(&twin);
    let bench = Bench {
        supplier: &supplier,
        vendor: &SmsManDesk(control),
        service: "1".to_owned(),
        empty: "2".to_owned(),
        country: "5".to_owned(),
        run: "contract".to_owned(),
    };
    holds(&bench).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_on_cancelling_is_told_apart() {
    let (twin, control) = twin(Duration::from_secs(60)).await;
    let supplier = supplier(&twin);
    let order = PurchaseOrder { key: "1".into(), service: "1".into(), country: "5".into(), max_cost: None };
    let bought = supplier.buy(&order).await.expect("bought");
    assert_eq!(supplier.cancel(&bought.reference).await, Ok(GivenBack::TooEarly { after: None }));
    SmsManDesk(control).text(&bought, "482913 is your code").await;
    assert_eq!(supplier.cancel(&bought.reference).await, Ok(GivenBack::AlreadyReceived));
}
