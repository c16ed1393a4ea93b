//! Pages of a list, in the two envelopes that Twilio has.

use serde_json::{Value, json};

use super::Asked;
use crate::twilio::{error::Refusal, params::Params};

/// `PageSize` without the parameter, and the largest.
const SIZE: usize = 50;
const LARGEST: usize = 1000;

/// The parameters that belong to paging and not to the list.
const OWN: [&str; 3] = ["Page", "PageSize", "PageToken"];

/// A page of a longer list.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    size: usize,
    number: usize,
    next: Option<String>,
    previous: Option<String>,
}

/// How many items a page has.
pub(super) fn size(params: &Params) -> Result<usize, Refusal> {
    match params.count("PageSize")? {
        None => Ok(SIZE),
        Some(0) => Err(Refusal::parameter("PageSize", "must be from 1 to 1000")),
        Some(size) if size > LARGEST => Err(Refusal::of(20007)),
        Some(size) => Ok(size),
    }
}

/// The wanted page. A token names the item beside which a page begins or ends, so that what comes and goes meanwhile
/// shifts nothing; it looks opaque and is.
pub(super) fn cut<T>(params: &Params, all: Vec<T>, id: impl Fn(&T) -> &str) -> Result<Page<T>, Refusal> {
    let (size, number) = (size(params)?, params.count("Page")?.unwrap_or(0));
    let place = |wanted: &str| all.iter().position(|item| id(item) == wanted);
    let bad = || Refusal::parameter("PageToken", "is not one of this list");
    let start = match params.filled("PageToken") {
        None => number.saturating_mul(size).min(all.len()),
        Some(token) => match token.split_at_checked(2) {
            Some(("PA", last)) => place(last).ok_or_else(bad)? + 1,
            Some(("PB", first)) => place(first).ok_or_else(bad)?.saturating_sub(size),
            _ => return Err(bad()),
        },
    };
    let end = start.saturating_add(size).min(all.len());
    let next = (end < all.len() && end > start).then(|| format!("PA{}", id(&all[end - 1])));
    let previous = (start > 0 && start < all.len() && number > 0).then(|| format!("PB{}", id(&all[start])));
    let items = all.into_iter().skip(start).take(end - start).collect();
    Ok(Page { items, size, number, next, previous })
}

impl<T> Page<T> {
    /// The envelope of the 2010 API around this collection.
    pub(super) fn envelope(&self, asked: &Asked<'_>, key: &str, items: Vec<Value>) -> Value {
        let start = self.number.saturating_mul(self.size);
        let mut body = json!({
            "page": self.number,
            "page_size": self.size,
            "start": start,
            "end": start.saturating_add(self.items.len()).saturating_sub(1).max(start),
            "uri": self.link(asked, self.number, None),
            "first_page_uri": self.link(asked, 0, None),
            "next_page_uri": self.next.as_ref().map(|token| self.link(asked, self.number + 1, Some(token))),
            "previous_page_uri":
                self.previous.as_ref().map(|token| self.link(asked, self.number - 1, Some(token))),
        });
        body[key] = items.into();
        body
    }

    /// The envelope of the newer products around this collection.
    pub(super) fn with_meta(&self, asked: &Asked<'_>, key: &str, items: Vec<Value>) -> Value {
        let link = |number, token| format!("{}{}", asked.twin.url, self.link(asked, number, token));
        let mut body = json!({
            "meta": {
                "page": self.number,
                "page_size": self.size,
                "first_page_url": link(0, None),
                "previous_page_url": self.previous.as_ref().map(|token| link(self.number - 1, Some(token))),
                "url": link(self.number, None),
                "next_page_url": self.next.as_ref().map(|token| link(self.number + 1, Some(token))),
                "key": key,
            },
        });
        body[key] = items.into();
        body
    }

    fn link(&self, asked: &Asked<'_>, number: usize, token: Option<&String>) -> String {
        let mut query = asked.params.query_without(&OWN);
        query.append_pair("PageSize", &self.size.to_string()).append_pair("Page", &number.to_string());
        if let Some(token) = token {
            query.append_pair("PageToken", token);
        }
        format!("{}?{}", asked.path, query.finish())
    }
}
