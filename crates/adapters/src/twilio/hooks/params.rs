//! A webhook's parameters, as bytes: what is signed is what was sent, UTF-8 or not.

use std::{borrow::Cow, collections::BTreeSet};

use percent_encoding::percent_decode;

/// Decoded keys and values in the order of arrival. Those without an escape are still where they came from: there are
/// two dozen of them, and a caller waits.
#[derive(Debug, Default)]
pub(super) struct Params<'a>(Vec<Pair<'a>>);

/// A name and its value, decoded.
type Pair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

impl<'a> Params<'a> {
    /// Reads a form or a query. A `%` that starts no escape stands for itself, so nothing is ever refused.
    pub(super) fn from_form(form: &'a [u8]) -> Self {
        let pair = |part: &'a [u8]| {
            let end = part.iter().position(|b| *b == b'=').unwrap_or(part.len());
            (decoded(&part[..end]), decoded(part.get(end + 1..).unwrap_or_default()))
        };
        Self(form.split(|b| *b == b'&').filter(|part| !part.is_empty()).map(pair).collect())
    }

    /// Reads a JSON object's texts, numbers and booleans; any other body has no parameters.
    pub(super) fn from_json(body: &[u8]) -> Self {
        let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(body) else { return Self::default() };
        let pair = |(key, value): (String, serde_json::Value)| {
            let text = match value {
                serde_json::Value::String(text) => text,
                serde_json::Value::Number(number) => number.to_string(),
                serde_json::Value::Bool(flag) => flag.to_string(),
                _ => return None,
            };
            Some((key.into_bytes().into(), text.into_bytes().into()))
        };
        Self(object.into_iter().filter_map(pair).collect())
    }

    /// The first value of a key, unless empty. Bytes that are no UTF-8 read as U+FFFD.
    pub(super) fn get(&self, key: &str) -> Option<Cow<'_, str>> {
        let (_, value) = self.0.iter().find(|(name, _)| **name == *key.as_bytes())?;
        (!value.is_empty()).then(|| String::from_utf8_lossy(value))
    }

    /// What the signature covers beside the URL: keys in byte order, each before each of its values, which are sorted
    /// and stand once.
    pub(super) fn signed(&self) -> Vec<u8> {
        let mut pairs: Vec<[&[u8]; 2]> = self.0.iter().map(|(key, value)| [&**key, &**value]).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs.concat().concat()
    }

    /// The distinct keys, for a log line: never the values, which are people's numbers and names.
    pub(super) fn keys(&self) -> BTreeSet<Cow<'_, str>> {
        self.0.iter().map(|(key, _)| String::from_utf8_lossy(key)).collect()
    }
}

/// Without `+` for blanks and without escapes.
fn decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'+') {
        return percent_decode(text).into();
    }
    let spaced: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    Cow::from(percent_decode(&spaced)).into_owned().into()
}
