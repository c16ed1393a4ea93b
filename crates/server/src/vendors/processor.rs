//! The payment processor, behind its adapter.

use std::sync::Arc;

use adapters::{
    http::Limits,
    stripe::{Stripe, StripeConfig},
};
use app::payments::Gateway;
use url::Url;
use vocab::Ambient;

use crate::{config::Config, twins::Twins};

/// The processor that the settings name, or its twin; none where they name none.
pub(crate) fn gateway(config: &Config, twins: &Twins, ambient: &Ambient) -> anyhow::Result<Option<Gateway>> {
    let Some(processor) = &config.processor else { return Ok(None) };
    let api_url = match (&processor.url, twins.stripe_url()) {
        (Some(url), _) => url.clone(),
        (None, Some(twin)) => Url::parse(twin)?,
        (None, None) => anyhow::bail!("the processor has neither a URL nor a twin"),
    };
    let stripe = Arc::new(Stripe::new(StripeConfig {
        secret_key: processor.secret_key.clone(),
        webhook_secrets: vec![processor.webhook_secret.clone()],
        api_url,
        limits: Limits::default(),
        ambient: ambient.clone(),
    })?);
    Ok(Some(Gateway::new(Arc::clone(&stripe) as Arc<dyn ports::Processor>, stripe)))
}
