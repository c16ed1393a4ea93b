//! The document that clients are made from.

use std::collections::{BTreeMap, BTreeSet};

use app::web::{ErrorCode, Needs};
use jsonschema::Validator;
use serde_json::{Value, json};
use server::router;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

struct Operation<'a> {
    /// As in `GET /numbers`.
    name: String,
    it: &'a Value,
}

fn document() -> Value {
    serde_json::to_value(router::document()).expect("the document is JSON")
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| {
            let name = format!("{} {path}", method.to_uppercase());
            item.get(method).map(|it| Operation { name, it })
        })
    });
    all.collect()
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = document();
    let mut seen = BTreeMap::new();
    for Operation { name, it } in operations(&document) {
        let id = it["operationId"].as_str().unwrap_or_default();
        // A verb and a noun, in camel case.
        let (verb, rest) = id.split_at(id.find(|c: char| c.is_ascii_uppercase()).unwrap_or(0));
        let is_word = verb.chars().all(|c| c.is_ascii_lowercase()) && rest.chars().all(|c| c.is_ascii_alphanumeric());
        assert!(!verb.is_empty() && is_word, "{name} is called {id:?}, which is no verb and noun in camel case");
        if let Some(other) = seen.insert(id.to_owned(), name.clone()) {
            panic!("{name} and {other} are both called {id}");
        }
    }
    assert_eq!(seen["updateNumber"], "PUT /api/v1/numbers/{id}");
    assert_eq!(seen["patchNumber"], "PATCH /api/v1/numbers/{id}");
}

#[test]
fn every_operation_has_a_title_and_a_description() {
    let document = document();
    let mut titles = BTreeSet::new();
    for Operation { name, it } in operations(&document) {
        let title = it["summary"].as_str().unwrap_or_default();
        assert!((3..=60).contains(&title.chars().count()) && !title.contains('\n'), "{name}: {title:?}");
        assert!(!title.ends_with('.'), "{name}: a title is no sentence: {title:?}");
        assert!(title.split_whitespace().count() <= 8, "{name}: {title:?} is no title of a few words");
        assert!(titles.insert(title.to_owned()), "{name}: {title:?} is another operation's title too");
        let description = it["description"].as_str().unwrap_or_default();
        // What it does is told first; who may ask for it is added of itself.
        let own = description.split("\n\n").next().unwrap_or_default();
        assert!(own.ends_with('.') && own.len() > 20 && !own.starts_with("Needs the permission"), "{name}: {own:?}");
    }
}

#[test]
fn every_operation_states_its_security_as_its_route_does() {
    let document = document();
    let operations: BTreeMap<_, _> = operations(&document).into_iter().map(|it| (it.name, it.it)).collect();
    let rules = router::rules();
    assert_eq!(rules.len(), operations.len());
    for rule in rules {
        let name = format!("{} {}", rule.method, rule.path);
        let expected = if rule.needs.bearer() { json!([{ "bearer": [] }]) } else { json!([]) };
        assert_eq!(operations[&name]["security"], expected, "{name}");
        if let Needs::Permission(permission) = rule.needs {
            let description = operations[&name]["description"].as_str().unwrap_or_default();
            assert!(description.contains(permission), "{name} does not tell {permission}");
        }
    }
}

