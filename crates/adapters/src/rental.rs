//! What the suppliers' adapters share: reading prices that come as text, numbers or worse, and names for texts.

use hmac::{Hmac, KeyInit, Mac};
use ports::{PortError, RefusalReason};
use serde_json::Value;
use sha2::Sha256;
use vocab::{Amount, ExposeSecret, SecretString};

/// An exact amount from a JSON number or its text. Places beyond the sixth, as a vendor's binary fractions print them
/// (`0.30000000000000004`), are dropped.
pub(crate) fn amount(value: &Value) -> Option<Amount> {
    let text = scalar(value)?;
    if let Ok(amount) = text.parse() {
        return Some(amount);
    }
    let (whole, places) = text.split_once('.')?;
    // Digits only, lest an exponent behind the places that are kept is overlooked.
    if !places.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let kept: String = places.chars().take(6).collect();
    format!("{whole}.{kept}").parse().ok()
}

/// A number or a text as text; an empty one and everything else as none. Vendors send ids both ways.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A name for a text that is the same each time it is told and reveals nothing of it, for vendors whose texts have no
/// id (or have one only when they are polled). Keyed, because a code of six digits is soon guessed from its bare hash.
pub(crate) fn text_id(key: &SecretString, parts: &[&str]) -> String {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.expose_secret().as_bytes())
        .expect("HMAC takes a key of any length");
    // The length before each part keeps ("ab", "c") and ("a", "bc") apart.
    let mac = parts.iter().fold(mac, |mac, part| mac.chain_update(part.len().to_be_bytes()).chain_update(part));
    hex::encode(&mac.finalize().into_bytes()[..16])
}

/// A vendor's own words, fit for the operator: one line, cut short, the credential blotted out if it is quoted.
pub(crate) fn quoted(words: &str, secret: &SecretString) -> String {
    let secret = secret.expose_secret();
    let words = if secret.is_empty() { words.to_owned() } else { words.replace(secret, "[redacted]") };
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

/// What this vendor does not do; its card says so beforehand.
pub(crate) fn unsupported(what: &str) -> PortError {
    PortError::refused(RefusalReason::Unsupported, None, what)
}

/// A request that we do not even send.
pub(crate) fn invalid(message: &str) -> PortError {
    PortError::refused(RefusalReason::Invalid, None, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_of_every_shape_are_exact() {
        for (value, expected) in [
            (json!("799.70"), Some("799.7")),
            (json!(0.75), Some("0.75")),
            (json!(12), Some("12")),
            (json!(" 1.5 "), Some("1.5")),
            (json!("0.30000000000000004"), Some("0.3")),
            (json!("-0.30000000000000004"), Some("-0.3")),
            (json!("1.2345678e-3"), None),
            (json!("1.234567.1"), None),
            (json!("free"), None),
            (json!(null), None),
            (json!(""), None),
        ] {
            assert_eq!(amount(&value).map(|amount| amount.to_string()).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn a_text_keeps_its_name_and_hides_its_words() {
        let key = SecretString::from("k");
        let id = text_id(&key, &["7", "123456"]);
        assert_eq!(id, text_id(&key, &["7", "123456"]));
        assert_ne!(id, text_id(&key, &["71", "23456"]));
        assert_ne!(id, text_id(&"other".into(), &["7", "123456"]));
        assert!(!id.contains("123456"));
    }

    #[test]
    fn quoted_words_hold_no_credential() {
        assert_eq!(quoted("bad\ntoken s3cret!", &"s3cret".into()), "bad token [redacted]!");
        assert_eq!(quoted("fine", &"".into()), "fine");
        assert_eq!(quoted(&"x".repeat(999), &"k".into()).len(), 300);
    }
}
