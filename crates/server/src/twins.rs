//! The sandbox twins, where there is no real vendor to speak to.

use std::{io, net::SocketAddr, path::Path, time::Duration};

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use twins::{
    Running, kernel::JournalError, sms_man::SmsManTwin, stripe::StripeTwin, text_verified::TextVerifiedTwin,
    twilio::TwilioTwin,
};
use url::Url;
use vocab::{Ambient, Amount, Currency};

use crate::config::Config;

/// What we have paid in at each supplier's twin: a thousand.
const FLOAT: Amount = Amount::from_micros(1_000_000_000);

/// The twins of this process.
#[derive(Default)]
pub struct Twins {
    twilio: Option<Twin>,
    stripe: Option<Twin>,
    sms_man: Option<Twin>,
    text_verified: Option<Twin>,
}

/// A twin that runs here, or in another process on the same data folder: a vendor is one, however many of us
/// speak to it.
struct Twin {
    url: String,
    control_url: String,
    here: Option<Running>,
}

/// How often, and how long apart, a process looks for the twin that another one has just started: ten seconds, since a
/// machine on which several start together is a busy one.
const LOOKS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

impl Twin {
    /// The twin that `start` starts, or the one that holds the journal already.
    async fn open(folder: &Path, name: &str, start: impl Future<Output = io::Result<Running>>) -> io::Result<Self> {
        let place = folder.join(format!("{name}.place"));
        match start.await {
            Ok(running) => {
                std::fs::write(&place, format!("{}\n{}\n", running.url, running.control_url))?;
                Ok(Self { url: running.url.clone(), control_url: running.control_url.clone(), here: Some(running) })
            }
            Err(error) if is_in_use(&error) => {
                for _ in 0..LOOKS {
                    if let Some(twin) = Self::elsewhere(&place).await {
                        return Ok(twin);
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The twin that was last started here, if it answers.
    async fn elsewhere(place: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(place).ok()?;
        let (url, control_url) = text.trim_end().split_once('\n')?;
        let address = Url::parse(control_url).ok()?.socket_addrs(|| None).ok()?.into_iter().next()?;
        tokio::net::TcpStream::connect(address).await.ok()?;
        Some(Self { url: url.to_owned(), control_url: control_url.to_owned(), here: None })
    }
}

fn is_in_use(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<JournalError>());
    matches!(cause, Some(JournalError::InUse(_)))
}

/// Our own webhooks, for twins that call back. They must be loopback addresses.
#[derive(Debug, Clone)]
pub struct Webhooks {
    /// For the processor's news.
    pub stripe: String,
    /// For a supplier's texts.
    pub text_verified: String,
}

impl Webhooks {
    /// Under this root of ours.
    pub fn under(root: &Url) -> Self {
        let base = format!("{}/api/v1/webhooks", root.as_str().trim_end_matches('/'));
        Self { stripe: format!("{base}/stripe/payment"), text_verified: format!("{base}/textverified") }
    }
}

impl Twins {
    /// Starts a twin for each vendor whose settings name no other place. Their journals are in the data folder.
    pub async fn start(config: &Config, webhooks: Option<Webhooks>, ambient: &Ambient) -> io::Result<Self> {
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let folder = config.data_dir.join("twins");
        std::fs::create_dir_all(&folder)?;
        let mut twins = Self::default();
        if let Some(carrier) = config.carrier.as_ref().filter(|carrier| carrier.urls.is_none()) {
            let twin = TwilioTwin {
                listen: any_port,
                control_listen: any_port,
                journal: Some(folder.join("twilio.jsonl")),
                account_sid: carrier.account_sid.clone(),
                auth_token: carrier.auth_token.clone(),
                ambient: ambient.clone(),
            };
            twins.twilio = Some(Twin::open(&folder, "twilio", twin.start()).await?);
        }
        if let Some(processor) = config.processor.as_ref().filter(|processor| processor.url.is_none()) {
            let twin = StripeTwin {
                listen: any_port,
                control_listen: any_port,
                journal: Some(folder.join("stripe.jsonl")),
                secret_key: processor.secret_key.clone(),
                webhook_secret: processor.webhook_secret.clone(),
                webhook_url: webhooks.as_ref().map(|webhooks| webhooks.stripe.clone()),
                webhook_delay: StripeTwin::WEBHOOK_DELAY,
                ambient: ambient.clone(),
            };
            twins.stripe = Some(Twin::open(&folder, "stripe", twin.start()).await?);
        }
        if let Some(supplier) = config.suppliers.sms_man.as_ref().filter(|supplier| supplier.url.is_none()) {
            let twin = SmsManTwin {
                listen: any_port,
                control_listen: any_port,
                journal: Some(folder.join("sms_man.jsonl")),
                token: supplier.api_key.clone(),
                balance: FLOAT,
                currency: Currency::USD,
                text_delay: config.suppliers.text_delay,
                window: SmsManTwin::WINDOW,
                cancel_lock: Duration::ZERO,
                ambient: ambient.clone(),
            };
            twins.sms_man = Some(Twin::open(&folder, "sms_man", twin.start()).await?);
        }
        if let Some(supplier) = config.suppliers.text_verified.as_ref().filter(|supplier| supplier.url.is_none()) {
            let twin = TextVerifiedTwin {
                listen: any_port,
                control_listen: any_port,
                journal: Some(folder.join("text_verified.jsonl")),
                api_key: supplier.api_key.clone(),
                username: supplier.username.clone(),
                webhook_secret: supplier.webhook_secret.clone(),
                webhook_url: webhooks.map(|webhooks| webhooks.text_verified),
                balance: FLOAT,
                text_delay: config.suppliers.text_delay,
                window: TextVerifiedTwin::WINDOW,
                cancel_lock: Duration::ZERO,
                ambient: ambient.clone(),
            };
            twins.text_verified = Some(Twin::open(&folder, "text_verified", twin.start()).await?);
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

    /// Where the SMS-Man twin answers, if it runs here.
    pub fn sms_man_url(&self) -> Option<&str> {
        self.sms_man.as_ref().map(|twin| twin.url.as_str())
    }

    /// Where the TextVerified twin answers, if it runs here.
    pub fn text_verified_url(&self) -> Option<&str> {
        self.text_verified.as_ref().map(|twin| twin.url.as_str())
    }

    /// Where texts can be sent to numbers that a twin has rented out.
    pub fn text_controls(&self) -> Vec<String> {
        [&self.sms_man, &self.text_verified].into_iter().flatten().map(|twin| root(&twin.control_url)).collect()
    }

    /// Where the vendors of this sandbox are, and how to speak to them.
    pub fn describe(&self, config: &Config) -> Value {
        let mut vendors = serde_json::Map::new();
        if let Some(carrier) = &config.carrier {
            let elsewhere = carrier.urls.as_ref().map(|urls| root(urls.api.as_str()));
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
        if let Some(supplier) = &config.suppliers.sms_man {
            let elsewhere = supplier.url.as_ref().map(|url| root(url.as_str()));
            vendors.insert(
                "smsMan".into(),
                json!({
                    "url": self.sms_man_url().map(root).or(elsewhere),
                    "token": supplier.api_key.expose_secret(),
                    "controlUrl": self.sms_man.as_ref().map(|twin| root(&twin.control_url)),
                }),
            );
        }
        if let Some(supplier) = &config.suppliers.text_verified {
            let elsewhere = supplier.url.as_ref().map(|url| root(url.as_str()));
            vendors.insert(
                "textVerified".into(),
                json!({
                    "url": self.text_verified_url().map(root).or(elsewhere),
                    "apiKey": supplier.api_key.expose_secret(),
                    "username": supplier.username,
                    "webhookSecret": supplier.webhook_secret.expose_secret(),
                    "controlUrl": self.text_verified.as_ref().map(|twin| root(&twin.control_url)),
                }),
            );
        }
        Value::Object(vendors)
    }

    /// Stops them; their journals keep what they know.
    pub async fn stop(self) {
        for twin in [self.twilio, self.stripe, self.sms_man, self.text_verified].into_iter().flatten() {
            if let Some(running) = twin.here {
                running.stop().await;
            }
        }
    }
}

fn root(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}
