//! What TextVerified tells us: verified by `X-Webhook-Signature`, then read.
//!
//! Source: the webhook chapter of <https://www.textverified.com/docs/api/v2>. The signature covers the body and no time,
//! so a recorded delivery could be played back: its `idempotencyKey` shows that while it is remembered, its
//! `occurredAt` afterwards.

#[cfg(test)]
mod tests;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use ports::{
    InboundRequest, Rejected, SupplierInbound,
    inbound::{SupplierEvent, SupplierNews},
};
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;
use vocab::{ExposeSecret, SecretString};

use super::{map, wire};

/// An event older than this is a replay or of no use any more: texts are awaited for 20 minutes. One that is ahead of
/// our clock is harmless.
const TOO_OLD: TimeDelta = TimeDelta::hours(1);

/// Verifies and reads TextVerified's events.
pub struct TextVerifiedHooks {
    secrets: Vec<SecretString>,
    /// Names texts, as the client does for those it polls.
    api_key: SecretString,
}

impl TextVerifiedHooks {
    /// Accepts what any of these secrets signed. Empty ones are dropped: anybody could sign with them.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>, api_key: SecretString) -> Self {
        let secrets = secrets.into_iter().filter(|secret| !secret.expose_secret().is_empty()).collect();
        Self { secrets, api_key }
    }

    /// Whether there is a secret: without one no webhook is believed, so none is expected.
    pub(super) fn can_verify(&self) -> bool {
        !self.secrets.is_empty()
    }

    fn verify(&self, request: &InboundRequest<'_>) -> Result<(), Rejected> {
        let header = request.header("x-webhook-signature").ok_or_else(|| rejected("no X-Webhook-Signature header"))?;
        if self.secrets.is_empty() {
            return Err(rejected("no webhook secret is configured: set TEXTVERIFIED_WEBHOOK_SECRET"));
        }
        let given = header
            .trim()
            .strip_prefix("HMAC-SHA512=")
            .and_then(|text| STANDARD.decode(text).ok())
            .ok_or_else(|| rejected("the X-Webhook-Signature header is not HMAC-SHA512= and base64"))?;
        if !self.signed(request.body, &given) {
            let length = request.body.len();
            return Err(Rejected {
                diagnosis: format!(
                    "we signed the {length} raw bytes of the body and the signature does not fit: wrong webhook \
                     secret, or the body was changed on the way"
                ),
            });
        }
        Ok(())
    }

    /// Whether one of the secrets, `whsec_` included, signed this body.
    fn signed(&self, body: &[u8], given: &[u8]) -> bool {
        self.secrets.iter().any(|secret| {
            let mac = <Hmac<Sha512> as KeyInit>::new_from_slice(secret.expose_secret().as_bytes())
                .expect("HMAC takes a key of any length");
            mac.chain_update(body).finalize().into_bytes().as_slice().ct_eq(given).into()
        })
    }

    fn news(&self, kind: &str, data: serde_json::Value) -> SupplierNews {
        match kind {
            "v2.sms.received" => {
                let Ok(sms) = serde_json::from_value::<wire::Sms>(data) else { return SupplierNews::Other };
                let to = sms.to.as_deref().and_then(map::number);
                // Without either there is nothing to which the text belongs.
                if sms.reservation_id.is_none() && to.is_none() {
                    return SupplierNews::Other;
                }
                let reference = sms.reservation_id.clone();
                SupplierNews::Text { reference, to, text: map::text(sms, &self.api_key) }
            }
            "v2.reservation.created" => match data.get("id").and_then(crate::rental::scalar) {
                Some(reference) => SupplierNews::Changed { reference },
                None => SupplierNews::Other,
            },
            // Billing cycles and back orders belong to rentals, which we do not buy.
            _ => SupplierNews::Other,
        }
    }
}

impl SupplierInbound for TextVerifiedHooks {
    fn event(&self, request: &InboundRequest<'_>) -> Result<SupplierEvent, Rejected> {
        self.verify(request)?;
        let event: wire::Event = serde_json::from_slice(request.body).unwrap_or_default();
        if let Some(age) = event.occurred_at.map(|at| request.now - at).filter(|age| *age > TOO_OLD) {
            let minutes = age.num_minutes();
            return Err(Rejected {
                diagnosis: format!(
                    "the signature holds but the event is {minutes} min old: a replay, or a clock is wrong"
                ),
            });
        }
        let kind = event.event.unwrap_or_default();
        let named = [event.idempotency_key, event.id].into_iter().flatten().find(|id| !id.is_empty());
        // Without a name, the same bytes are the same event.
        let id = named.unwrap_or_else(|| format!("sha256:{}", hex::encode(Sha256::digest(request.body))));
        let news = self.news(&kind, event.data);
        Ok(SupplierEvent { id, kind, at: event.occurred_at, news })
    }
}

impl SupplierInbound for super::TextVerified {
    fn event(&self, request: &InboundRequest<'_>) -> Result<SupplierEvent, Rejected> {
        self.hooks.event(request)
    }
}

fn rejected(diagnosis: &str) -> Rejected {
    Rejected { diagnosis: diagnosis.to_owned() }
}
