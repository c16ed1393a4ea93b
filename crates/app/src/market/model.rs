//! What the market's protocol says and is asked: an action and its parameters, a word or JSON back. Pure.

use std::collections::HashMap;

use serde_json::Value;
use store::DbErr;

use crate::suppliers::Country;

/// How the protocol writes a time.
pub(super) const TIME: &str = "%Y-%m-%d %H:%M:%S";

/// Why the protocol failed on our side.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error("{0}")]
    Other(String),
}

/// A fault that has words only.
pub(super) fn other(error: impl std::fmt::Display) -> Fault {
    Fault::Other(error.to_string())
}

/// What an action comes to.
pub(super) type Answer = Result<Reply, Fault>;

/// An answer of the protocol.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reply {
    /// A word, perhaps with values after colons.
    Text(String),
    /// A list or an object.
    Json(Value),
}

impl Reply {
    pub(super) fn word(word: &str) -> Self {
        Self::Text(word.to_owned())
    }
}

/// The parameters of a request, from its query and from a form in its body.
#[derive(Default)]
pub(super) struct Params(HashMap<String, String>);

impl Params {
    /// A parameter that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Any bytes will do. What the query says counts more than what the form says.
    pub(super) fn parse(query: &[u8], form: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(form).chain(url::form_urlencoded::parse(query));
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    pub(super) fn key(&self) -> Option<vocab::SecretString> {
        self.get("api_key").map(|key| key.to_owned().into())
    }

    /// The country that is meant; `Err` for one that nobody knows, in the protocol's word for an invalid value.
    pub(super) fn country(&self) -> Result<Option<&'static Country>, Reply> {
        let Some(text) = self.get("country") else { return Ok(None) };
        let known = text.parse().ok().and_then(Country::numbered);
        known.map(Some).ok_or_else(|| Reply::word("ERROR_SQL"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vocab::ExposeSecret;

    use super::*;

    #[test]
    fn parameters_stand_in_the_query_or_in_a_form() {
        let params = Params::parse(b"api_key=k&action=getStatus&id=%201%20&maxPrice=", b"action=setStatus&status=8");
        assert_eq!(
            [params.get("action"), params.get("status"), params.get("id")],
            [Some("getStatus"), Some("8"), Some("1")]
        );
        assert_eq!(params.get("maxPrice"), None);
        assert_eq!(params.key().map(|key| key.expose_secret().to_owned()).as_deref(), Some("k"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_parameters_of_some_kind(query: Vec<u8>, form: Vec<u8>) {
            let params = Params::parse(&query, &form);
            prop_assert!(params.get("action").is_none_or(|action| !action.is_empty()));
        }

        #[test]
        fn what_is_written_is_read(value in "\\PC{1,40}") {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("service", &value).finish();
            let (queried, posted) = (Params::parse(query.as_bytes(), b""), Params::parse(b"", query.as_bytes()));
            let wanted = Some(value.trim()).filter(|value| !value.is_empty());
            prop_assert_eq!(queried.get("service"), wanted);
            prop_assert_eq!(posted.get("service"), wanted);
        }
    }
}
