//! The suppliers of verification numbers, behind their adapters.

use std::sync::Arc;

use adapters::{
    http::Limits,
    sms_man::{SmsMan, SmsManConfig},
    text_verified::{TextVerified, TextVerifiedConfig},
};
use app::verifications::Connected;
use ports::Supplier;
use url::Url;
use vocab::{Ambient, Currency};

use crate::{config::Config, twins::Twins};

/// The suppliers that the settings name, or their twins.
pub(crate) fn connect(config: &Config, twins: &Twins, ambient: &Ambient) -> anyhow::Result<Vec<Connected>> {
    let mut connected = Vec::new();
    if let Some(supplier) = &config.suppliers.sms_man {
        let sms_man = SmsMan::new(SmsManConfig {
            api_key: supplier.api_key.clone(),
            api_url: place(supplier.url.as_ref(), twins.sms_man_url())?,
            currency: Currency::USD,
            cancel_lock: None,
            limits: Limits::default(),
            ambient: ambient.clone(),
        })?;
        connected.push(Connected { supplier: Arc::new(sms_man), inbound: None });
    }
    if let Some(supplier) = &config.suppliers.text_verified {
        let text_verified = Arc::new(TextVerified::new(TextVerifiedConfig {
            api_key: supplier.api_key.clone(),
            username: supplier.username.clone(),
            webhook_secrets: vec![supplier.webhook_secret.clone()],
            api_url: place(supplier.url.as_ref(), twins.text_verified_url())?,
            cancel_lock: None,
            limits: Limits::default(),
            ambient: ambient.clone(),
        })?);
        let supplier = Arc::clone(&text_verified) as Arc<dyn Supplier>;
        connected.push(Connected { supplier, inbound: Some(text_verified) });
    }
    Ok(connected)
}

fn place(given: Option<&Url>, twin: Option<&str>) -> anyhow::Result<Url> {
    match (given, twin) {
        (Some(url), _) => Ok(url.clone()),
        (None, Some(twin)) => Ok(Url::parse(twin)?),
        (None, None) => anyhow::bail!("a supplier has neither a URL nor a twin"),
    }
}
