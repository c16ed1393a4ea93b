//! The carrier, behind its adapter.

use std::sync::Arc;

use adapters::{
    http::Limits,
    twilio::{Twilio, TwilioConfig, TwilioHooks},
};
use ports::{Carrier, CarrierInbound};
use url::Url;
use vocab::Ambient;

use crate::{
    config::{CarrierUrls, Config},
    twins::Twins,
};

/// What we ask of the carrier, and how we read what it tells us.
pub(crate) type CarrierSides = (Option<Arc<dyn Carrier>>, Arc<dyn CarrierInbound>);

/// The carrier that the settings name, or its twin.
pub(crate) fn carrier(config: &Config, twins: &Twins, ambient: &Ambient) -> anyhow::Result<CarrierSides> {
    let Some(carrier) = &config.carrier else {
        // Without a secret every webhook is refused.
        return Ok((None, Arc::new(TwilioHooks::new([]))));
    };
    let CarrierUrls { api, pricing, numbers } = match (&carrier.urls, twins.twilio_url()) {
        (Some(urls), _) => urls.clone(),
        (None, Some(twin)) => {
            let root = Url::parse(twin)?;
            CarrierUrls { api: root.clone(), pricing: root.clone(), numbers: root }
        }
        (None, None) => anyhow::bail!("the carrier has neither a URL nor a twin"),
    };
    let twilio = Arc::new(Twilio::new(TwilioConfig {
        account_sid: carrier.account_sid.clone(),
        auth_token: carrier.auth_token.clone(),
        second_secret: carrier.second_secret.clone(),
        api_url: api,
        pricing_url: pricing,
        numbers_url: numbers,
        limits: Limits::default(),
        ambient: ambient.clone(),
    })?);
    Ok((Some(Arc::clone(&twilio) as Arc<dyn Carrier>), twilio))
}
