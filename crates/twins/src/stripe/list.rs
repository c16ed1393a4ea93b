//! Paging, the same for every list.

use serde_json::{Value, json};

use super::{
    failure::Failure,
    form::Params,
    shelf::{Named, Shelf},
    work::{Outcome, Work},
};

/// How many objects a page has, 1 to 100.
pub(super) fn limit(params: &Params) -> Result<usize, Failure> {
    match params.integer("limit")? {
        None => Ok(10),
        Some(limit) if (1..=100).contains(&limit) => Ok(usize::try_from(limit).unwrap_or(100)),
        Some(_) => {
            let message = "This value must be from 1 to 100.";
            Err(Failure::param("limit", "parameter_invalid_integer", message))
        }
    }
}

/// The filter `created`: a moment, or `created[gt|gte|lt|lte]`.
pub(super) fn created(params: &Params) -> Result<impl Fn(i64) -> bool + use<>, Failure> {
    let (mut from, mut to) = (i64::MIN, i64::MAX);
    if params.has("created") {
        match params.nested("created") {
            Ok(Some(range)) => {
                range.only(&["gt", "gte", "lt", "lte"], &[])?;
                let bound = |name| range.integer(name);
                from = bound("gte")?.unwrap_or(from).max(bound("gt")?.map_or(from, |at| at.saturating_add(1)));
                to = bound("lte")?.unwrap_or(to).min(bound("lt")?.map_or(to, |at| at.saturating_sub(1)));
            }
            _ => {
                from = params.integer("created")?.unwrap_or(from);
                to = from;
            }
        }
    }
    Ok(move |at| (from..=to).contains(&at))
}

/// A page of what is wanted, the newest first, with `starting_after` and `ending_before`.
pub(super) fn page<T: Named>(
    work: &Work<'_>,
    url: &str,
    noun: &str,
    shelf: &Shelf<T>,
    wanted: impl Fn(&T) -> bool,
    show: impl Fn(&Work<'_>, &T) -> Value,
) -> Result<Outcome, Failure> {
    let params = work.params;
    let limit = limit(params)?;
    let lost = |param: &'static str, id: &str| Failure::missing_param(param, noun, id);
    let wanted = |object: &&T| wanted(object);
    let mut found: Vec<&T> = match (params.filled("starting_after")?, params.filled("ending_before")?) {
        (Some(_), Some(_)) => {
            return Err(Failure::invalid("You may pass only one of starting_after and ending_before."));
        }
        (None, None) => shelf.newest_first().filter(wanted).take(limit + 1).collect(),
        (Some(id), None) => {
            let before = shelf.before(id).ok_or_else(|| lost("starting_after", id))?;
            before.filter(wanted).take(limit + 1).collect()
        }
        (None, Some(id)) => {
            let after = shelf.after(id).ok_or_else(|| lost("ending_before", id))?;
            after.filter(wanted).take(limit + 1).collect()
        }
    };
    let has_more = found.len() > limit;
    found.truncate(limit);
    if params.has("ending_before") {
        found.reverse();
    }
    let data: Vec<_> = found.into_iter().map(|object| show(work, object)).collect();
    Outcome::ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
}
