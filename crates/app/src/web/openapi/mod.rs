//! Finishes the API document: what every operation shares is stated here once, not in each.

mod example;
mod failures;
mod headers;
mod optional;
mod security;
mod shared;
mod tags;
mod used;

use std::collections::HashSet;

use utoipa::openapi::{
    Components, Info, License, OpenApi, Paths, Ref, RefOr, Response, Server,
    path::{Operation, PathItem},
};

use super::{gate::Needs, limit::Limit};

/// Adds to each operation its security, the failures that follow from how it is declared, and the
/// headers that every answer has.
pub(super) fn complete(paths: &mut Paths, needs: Needs, limit: Limit) {
    for (path, item) in &mut paths.paths {
        for operation in operations(item) {
            security::state(operation, needs);
            for failure in failures::of(path, operation, needs, limit) {
                let responses = &mut operation.responses.responses;
                let reference = || RefOr::Ref(Ref::from_response_name(failure.name));
                responses.entry(failure.status.to_owned()).or_insert_with(reference);
            }
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response {
                    headers::refer(status, response, limit != Limit::Unlimited);
                }
            }
        }
    }
}

/// Copies each PUT to PATCH, under an id of its own: `updateNumber` is `patchNumber` too.
pub(super) fn alias_patch(paths: &mut Paths) {
    for item in paths.paths.values_mut().filter(|item| item.patch.is_none()) {
        item.patch.clone_from(&item.put);
        let Some(patch) = &mut item.patch else { continue };
        patch.operation_id = patch.operation_id.as_deref().map(patched);
        entitle(patch, "by PATCH");
        let alias = "The same as `PUT`: both change what is named and leave the rest.";
        let description = patch.description.take();
        patch.description =
            Some(description.map_or_else(|| alias.to_owned(), |text| format!("{}\n\n{alias}", text.trim_end())));
    }
}

fn patched(id: &str) -> String {
    match id.strip_prefix("update") {
        Some(noun) if !noun.is_empty() => format!("patch{noun}"),
        _ => {
            let (first, rest) = id.split_at(id.len().min(1));
            format!("patch{}{rest}", first.to_uppercase())
        }
    }
}

/// What is served under the root too has an id of its own there: `expireSession` is `expireSessionAtRoot` too.
fn tell_aliases_apart(paths: &mut Paths) {
    let (inner, outer): (Vec<_>, Vec<_>) = paths.paths.iter_mut().partition(|(path, _)| path.starts_with("/api/"));
    let known: HashSet<String> =
        inner.into_iter().flat_map(|(_, item)| operations(item)).filter_map(|it| it.operation_id.clone()).collect();
    for operation in outer.into_iter().flat_map(|(_, item)| operations(item)) {
        let Some(id) = operation.operation_id.as_mut().filter(|id| known.contains(*id)) else { continue };
        id.push_str("AtRoot");
        entitle(operation, "at the root");
        operation.description =
            operation.description.take().map(|text| format!("{text}\n\nThe same as under `/api/v1`."));
    }
}

/// A title of its own for what does the same as another.
fn entitle(operation: &mut Operation, how: &str) {
    if let Some(title) = &mut operation.summary {
        *title = format!("{}, {how}", title.trim_end());
    }
}

/// States what the whole document shares: what it is, where it is served, how callers prove who
/// they are, and the shape of failures; and makes an example of every body that has none.
pub fn finish(mut document: OpenApi, version: &str, base_url: Option<&str>) -> OpenApi {
    let mut info = Info::new("Numberline", version);
    info.description = Some(
        "Search, buy and use phone numbers. Every answer is an envelope with `success`, `data` or `error`, and `meta`."
            .to_owned(),
    );
    let mut license = License::new("MIT OR Apache-2.0");
    license.identifier = Some("MIT OR Apache-2.0".to_owned());
    info.license = Some(license);
    document.info = info;
    document.servers = Some(vec![Server::new(base_url.unwrap_or("/"))]);
    tell_aliases_apart(&mut document.paths);
    document.tags = Some(tags::of(&mut document.paths));
    let components = document.components.get_or_insert_with(Components::new);
    security::scheme(components);
    failures::describe(components);
    headers::describe(components);
    used::keep(&mut document);
    optional::tell(&mut document);
    example::compose(&mut document);
    shared::share(&mut document);
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

fn responses(operation: &mut Operation) -> impl Iterator<Item = (&String, &mut Response)> {
    let responses = operation.responses.responses.iter_mut();
    responses.filter_map(|(status, response)| match response {
        RefOr::T(response) => Some((status, response)),
        RefOr::Ref(_) => None,
    })
}
