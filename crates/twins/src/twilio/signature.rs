//! `X-Twilio-Signature`, as Twilio makes it.
//!
//! Source: twilio.com/docs/usage/security. Base64 of HMAC-SHA1 over the URL and, for a form, each key and its value,
//! keys in byte order. A key that is repeated counts with its distinct values in byte order.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// Signs a request to this URL with these form parameters (none for GET and JSON).
pub(crate) fn sign(token: &str, url: &str, form: &[(String, String)]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(url.as_bytes());
    let pairs: BTreeSet<_> = form.iter().collect();
    for (key, value) in pairs {
        mac.update(key.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    #[test]
    fn vectors_of_the_official_sdks_hold() {
        let file: Value = serde_json::from_str(include_str!("fixtures/signature_vectors.json")).expect("JSON");
        let vectors = file["compute"].as_array().expect("a list");
        assert_eq!(vectors.len(), 28);
        for vector in vectors {
            let text = |name: &str| vector[name].as_str().expect("a text");
            let mut form = Vec::new();
            for (key, value) in vector["params"].as_object().expect("a map") {
                match value {
                    Value::Array(values) => form
                        .extend(values.iter().map(|value| (key.clone(), value.as_str().expect("a text").to_owned()))),
                    value => form.push((key.clone(), value.as_str().expect("a text").to_owned())),
                }
            }
            assert_eq!(super::sign(text("auth_token"), text("url"), &form), text("signature"), "{}", text("name"));
        }
    }
}
