//! What the operations are grouped by, in the order of a customer's journey.

use std::collections::BTreeSet;

use utoipa::openapi::{
    Paths,
    tag::{Tag, TagBuilder},
};

use super::operations;

const TAGS: [(&str, &str); 11] = [
    ("auth", "Registering, logging in and out, and who you are."),
    ("api-keys", "Keys for programs, each with what it may do."),
    ("billing", "The account's money."),
    ("payments", "Paying money into the wallet."),
    ("numbers", "Searching and buying numbers, and saying what their calls follow."),
    ("orders", "What was ordered, how far it is, and cancelling it."),
    ("verifications", "Numbers that are rented for one code."),
    ("sessions", "Numbers that are borrowed for some minutes."),
    ("webhooks", "What carriers, processors and suppliers tell us; signed, and not for customers."),
    ("operators", "For the operator's staff: orders, prices, suppliers, the pool, jobs and the audit."),
    ("sandbox", "The development sandbox, for callers on this machine."),
];

/// Describes the tags that operations have. One that has no description here comes last, by name.
pub(super) fn of(paths: &mut Paths) -> Vec<Tag> {
    let all = paths.paths.values_mut().flat_map(operations);
    let mut used: BTreeSet<String> = all.flat_map(|operation| operation.tags.clone().unwrap_or_default()).collect();
    let described = TAGS.into_iter().filter(|(name, _)| used.remove(*name));
    let mut tags: Vec<Tag> =
        described.map(|(name, text)| TagBuilder::new().name(name).description(Some(text)).build()).collect();
    tags.extend(used.into_iter().map(|name| TagBuilder::new().name(name).build()));
    tags
}
