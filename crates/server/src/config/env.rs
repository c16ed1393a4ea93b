//! The environment, and the list of what is wrong with it.

use std::collections::BTreeMap;

/// Named settings. An empty one counts as not set.
#[derive(Debug, Clone, Default)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// This process's.
    pub fn of_process() -> Self {
        Self(std::env::vars().collect())
    }

    /// These.
    pub fn of<K: Into<String>, V: Into<String>>(settings: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(settings.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }

    /// A setting, if it is set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A whole number.
    pub fn number(&self, name: &str, default: u64, faults: &mut Faults) -> u64 {
        self.parsed(name, "must be a whole number", faults).unwrap_or(default)
    }

    /// Whether something is on.
    pub fn flag(&self, name: &str, default: bool, faults: &mut Faults) -> bool {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None => default,
            Some("true" | "1" | "yes" | "on") => true,
            Some("false" | "0" | "no" | "off") => false,
            Some(_) => {
                faults.add(name, "must be true or false");
                default
            }
        }
    }

    /// What a vendor gave us to prove who we are. It is never shown, so that only its form is told.
    pub fn credential(&self, name: &str, faults: &mut Faults) -> Option<&str> {
        let text = self.get(name)?;
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            faults.add(name, "must be one word of ASCII characters; copy it again, without blanks or line breaks");
        }
        if ['"', '\''].iter().any(|quote| text.starts_with(*quote) || text.ends_with(*quote)) {
            faults.add(name, "must stand without quotation marks");
        }
        Some(text)
    }

    /// The same with the beginning that the vendor gives to all of its kind.
    pub fn prefixed(&self, name: &str, prefixes: &[&str], where_from: &str, faults: &mut Faults) -> Option<&str> {
        let text = self.credential(name, faults)?;
        let is_whole = |prefix: &&str| text.len() > prefix.len() && text.starts_with(*prefix) && !text.ends_with('_');
        if !prefixes.iter().any(is_whole) {
            faults.add(name, format_args!("must start with {}; {where_from}", prefixes.join(" or ")));
        }
        Some(text)
    }

    /// Anything that reads itself from text.
    pub fn parsed<T: std::str::FromStr>(&self, name: &str, what: &str, faults: &mut Faults) -> Option<T> {
        let text = self.get(name)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            faults.add(name, what);
        }
        parsed
    }

    /// The root of a server, without a path.
    pub fn root(&self, name: &str, faults: &mut Faults) -> Option<url::Url> {
        let url: url::Url = self.parsed(name, "must be a URL such as https://api.example.com", faults)?;
        if !matches!(url.scheme(), "http" | "https") || !matches!(url.path(), "" | "/") || url.query().is_some() {
            faults.add(name, "must be http:// or https:// with a host and no path");
        }
        Some(url)
    }
}

/// What is wrong with the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<String>);

impl Faults {
    /// One more.
    pub fn add(&mut self, name: &str, what: impl std::fmt::Display) {
        self.0.push(format!("{name} {what}"));
    }

    /// The value, if nothing is wrong.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the settings need attention (.env.example explains each):")?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for Faults {}
