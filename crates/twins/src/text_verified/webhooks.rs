//! Webhooks to the product, signed as TextVerified signs them.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sha2::Sha512;
use vocab::Ambient;

use super::{
    show::{self, time},
    verification::Message,
};
use crate::kernel::{Callback, Outgoing, Postman};

/// Pauses after the first attempts in vain; after them, every five minutes.
const PAUSES: [u64; 7] = [1, 2, 5, 10, 30, 60, 120];
/// About a day of attempts.
const ATTEMPTS: u32 = 290;

/// The product's webhook endpoint.
pub(super) struct Endpoint {
    pub(super) url: Option<String>,
    pub(super) secret: SecretString,
}

impl Postman for Endpoint {
    fn request(&self, callback: &Callback, _: DateTime<Utc>) -> Option<Outgoing> {
        let mut event: Value = serde_json::from_str(&callback.body).ok()?;
        event["attempt"] = json!(callback.attempts + 1);
        let body = event.to_string();
        let signature = signature(self.secret.expose_secret(), &body);
        let headers = vec![
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (HeaderName::from_static("x-webhook-signature"), HeaderValue::from_str(&signature).ok()?),
        ];
        Some(Outgoing { method: Method::POST, url: self.url.clone()?, headers, body })
    }

    fn pause(&self, attempts: u32) -> Option<Duration> {
        let place = usize::try_from(attempts).unwrap_or(usize::MAX).saturating_sub(1);
        (attempts < ATTEMPTS).then(|| Duration::from_secs(PAUSES.get(place).copied().unwrap_or(300)))
    }
}

/// The event of a text; how often it was sent is filled in when it is.
pub(super) fn callback(message: &Message, ambient: &Ambient) -> Callback {
    let id = message.id.replacen("sms_", "evt_", 1);
    let mut data = show::message(message);
    if let Some(members) = data.as_object_mut() {
        members.remove("id");
    }
    data["reservationId"] = json!(message.reservation);
    let event = json!({
        "id": id,
        "event": "v2.sms.received",
        "attempt": 0,
        "occurredAt": time(message.occurred),
        "idempotencyKey": message.id.replacen("sms_", "idem_", 1),
        "data": data,
    });
    Callback { id, url: String::new(), body: event.to_string(), attempts: 0, due: ambient.wall() }
}

/// `HMAC-SHA512=` and the Base64 of the body's HMAC, keyed with the whole secret, its `whsec_` included.
fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(body.as_bytes());
    format!("HMAC-SHA512={}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs_as_documented() {
        // Made with Python's hmac and base64 modules.
        let signed = super::signature("whsec_test", r#"{"id":"evt_1"}"#);
        assert_eq!(signed, SIGNED);
    }

    const SIGNED: &str =
        "HMAC-SHA512=WkPHumT+IbtR8M6u/VN5U3+KTZwpGz85Arjug3VPT6D3FP5XBvYCtREDZ3nRDA9H0kdbuHH/+XZ8+mSuGcv1Sw==";
}
