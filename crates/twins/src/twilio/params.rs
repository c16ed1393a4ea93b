//! The parameters of a request: a query, and a form in the body.

use super::error::Refusal;

/// Names and values in the order they came. Twilio ignores names that it does not know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Those of the query and, where it is a form, of the body. A body of another type has none, as far as Twilio's
    /// 2010 API is concerned.
    pub(crate) fn read(query: &str, content_type: &str, body: &[u8]) -> Self {
        let is_form = content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded");
        let body = url::form_urlencoded::parse(if is_form { body } else { &[] });
        let both = url::form_urlencoded::parse(query.as_bytes()).chain(body);
        Self(both.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The first value, which may be empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value, unless it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, name: &'static str) -> Result<Option<bool>, Refusal> {
        match self.filled(name) {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(Refusal::parameter(name, "must be true or false")),
        }
    }

    /// A whole number from 0.
    pub(crate) fn count(&self, name: &'static str) -> Result<Option<usize>, Refusal> {
        let parse = |text: &str| text.parse().map_err(|_| Refusal::parameter(name, "must be a whole number from 0"));
        self.filled(name).map(parse).transpose()
    }

    /// Everything but these names, as a query, for links to other pages of the same list.
    pub(crate) fn query_without(&self, names: &[&str]) -> url::form_urlencoded::Serializer<'static, String> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())));
        query
    }
}
