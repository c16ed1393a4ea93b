//! Makes an example of each JSON body out of what its schema says; what an operation states itself is laid over it.

use serde_json::{Map, Value, json};
use utoipa::openapi::{Content, OpenApi, RefOr, request_body::RequestBody};

use super::{failures, operations, responses};

const JSON: &str = "application/json";

/// Puts an example at each request and each answer that is JSON. A failure that all operations share has its own.
pub(super) fn compose(document: &mut OpenApi) {
    let root = serde_json::to_value(&*document).expect("a document of ours is JSON");
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        if let Some(RefOr::T(RequestBody { content, .. })) = &mut operation.request_body
            && let Some(RefOr::T(content)) = content.get_mut(JSON)
        {
            exemplify(content, &root);
        }
        for (status, response) in responses(operation) {
            let Some(RefOr::T(content)) = response.content.get_mut(JSON) else { continue };
            if status.starts_with('2') {
                exemplify(content, &root);
            } else {
                let usual = failures::example(status, &response.description);
                content.example = Some(merged(usual, content.example.take().unwrap_or_else(|| json!({}))));
            }
        }
    }
}

fn exemplify(content: &mut Content, root: &Value) {
    let Some(schema) = content.schema.as_ref().filter(|_| content.examples.is_empty()) else { return };
    let schema = serde_json::to_value(schema).expect("a schema of ours is JSON");
    let composed = Composer { root, within: Vec::new() }.of(&schema);
    content.example = match (composed, content.example.take()) {
        (Some(composed), Some(stated)) => Some(merged(composed, stated)),
        (composed, stated) => stated.or(composed),
    };
}

/// What an operation states of its own example is what differs from the composed one.
fn merged(composed: Value, stated: Value) -> Value {
    match (composed, stated) {
        (Value::Object(mut fields), Value::Object(stated)) => {
            for (name, value) in stated {
                let field = fields.entry(name).or_insert(Value::Null);
                *field = merged(field.take(), value);
            }
            Value::Object(fields)
        }
        (_, stated) => stated,
    }
}

/// Composes the example of one body.
struct Composer<'a> {
    root: &'a Value,
    /// The references that are being followed: a type inside of itself is left out.
    within: Vec<String>,
}

impl Composer<'_> {
    /// What the schema states, or else what can be made of it; `None` where that is without end.
    fn of(&mut self, schema: &Value) -> Option<Value> {
        if let Some(stated) = stated(schema) {
            return Some(stated.clone());
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.referred(reference);
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            return self.all(schema, parts);
        }
        let choices = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
        if let Some(choices) = choices {
            let mut choices = choices.iter().filter(|choice| choice.get("type") != Some(&json!("null")));
            return choices.find_map(|choice| self.of(choice));
        }
        if let Some(first) = schema.pointer("/enum/0") {
            return Some(first.clone());
        }
        match kind(schema) {
            Some("object") => self.object(schema),
            Some("array") => {
                let item = schema.get("items").and_then(|items| self.of(items));
                Some(Value::Array(item.into_iter().collect()))
            }
            kind => Some(scalar(schema, kind)),
        }
    }

    fn referred(&mut self, reference: &str) -> Option<Value> {
        if self.within.iter().any(|outer| outer == reference) {
            return None;
        }
        let schema = self.root.pointer(reference.trim_start_matches('#'))?;
        self.within.push(reference.to_owned());
        let example = self.of(schema);
        self.within.pop();
        example
    }

    /// Objects in one another's place are one object.
    fn all(&mut self, schema: &Value, parts: &[Value]) -> Option<Value> {
        let mut whole = Map::new();
        let own = schema.get("properties").map(|_| self.object(schema));
        let parts: Vec<Option<Value>> = parts.iter().map(|part| self.of(part)).collect();
        for part in parts.into_iter().chain(own) {
            match part? {
                Value::Object(fields) => whole.extend(fields),
                other => return Some(other),
            }
        }
        Some(Value::Object(whole))
    }

    /// Every field that must be there, and of the others those beside which an example stands.
    fn object(&mut self, schema: &Value) -> Option<Value> {
        let mut fields = Map::new();
        let required = |name: &str| {
            let mut required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            required.any(|required| required == name)
        };
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if required(name) {
                fields.insert(name.clone(), self.of(property)?);
            } else if let Some(stated) = stated(property) {
                fields.insert(name.clone(), stated.clone());
            }
        }
        Some(Value::Object(fields))
    }
}

/// The example that stands beside a schema, in either spelling that OpenAPI 3.1 has.
fn stated(schema: &Value) -> Option<&Value> {
    schema.get("example").or_else(|| schema.pointer("/examples/0")).or_else(|| schema.get("const"))
}

/// The type, or the first that is not null.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

fn scalar(schema: &Value, kind: Option<&str>) -> Value {
    let format = schema.get("format").and_then(Value::as_str);
    match (kind, format) {
        (Some("string"), Some("date-time")) => json!("2026-01-15T09:30:00.000Z"),
        (Some("string"), Some("date")) => json!("2026-01-15"),
        (Some("string"), Some("uri")) => json!("https://example.com/"),
        (Some("string"), Some("email")) => json!("ada@example.com"),
        (Some("string"), _) => json!("text"),
        (Some("integer" | "number"), _) => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        (Some("boolean"), _) => json!(true),
        _ => json!({}),
    }
}
