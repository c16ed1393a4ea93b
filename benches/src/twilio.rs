//! Twilio's side of a ringing number: the form, and its signature
//! (<https://www.twilio.com/docs/usage/webhooks/webhooks-security>).

use std::net::SocketAddr;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::Full;
use hyper::{
    Method, Request,
    header::{CONTENT_TYPE, HOST},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;

use crate::http::Ask;

/// The header with the signature.
pub(crate) const SIGNATURE: &str = "x-twilio-signature";

/// The parameters of a call that has just come in, in the order in which they are signed.
/// `CallSid`, `Called` and `To` differ from call to call.
const CALL: &[(&str, &str)] = &[
    ("AccountSid", "AC0123456789abcdef0123456789abcdef"),
    ("ApiVersion", "2010-04-01"),
    ("CallSid", ""),
    ("CallStatus", "ringing"),
    ("CallToken", "%7B%22parentCallInfoToken%22%3A%22eyJhbGciOiJFUzI1NiJ9%22%7D"),
    ("Called", ""),
    ("CalledCity", "SAN FRANCISCO"),
    ("CalledCountry", "US"),
    ("CalledState", "CA"),
    ("CalledZip", "94105"),
    ("Caller", "+12125550100"),
    ("CallerCity", "NEW YORK"),
    ("CallerCountry", "US"),
    ("CallerState", "NY"),
    ("CallerZip", "10001"),
    ("Direction", "inbound"),
    ("From", "+12125550100"),
    ("FromCity", "NEW YORK"),
    ("FromCountry", "US"),
    ("FromState", "NY"),
    ("FromZip", "10001"),
    ("To", ""),
    ("ToCity", "SAN FRANCISCO"),
    ("ToCountry", "US"),
    ("ToState", "CA"),
    ("ToZip", "94105"),
];

/// Asks as Twilio does.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Our own URL as Twilio knows it: it is signed.
    pub(crate) url: String,
    /// The account's token: it signs.
    pub(crate) auth_token: String,
    /// Tells this run's calls from those of others.
    pub(crate) run: u64,
}

impl Caller {
    /// Who calls this server of the product's.
    pub(crate) fn of(server: SocketAddr, auth_token: String) -> Self {
        let url = format!("http://{server}/api/v1/webhooks/twilio/voice");
        Self { url, auth_token, run: u64::from(server.port()) }
    }

    /// A new call to a number. Call ids look as random as Twilio's.
    pub(crate) fn ring(&self, to: &str, call: u64) -> Ask {
        let sid = format!("CA{:016x}{:016x}", scramble(self.run ^ call), scramble(call.wrapping_add(self.run << 20)));
        let (mut form, mut signed) = (String::with_capacity(800), self.url.clone());
        for (name, value) in CALL {
            let value = match *name {
                "CallSid" => &sid,
                "Called" | "To" => to,
                _ => value,
            };
            signed.push_str(name);
            signed.push_str(value);
            if !form.is_empty() {
                form.push('&');
            }
            form.push_str(name);
            form.push('=');
            form.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
        self.request(form.into(), &sign(self.auth_token.as_bytes(), signed.as_bytes()))
    }

    fn request(&self, form: Bytes, signature: &str) -> Ask {
        let path = self.url.splitn(4, '/').nth(3).unwrap_or_default();
        Request::builder()
            .method(Method::POST)
            .uri(format!("/{path}"))
            .header(HOST, "localhost")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
            .header("user-agent", "TwilioProxy/1.1")
            .header("accept", "*/*")
            .header("i-twilio-idempotency-token", "6ed5f6c2-7ca6-41ba-9b2c-0c4b3e3f2b0e")
            .header(SIGNATURE, signature)
            .body(Full::from(form))
            .expect("a URL that we wrote")
    }
}

/// Base64 of the HMAC-SHA1.
pub(crate) fn sign(key: &[u8], text: &[u8]) -> String {
    let mac = <Hmac<Sha1> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    BASE64_STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
}

/// The finaliser of splitmix64: neighbours in, strangers out.
fn scramble(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_in_the_order_in_which_they_are_signed() {
        assert!(CALL.is_sorted_by_key(|(name, _)| *name));
    }

    #[test]
    fn the_example_of_the_documentation() {
        // The example of Twilio's own libraries, with the token 12345.
        let signed = "https://mycompany.com/myapp.php?foo=1&bar=2CallSidCA1234567890ABCDECaller+14158675310\
                      Digits1234From+14158675310To+18005551212";
        assert_eq!(sign(b"12345", signed.as_bytes()), "GvWf1cFY/Q7PnoempGyD5oXAezc=");
    }
}
