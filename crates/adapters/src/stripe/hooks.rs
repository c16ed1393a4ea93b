//! What Stripe tells us: verified by `Stripe-Signature`, then read.
//!
//! Source: <https://docs.stripe.com/webhooks> and the official SDKs' validators. Like Stripe's own, ours accepts any of
//! several `v1` signatures; unlike them it also refuses a time stamp too far ahead.

#[cfg(test)]
mod tests;

use hmac::{Hmac, KeyInit, Mac};
use ports::{
    InboundRequest, ProcessorInbound, Rejected,
    inbound::{ProcessorEvent, ProcessorNews},
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use vocab::{ExposeSecret, SecretString};

use super::{map, wire};

/// How old, and how far ahead of our clock, a signature may be: the official SDKs' tolerance in seconds.
const TOLERANCE: i64 = 300;
/// A header with more signatures than this is not from Stripe.
const MAX_SIGNATURES: usize = 16;

/// Verifies and reads Stripe's events.
pub struct StripeHooks {
    secrets: Vec<SecretString>,
}

impl StripeHooks {
    /// Accepts what any of these secrets signed. Empty ones are dropped: anybody could sign with them.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Self { secrets: secrets.into_iter().filter(|secret| !secret.expose_secret().is_empty()).collect() }
    }

    fn verify(&self, request: &InboundRequest<'_>) -> Result<(), Rejected> {
        let header = request.header("stripe-signature").ok_or_else(|| rejected("no Stripe-Signature header"))?;
        if self.secrets.is_empty() {
            return Err(rejected("no webhook secret is configured: set STRIPE_WEBHOOK_SECRET"));
        }
        let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
        let (time, at) = parts()
            .find_map(|(scheme, value)| (scheme == "t").then(|| value.parse::<i64>().ok().map(|at| (value, at)))?)
            .ok_or_else(|| rejected("the Stripe-Signature header has no time stamp in whole seconds"))?;
        let mut given = parts().filter(|(scheme, _)| *scheme == "v1").take(MAX_SIGNATURES).peekable();
        if given.peek().is_none() {
            return Err(rejected("the Stripe-Signature header has no v1 signature"));
        }
        if !given.any(|(_, signature)| self.signed(time, request.body, signature)) {
            let length = request.body.len();
            return Err(Rejected {
                diagnosis: format!(
                    "we signed the time stamp {at}, a full stop and the {length} raw bytes of the body; no v1 signature \
                     fits: wrong webhook secret (each endpoint has its own), or the body was changed on the way"
                ),
            });
        }
        let age = request.now.timestamp().saturating_sub(at);
        if !(-TOLERANCE..=TOLERANCE).contains(&age) {
            return Err(Rejected {
                diagnosis: format!(
                    "the signature holds but is {age} s old; {TOLERANCE} are allowed: is a clock wrong?"
                ),
            });
        }
        Ok(())
    }

    /// Whether one of the secrets, `whsec_` included, signed this body at this time.
    fn signed(&self, time: &str, body: &[u8], signature: &str) -> bool {
        self.secrets.iter().any(|secret| {
            let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.expose_secret().as_bytes())
                .expect("HMAC takes a key of any length");
            let expected = mac.chain_update(time).chain_update(".").chain_update(body).finalize().into_bytes();
            hex::encode(expected).as_bytes().ct_eq(signature.as_bytes()).into()
        })
    }
}

impl ProcessorInbound for StripeHooks {
    fn event(&self, request: &InboundRequest<'_>) -> Result<ProcessorEvent, Rejected> {
        self.verify(request)?;
        let event: wire::Event = serde_json::from_slice(request.body).unwrap_or_default();
        let kind = event.kind.unwrap_or_default();
        // An intent that is confirmed as it is made was not confirmed yet when it was created: that is no news, and
        // would read as if the processor was at work while it waits for the payer.
        let tells = kind.starts_with("payment_intent.") && kind != "payment_intent.created";
        let object = event.data.map(|data| data.object).filter(|_| tells);
        let news = object
            .and_then(|object| serde_json::from_value::<wire::Intent>(object).ok())
            .filter(|intent| intent.status.is_some())
            .map_or(ProcessorNews::Other, |intent| ProcessorNews::Charge(Box::new(map::state(intent, None))));
        // Without an id, the same bytes are the same event.
        let id = event.id.unwrap_or_else(|| format!("sha256:{}", hex::encode(Sha256::digest(request.body))));
        Ok(ProcessorEvent { id, kind, news })
    }
}

impl ProcessorInbound for super::Stripe {
    fn event(&self, request: &InboundRequest<'_>) -> Result<ProcessorEvent, Rejected> {
        self.hooks.event(request)
    }
}

fn rejected(diagnosis: &str) -> Rejected {
    Rejected { diagnosis: diagnosis.to_owned() }
}
