//! Leaves out of the document what nothing refers to: the types of queries are spelled out as parameters, and failures
//! and headers are described whether or not an operation has them.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::OpenApi;

/// Keeps the components that an operation refers to, itself or through others.
pub(super) fn keep(document: &mut OpenApi) {
    let whole = serde_json::to_value(&*document).expect("a document of ours is JSON");
    let mut found = BTreeSet::new();
    references(&whole["paths"], &mut found);
    let mut rest: Vec<String> = found.iter().cloned().collect();
    while let Some(reference) = rest.pop() {
        let mut more = BTreeSet::new();
        if let Some(component) = whole.pointer(reference.trim_start_matches('#')) {
            references(component, &mut more);
        }
        rest.extend(more.into_iter().filter(|reference| found.insert(reference.clone())));
    }
    let Some(components) = &mut document.components else { return };
    let is_used = |kind: &str, name: &str| found.contains(&format!("#/components/{kind}/{name}"));
    components.schemas.retain(|name, _| is_used("schemas", name));
    components.responses.retain(|name, _| is_used("responses", name));
    components.headers.retain(|name, _| is_used("headers", name));
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}
