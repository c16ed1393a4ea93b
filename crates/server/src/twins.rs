//! The sandbox twins, where there is no real vendor to speak to.

use std::{io, net::SocketAddr};

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use twins::{Running, stripe::StripeTwin, twilio::TwilioTwin};
use vocab::Ambient;

use crate::config::Config;

/// The twins of this process.
pub struct Twins {
    twilio: Option<Running>,
    stripe: Option<Running>,
}

impl Twins {
    /// Starts a twin for each vendor whose settings name no other place. Their journals are in the data folder.
    pub async fn start(config: &Config, stripe_webhook: Option<String>, ambient: &Ambient) -> io::Result<Self> {
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let folder = config.data_dir.join("twins");
        std::fs::create_dir_all(&folder)?;
        let mut twins = Self { twilio: None, stripe: None };
        if let Some(carrier) = config.carrier.as_ref().filter(|carrier| carrier.urls.is_none()) {
            let twin = TwilioTwin {
                listen: any_port,
                control_listen: any_port,
                journal: Some(folder.join("twilio.jsonl")),
                account_sid: carrier.account_sid.clone(),
                auth_token: carrier.auth_token.clone(),
                ambient: ambient.clone(),
            };
            twins.twilio = Some(twin.start().await?);
        }
        if let Some(processor) = config.processor.as_ref().filter(|processor| processor.url.is_none()) {
            let twin = StripeTwin {
                listen: any_port,
                control_listen: any_port,
                journal: Some(folder.join("stripe.jsonl")),
                secret_key: processor.secret_key.clone(),
                webhook_secret: processor.webhook_secret.clone(),
                webhook_url: stripe_webhook,
                webhook_delay: StripeTwin::WEBHOOK_DELAY,
                ambient: ambient.clone(),
            };
            twins.stripe = Some(twin.start().await?);
        }
        Ok(twins)
    }

    /// Where the Twilio twin answers, if it runs here.
    pub fn twilio_url(&self) -> Option<&str> {
        self.twilio.as_ref().map(|twin| twin.url.as_str())
    }

    /// Where the Stripe twin answers, if it runs here.
    pub fn stripe_url(&self) -> Option<&str> {
        self.stripe.as_ref().map(|twin| twin.url.as_str())
    }

    /// Where the vendors of this sandbox are, and how to speak to them.
    pub fn describe(&self, config: &Config) -> Value {
        let mut vendors = serde_json::Map::new();
        if let Some(carrier) = &config.carrier {
            let elsewhere = carrier.urls.as_ref().map(|(api, _)| root(api.as_str()));
            vendors.insert(
                "twilio".into(),
                json!({
                    "url": self.twilio_url().map(root).or(elsewhere),
                    "accountSid": carrier.account_sid,
                    "authToken": carrier.auth_token.expose_secret(),
                    "controlUrl": self.twilio.as_ref().map(|twin| root(&twin.control_url)),
                }),
            );
        }
        if let Some(processor) = &config.processor {
            let elsewhere = processor.url.as_ref().map(|url| root(url.as_str()));
            vendors.insert(
                "stripe".into(),
                json!({
                    "url": self.stripe_url().map(root).or(elsewhere),
                    "secretKey": processor.secret_key.expose_secret(),
                    "webhookSecret": processor.webhook_secret.expose_secret(),
                    "controlUrl": self.stripe.as_ref().map(|twin| root(&twin.control_url)),
                }),
            );
        }
        Value::Object(vendors)
    }

    /// Stops them; their journals keep what they know.
    pub async fn stop(self) {
        for twin in [self.twilio, self.stripe].into_iter().flatten() {
            twin.stop().await;
        }
    }
}

fn root(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}
