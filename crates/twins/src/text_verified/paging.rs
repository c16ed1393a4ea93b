//! Pages, newest first, with links to the next older and the next newer one.

use serde_json::{Map, Value, json};

use super::{api::Call, error::Failure};

/// How many a page has at most.
const PAGE: usize = 20;

/// The page of these (their places and how they look, newest first) that the query asks for. `path` is that of the
/// list, with its filters if there are any.
pub(super) fn page<T>(
    call: &Call<'_>,
    path: &str,
    newest_first: impl Iterator<Item = T>,
    place: impl Fn(&T) -> u64,
    show: impl Fn(&T) -> Value,
) -> Result<Value, Failure> {
    let all: Vec<T> = newest_first.collect();
    let before = cursor(call, "before")?;
    let after = cursor(call, "after")?;
    let start = match (before, after) {
        (Some(before), _) => all.partition_point(|item| place(item) >= before),
        (None, Some(after)) => all.partition_point(|item| place(item) > after).saturating_sub(PAGE),
        (None, None) => 0,
    };
    let shown = &all[start..all.len().min(start + PAGE)];
    let has_next = start + shown.len() < all.len();
    let joint = if path.contains('?') { '&' } else { '?' };
    let mut links = Map::new();
    links.insert("current".to_owned(), call.links.get(path));
    if let Some(last) = shown.last().filter(|_| has_next) {
        links.insert("next".to_owned(), call.links.get(&format!("{path}{joint}before={}", place(last))));
    }
    if let Some(first) = shown.first().filter(|_| start > 0) {
        links.insert("previous".to_owned(), call.links.get(&format!("{path}{joint}after={}", place(first))));
    }
    Ok(json!({
        "data": shown.iter().map(show).collect::<Vec<_>>(),
        "hasNext": has_next,
        "hasPrevious": start > 0,
        "count": shown.len(),
        "links": links,
    }))
}

fn cursor(call: &Call<'_>, name: &str) -> Result<Option<u64>, Failure> {
    let text = call.query.get(name);
    text.map(|text| text.parse().map_err(|_| Failure::invalid(format!("{name} is no cursor.")))).transpose()
}
