//! A webhook's parameters, as bytes: what is signed is what was sent, UTF-8 or not.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use percent_encoding::percent_decode;

/// Decoded keys and values in the order of arrival.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(Vec<u8>, Vec<u8>)>);

impl Params {
    /// Reads a form or a query. A `%` that starts no escape stands for itself, so nothing is ever refused.
    pub(super) fn from_form(form: &[u8]) -> Self {
        let decode = |text: &[u8]| match text.contains(&b'+') {
            // Most texts have no blank, and a caller waits for all of them.
            false => Cow::from(percent_decode(text)).into_owned(),
            true => {
                let spaced: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
                Cow::from(percent_decode(&spaced)).into_owned()
            }
        };
        let pair = |part: &[u8]| {
            let end = part.iter().position(|b| *b == b'=').unwrap_or(part.len());
            (decode(&part[..end]), decode(part.get(end + 1..).unwrap_or_default()))
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
            Some((key.into_bytes(), text.into_bytes()))
        };
        Self(object.into_iter().filter_map(pair).collect())
    }

    /// The first value of a key, unless empty. Bytes that are no UTF-8 read as U+FFFD.
    pub(super) fn get(&self, key: &str) -> Option<Cow<'_, str>> {
        let (_, value) = self.0.iter().find(|(name, _)| name == key.as_bytes())?;
        (!value.is_empty()).then(|| String::from_utf8_lossy(value))
    }

    /// What the signature covers beside the URL: keys in byte order, each before each of its values, which are sorted
    /// and stand once.
    pub(super) fn signed(&self) -> Vec<u8> {
        let mut sorted: BTreeMap<&[u8], BTreeSet<&[u8]>> = BTreeMap::new();
        for (key, value) in &self.0 {
            sorted.entry(key).or_default().insert(value);
        }
        let pairs = sorted.iter().flat_map(|(key, values)| values.iter().flat_map(move |value| [*key, *value]));
        pairs.collect::<Vec<_>>().concat()
    }

    /// The distinct keys, for a log line: never the values, which are people's numbers and names.
    pub(super) fn keys(&self) -> BTreeSet<Cow<'_, str>> {
        self.0.iter().map(|(key, _)| String::from_utf8_lossy(key)).collect()
    }
}
