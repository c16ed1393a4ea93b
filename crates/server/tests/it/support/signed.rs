//! Signatures as the vendors make them, written from their documents and sharing nothing with the product.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// `Stripe-Signature` of a body: HMAC-SHA256 over `{time}.{body}` in hex.
pub(crate) fn stripe(secret: &str, at: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(format!("{at}.{body}").as_bytes());
    format!("t={at},v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// `X-Twilio-Signature` of a form: HMAC-SHA1 over the URL and each name and value in the order of names, in base64.
pub(crate) fn twilio(token: &str, url: &str, form: &[(&str, &str)]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("any length will do");
    mac.update(url.as_bytes());
    for (name, value) in form.iter().copied().collect::<BTreeMap<_, _>>() {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

/// `X-Webhook-Signature` of TextVerified: HMAC-SHA512 over the body, keyed with the whole secret, in base64.
pub(crate) fn text_verified(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(body.as_bytes());
    format!("HMAC-SHA512={}", STANDARD.encode(mac.finalize().into_bytes()))
}
