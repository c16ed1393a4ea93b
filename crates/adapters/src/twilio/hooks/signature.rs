//! `base64(HMAC(secret, URL ++ sorted parameters))`, over each way in which the URL may have been written.

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use vocab::{ExposeSecret, SecretString};

/// What Twilio signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// With the account's token.
    HmacSha1,
    /// With a shared key.
    HmacSha256,
}

/// A signature to be found out about.
pub(super) struct Signer<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) secrets: &'a [SecretString],
    pub(super) given: &'a [u8],
    /// What follows the URL.
    pub(super) tail: Vec<u8>,
}

impl Signer<'_> {
    /// Whether one of the secrets signed this URL and the parameters.
    pub(super) fn signed(&self, url: &str) -> bool {
        self.signed_with(url, &self.tail)
    }

    /// Whether one of the secrets signed this URL and this tail.
    pub(super) fn signed_with(&self, url: &str, tail: &[u8]) -> bool {
        self.secrets.iter().any(|secret| {
            let key = secret.expose_secret().as_bytes();
            let expected = match self.algorithm {
                Algorithm::HmacSha1 => mac::<Hmac<Sha1>>(key, url, tail),
                Algorithm::HmacSha256 => mac::<Hmac<Sha256>>(key, url, tail),
            };
            bool::from(expected.ct_eq(self.given))
        })
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], url: &str, tail: &[u8]) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.chain_update(url).chain_update(tail).finalize().into_bytes().to_vec()
}

/// An absolute URL in its parts, each as written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) scheme: &'a str,
    /// Without user and password.
    pub(super) host: &'a str,
    pub(super) port: Option<&'a str>,
    /// Path and query; no fragment, which is never sent.
    pub(super) rest: &'a str,
}

impl<'a> Parts<'a> {
    /// Splits without decoding or normalising anything.
    pub(super) fn of(url: &'a str) -> Option<Self> {
        let (scheme, after) = url.split_once("://")?;
        let after = after.split('#').next().unwrap_or_default();
        let (authority, rest) = after.split_at(after.find(['/', '?']).unwrap_or(after.len()));
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port)),
            _ => (authority, None),
        };
        Some(Self { scheme, host, port, rest })
    }

    /// As it came, but for user, password and fragment.
    pub(super) fn as_written(&self) -> String {
        self.port.map_or_else(|| self.without_port(), |port| self.with_port(port))
    }

    pub(super) fn without_port(&self) -> String {
        format!("{}://{}{}", self.scheme, self.host, self.rest)
    }

    pub(super) fn with_port(&self, port: &str) -> String {
        format!("{}://{}:{port}{}", self.scheme, self.host, self.rest)
    }

    pub(super) fn usual_port(&self) -> &'static str {
        if self.scheme.eq_ignore_ascii_case("https") { "443" } else { "80" }
    }
}

/// Each way in which Twilio may have written this URL before it signed: as it is, and (user and password dropped)
/// without its port and with it, be it only the usual one. Twilio keeps the port or not by scheme and product.
pub(super) fn spellings(url: &str) -> impl Iterator<Item = String> {
    let as_given = std::iter::once_with(|| url.split('#').next().unwrap_or_default().to_owned());
    let others = Parts::of(url).into_iter().flat_map(|parts| {
        let with_port = move || parts.with_port(parts.port.unwrap_or(parts.usual_port()));
        std::iter::once_with(with_port).chain(std::iter::once_with(move || parts.without_port()))
    });
    as_given.chain(others)
}

/// The same with the query written anew, for where something between Twilio and us has escaped it otherwise: what
/// Twilio's own validators try after [`spellings`]. First as Node's `querystring` writes it, in which `'` stands for
/// itself; then as a browser's URL does, in which it is `%27`.
pub(super) fn other_queries(url: &str) -> impl Iterator<Item = String> {
    let whole = url.split('#').next().unwrap_or_default();
    let legacy = whole.split_once('?').map(|(path, query)| format!("{path}?{}", legacy_query(query)));
    let standard = url::Url::parse(whole).ok().filter(|url| url.query().is_some()).map(String::from);
    legacy.into_iter().chain(standard).flat_map(|url| spellings(&url).collect::<Vec<_>>())
}

/// What `encodeURIComponent` leaves as it is, and `querystring.stringify` with it.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// `querystring.stringify(querystring.parse(query))`: keys in the order of their first value, all of a key's values
/// together.
fn legacy_query(query: &str) -> String {
    let text = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    let mut keys: Vec<(String, Vec<String>)> = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let (key, value) = (text(key), text(value));
        match keys.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => keys.push((key, vec![value])),
        }
    }
    let escaped = |text: &str| utf8_percent_encode(text, COMPONENT).to_string();
    let pairs = keys.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
    let pairs: Vec<String> = pairs.map(|(key, value)| format!("{}={}", escaped(key), escaped(value))).collect();
    pairs.join("&")
}

/// The query as written, without its `?`.
pub(super) fn query(url: &str) -> &str {
    url.split('#').next().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query)
}

/// The value of `bodySHA256` in the URL.
pub(super) fn body_hash(url: &str) -> Option<&str> {
    query(url).split('&').find_map(|part| part.strip_prefix("bodySHA256="))
}

/// Whether `hash` is the body's SHA-256 in lower-case hex; upper case fails in the official validators too.
pub(super) fn is_hash_of(hash: &str, body: &[u8]) -> bool {
    hex::encode(Sha256::digest(body)).as_bytes().ct_eq(hash.as_bytes()).into()
}
