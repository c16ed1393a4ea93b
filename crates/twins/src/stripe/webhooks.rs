//! Events to the product, signed as Stripe signs them.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use crate::kernel::{Callback, Outgoing, Postman};

/// Pauses after the first attempts in vain; after them, every 15 minutes.
const PAUSES: [u64; 7] = [1, 2, 5, 10, 30, 60, 300];
/// Three days of attempts, as Stripe's live mode makes.
const ATTEMPTS: u32 = 300;

/// The product's webhook endpoint.
pub(super) struct Endpoint {
    pub(super) url: Option<String>,
    pub(super) secret: SecretString,
}

impl Postman for Endpoint {
    fn request(&self, callback: &Callback, now: DateTime<Utc>) -> Option<Outgoing> {
        let signature = signature(self.secret.expose_secret(), now.timestamp(), &callback.body);
        let headers = vec![
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
            (header::USER_AGENT, HeaderValue::from_static("Stripe/1.0 (+https://stripe.com/docs/webhooks)")),
            (HeaderName::from_static("stripe-signature"), HeaderValue::from_str(&signature).ok()?),
        ];
        Some(Outgoing { method: Method::POST, url: self.url.clone()?, headers, body: callback.body.clone() })
    }

    fn pause(&self, attempts: u32) -> Option<Duration> {
        let place = usize::try_from(attempts).unwrap_or(usize::MAX).saturating_sub(1);
        (attempts < ATTEMPTS).then(|| Duration::from_secs(PAUSES.get(place).copied().unwrap_or(900)))
    }
}

/// `t=…,v1=…`: HMAC-SHA256 over `t.body`, keyed with the whole secret, its `whsec_` included.
fn signature(secret: &str, at: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("{at}.{body}").as_bytes());
    format!("t={at},v1={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs_as_the_official_sdk_does() {
        // Made with the Python SDK 16.1.0: WebhookSignature.generate_signature_header.
        let signed = super::signature("whsec_loopback_test", 1_700_000_000, "{\n  \"id\": \"evt_1\"\n}");
        assert_eq!(signed, "t=1700000000,v1=5f60c05bf3ee4f3337a72efde4b6faaf7a1e5ea9b31833a0d1e92ee435c05252");
    }
}