#[test]
fn tags_are_described_in_the_order_of_a_journey() {
    let document = document();
    let tags: Vec<&str> =
        document["tags"].as_array().expect("tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
    assert_eq!((tags.first(), tags.last()), (Some(&"auth"), Some(&"sandbox")));
    assert!(document["tags"].as_array().expect("tags").iter().all(|tag| tag["description"].is_string()));
    for Operation { name, it } in operations(&document) {
        let tag = it["tags"][0].as_str().unwrap_or_default();
        assert!(tags.contains(&tag), "{name}: {tag:?}");
    }
}

#[test]
fn failures_and_headers_are_described_once() {
    let document = document();
    let mut components = BTreeMap::new();
    for Operation { name, it } in operations(&document) {
        for (status, response) in it["responses"].as_object().expect("responses") {
            if let Some(reference) = response["$ref"].as_str() {
                assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{name}: {reference}");
                components.insert(reference.to_owned(), status.clone());
            } else {
                assert!(status.starts_with('2'), "{name}: {status} is described in place");
                let header = &response["headers"]["X-Request-Id"];
                assert_eq!(header["$ref"], "#/components/headers/X-Request-Id", "{name}, {status}");
            }
        }
        let shared = &it["responses"]["500"]["$ref"];
        assert_eq!(shared, "#/components/responses/InternalError", "{name}");
    }
    for (reference, status) in components {
        let response = document.pointer(reference.trim_start_matches('#')).expect("looked at above");
        let code = &response["content"]["application/json"]["example"]["error"]["code"];
        let code: ErrorCode = code.as_str().and_then(|code| code.parse().ok()).expect("a code in the example");
        assert_eq!(code.status().as_str(), status, "{reference}");
    }
}

#[test]
fn nothing_is_described_that_nothing_refers_to() {
    let document = document();
    let text = document.to_string();
    for kind in ["schemas", "responses", "headers"] {
        for name in document["components"][kind].as_object().expect("components").keys() {
            assert!(text.contains(&format!("\"#/components/{kind}/{name}\"")), "{kind}/{name}");
        }
    }
}

#[test]
fn every_body_has_an_example_that_fits_its_schema() {
    let (document, mut validators, mut checked) = (document(), BTreeMap::new(), 0);
    for Operation { name, it } in operations(&document) {
        let responses = it["responses"].as_object().expect("responses").iter();
        let responses = responses.map(|(status, response)| match response["$ref"].as_str() {
            Some(reference) => {
                (status.as_str(), document.pointer(reference.trim_start_matches('#')).expect("described"))
            }
            None => (status.as_str(), response),
        });
        for (place, body) in responses.chain([("the request", &it["requestBody"])]) {
            for (kind, content) in body["content"].as_object().into_iter().flatten() {
                let schema = content.get("schema").unwrap_or_else(|| panic!("{name}, {place}, {kind}: no schema"));
                let example = content.get("example").unwrap_or_else(|| panic!("{name}, {place}, {kind}: no example"));
                if place.starts_with(['4', '5']) {
                    let code: ErrorCode =
                        example["error"]["code"].as_str().and_then(|code| code.parse().ok()).expect("a code");
                    assert_eq!(code.status().as_str(), place, "{name}");
                }
                // Most failures share theirs.
                let validator = validators.entry(schema.to_string()).or_insert_with(|| validator(&document, schema));
                let faults = faults(validator, example);
                assert!(faults.is_empty(), "{name}, {place}, {kind}: {faults:#?}\n{example:#}");
                checked += 1;
            }
        }
    }
    assert!(checked > 300, "only {checked} examples");
}

/// A stream's body is a text to the document; what its events hold is not.
#[test]
fn the_example_of_a_stream_holds_a_rental() {
    let document = document();
    let stream = &document["paths"]["/api/v1/verifications/{id}/stream"]["get"]["responses"]["200"];
    let example = stream["content"]["text/event-stream"]["example"].as_str().expect("an example");
    let data = example.lines().find_map(|line| line.strip_prefix("data: ")).expect("an event with data");
    let rental = json!({ "$ref": "#/components/schemas/VerificationView" });
    let faults = faults(&validator(&document, &rental), &serde_json::from_str(data).expect("JSON"));
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_body_that_may_be_left_out_is_none_that_may_be_null() {
    let document = document();
    let bodies = operations(&document).into_iter().filter(|Operation { it, .. }| it.get("requestBody").is_some());
    let optional: Vec<_> = bodies.filter(|Operation { it, .. }| it["requestBody"]["required"] != true).collect();
    assert!(optional.iter().any(|Operation { name, .. }| name == "POST /api/v1/auth/logout"));
    for Operation { name, it } in optional {
        let schema = it["requestBody"]["content"]["application/json"]["schema"].to_string();
        assert!(!schema.contains("null"), "{name}: {schema}");
    }
}

fn validator(document: &Value, schema: &Value) -> Validator {
    let mut schema = schema.clone();
    // The references of the document lead to its components.
    schema["components"] = document["components"].clone();
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
    options.build(&schema).expect("a schema that compiles")
}

/// What is wrong with an example.
fn faults(validator: &Validator, example: &Value) -> Vec<String> {
    validator.iter_errors(example).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_examples_of_schemas_fit_them() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        let Some(example) = schema.get("example").or_else(|| schema.pointer("/examples/0")) else { continue };
        let faults = faults(&validator(&document, schema), example);
        assert!(faults.is_empty(), "{name}: {faults:#?}");
    }
}
