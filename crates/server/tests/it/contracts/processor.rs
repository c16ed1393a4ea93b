//! Stripe's adapter keeps the contract of a processor.

use std::{net::SocketAddr, time::Duration};

use adapters::stripe::{Stripe, StripeConfig};
use ports::contract::{
    Wrong,
    processor::{Bench, ProcessorVendor, holds},
};
use twins::stripe::StripeTwin;
use vocab::{Ambient, Currency, Money};

use super::{ANY_PORT, Control, fault, limits};

struct StripeDesk(Control);

#[async_trait::async_trait]
impl ProcessorVendor for StripeDesk {
    async fn spoil_charges(&self, wrong: Wrong, times: u32) {
        self.0.fault("PaymentIntents.create", fault(wrong, "code:rate_limit"), times).await;
    }

    async fn mend(&self) {
        self.0.mend().await;
    }

    async fn charges(&self, payment: &str) -> usize {
        let state = self.0.state().await;
        let intents = state["paymentIntents"].as_array().expect("a list of intents").iter();
        // Ours, under whatever key the adapter keeps it.
        let names = |intent: &&serde_json::Value| {
            let metadata = intent["metadata"].as_object().expect("every intent has metadata");
            metadata.values().any(|value| value.as_str() == Some(payment))
        };
        intents.filter(names).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stripe_is_a_processor() {
    const KEY: &str = "sk_test_0123456789abcdef";
    let twin = StripeTwin {
        listen: SocketAddr::from(ANY_PORT),
        control_listen: SocketAddr::from(ANY_PORT),
        journal: None,
        secret_key: KEY.to_owned().into(),
        webhook_secret: "whsec_0123456789abcdef".to_owned().into(),
        webhook_url: None,
        webhook_delay: StripeTwin::WEBHOOK_DELAY,
        ambient: Ambient::system(),
    };
    let twin = twin.start().await.expect("the twin starts");
    let processor = Stripe::new(StripeConfig {
        secret_key: KEY.to_owned().into(),
        webhook_secrets: Vec::new(),
        api_url: twin.url.parse().expect("a URL"),
        limits: limits(Duration::from_secs(2)),
        ambient: Ambient::system(),
    });
    let bench = Bench {
        processor: &processor.expect("the adapter is made"),
        vendor: &StripeDesk(Control::at(&twin.control_url)),
        money: Money::from_minor(2599, Currency::USD).expect("fits"),
        good: "pm_card_visa".to_owned(),
        declined: "pm_card_chargeDeclined".to_owned(),
        with_action: "pm_card_authenticationRequired".to_owned(),
        run: "contract".to_owned(),
    };
    holds(&bench).await;
}
