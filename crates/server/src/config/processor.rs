//! The processor's credentials.

use adapters::stripe;
use secrecy::SecretString;
use url::Url;

use super::{Env, Faults, Mode, Secrets};

/// The Stripe account, real or sandbox.
#[derive(Debug, Clone)]
pub struct Processor {
    /// `sk_…`, or a restricted one, `rk_…`.
    pub secret_key: SecretString,
    /// `whsec_…`.
    pub webhook_secret: SecretString,
    /// Where it answers; `None` is our twin.
    pub url: Option<Url>,
}

impl Processor {
    pub(super) fn read(env: &Env, mode: Mode, secrets: &Secrets, faults: &mut Faults) -> Option<Self> {
        let api = env.root("STRIPE_API_URL", faults);
        let webhook = "Stripe shows it beside the webhook's endpoint";
        let webhook = env.prefixed("STRIPE_WEBHOOK_SECRET", &["whsec_"], webhook, faults).map(SecretString::from);
        let key = "the publishable key, pk_…, is another one: https://docs.stripe.com/keys";
        match env.prefixed("STRIPE_SECRET_KEY", &["sk_", "rk_"], key, faults) {
            Some(key) => {
                if webhook.is_none() && mode == Mode::Production {
                    faults.add("STRIPE_WEBHOOK_SECRET", "must be set too, as STRIPE_SECRET_KEY is");
                }
                Some(Self {
                    secret_key: key.into(),
                    webhook_secret: webhook.unwrap_or_else(|| secrets.stripe_webhook_secret.clone()),
                    url: Some(api.unwrap_or_else(|| Url::parse(stripe::API_URL).expect("written in the code"))),
                })
            }
            None if mode == Mode::Development => Some(Self {
                secret_key: secrets.stripe_secret_key.clone(),
                webhook_secret: webhook.unwrap_or_else(|| secrets.stripe_webhook_secret.clone()),
                url: api,
            }),
            None => None,
        }
    }
}
