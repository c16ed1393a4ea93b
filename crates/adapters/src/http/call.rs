//! One request, before it is sent.

use std::fmt;

use reqwest::{
    Method,
    header::{HeaderName, HeaderValue},
};
use url::Url;

/// What a request does at the vendor, and so what a lost answer allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing: it may be asked again.
    None,
    /// The same thing however often it arrives: an update, a deletion, or a POST under one idempotency key.
    Repeatable,
    /// One more thing each time it arrives: it must not be sent again once it may have been received.
    Once,
}

/// One request, before it is sent.
pub(crate) struct Call {
    /// Its name in metrics and logs, such as `IncomingPhoneNumbers.create`.
    pub(crate) operation: &'static str,
    /// The method.
    pub(crate) method: Method,
    /// The URL with its query.
    pub(crate) url: Url,
    /// The fields of a form body.
    pub(crate) form: Option<Vec<(String, String)>>,
    /// A JSON body.
    pub(crate) json: Option<serde_json::Value>,
    /// Headers of this call only.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// What it does there.
    pub(crate) effect: Effect,
}

impl Call {
    /// Reads.
    pub(crate) const fn get(operation: &'static str, url: Url) -> Self {
        Self { operation, method: Method::GET, url, form: None, json: None, headers: Vec::new(), effect: Effect::None }
    }

    /// Sends a form.
    pub(crate) const fn post(operation: &'static str, url: Url, form: Vec<(String, String)>, effect: Effect) -> Self {
        Self { operation, method: Method::POST, url, form: Some(form), json: None, headers: Vec::new(), effect }
    }

    /// Sends JSON, or no body at all.
    pub(crate) const fn post_json(
        operation: &'static str,
        url: Url,
        json: Option<serde_json::Value>,
        effect: Effect,
    ) -> Self {
        Self { operation, method: Method::POST, url, form: None, json, headers: Vec::new(), effect }
    }

    /// Deletes; a second time does nothing more.
    pub(crate) const fn delete(operation: &'static str, url: Url) -> Self {
        let effect = Effect::Repeatable;
        Self { operation, method: Method::DELETE, url, form: None, json: None, headers: Vec::new(), effect }
    }

    /// A GET that does something at the vendor all the same.
    pub(crate) const fn effecting(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// With one more header.
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// Neither query, headers nor body: vendors want credentials in each of them.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("path", &self.url.path())
            .field("effect", &self.effect)
            .finish_non_exhaustive()
    }
}

/// `root` with these path segments, each percent-encoded.
pub(crate) fn under(root: &Url, segments: &[&str]) -> Url {
    let mut url = root.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
