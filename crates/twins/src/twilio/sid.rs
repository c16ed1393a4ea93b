//! Twilio's ids: two letters and 32 hexadecimal digits.

use vocab::Ambient;

/// A new one with these two letters in front.
pub(crate) fn new(prefix: &str, ambient: &Ambient) -> String {
    format!("{prefix}{}", hex::encode(ambient.bytes::<16>()))
}
