use super::*;

#[test]
fn every_operation_states_its_rules() {
    let demo = Demo::new();
    let rule = |method: Method, path: &str| {
        let rule = demo.rules.iter().find(|rule| rule.method == method && rule.path == path).unwrap();
        (rule.needs, rule.limit)
    };
    assert_eq!(demo.rules.len(), 12);
    assert_eq!(rule(Method::PATCH, "/api/v1/demo/{id}"), (Needs::Permission("demo:write"), Limit::Default));
    assert_eq!(rule(Method::GET, "/api/v1/demo/search"), (Needs::Nobody, Limit::Search));
}

#[test]
fn the_document_says_what_is_served() {
    let document = serde_json::to_value(&Demo::new().document).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    let statuses = |pointer: &str| -> Vec<String> {
        let responses = document.pointer(pointer).unwrap()["responses"].as_object().unwrap();
        responses.keys().cloned().collect()
    };
    assert_eq!(
        statuses("/paths/~1api~1v1~1demo/post"),
        ["201", "400", "405", "409", "413", "415", "422", "500", "503"]
    );
    let put = ["200", "400", "401", "403", "404", "405", "413", "415", "429", "500", "503"];
    assert_eq!(statuses("/paths/~1api~1v1~1demo~1{id}/put"), put);
    assert_eq!(statuses("/paths/~1api~1v1~1demo~1{id}/patch"), put);
    let search = &document["paths"]["/api/v1/demo/search"]["get"];
    let names: Vec<&str> =
        search["parameters"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["numberType", "priceMax", "excludeRestricted", "contains"]);
    let update = &document["paths"]["/api/v1/demo/{id}"]["put"];
    assert_eq!(update["security"], serde_json::json!([{"bearer": []}]));
    assert_eq!(update["x-required-permission"], "demo:write");
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|field| references(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = serde_json::to_value(&Demo::new().document).unwrap();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn answers_fit_the_document() {
    let demo = Demo::new();
    let document = serde_json::to_value(&demo.document).unwrap();
    let validator = |pointer: &str| {
        let mut response = document.pointer(pointer).unwrap();
        if let Some(shared) = response["$ref"].as_str() {
            response = document.pointer(shared.trim_start_matches('#')).unwrap();
        }
        let mut schema = response["content"]["application/json"]["schema"].clone();
        assert!(schema.is_object(), "{pointer}");
        schema["components"] = document["components"].clone();
        jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
    };
    for (path, status) in [("/demo", 200), ("/demo/search", 200), ("/demo/search?x=1", 400), ("/demo/panic", 500)] {
        let documented = format!("/api/v1{}", path.split('?').next().unwrap()).replace('/', "~1");
        let validator = validator(&format!("/paths/{documented}/get/responses/{status}"));
        let reply = demo.get(path).await;
        assert_eq!(reply.status.as_u16(), status);
        let faults: Vec<String> = validator.iter_errors(&reply.json).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{path}: {faults:?}");
    }
}
