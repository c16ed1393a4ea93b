use serde_json::json;

use super::*;

fn valid() -> Value {
    json!({"numbers": [{"phoneNumber": "+14155550132", "quantity": 1}]})
}

fn with(field: &str, value: Value) -> String {
    let mut body = valid();
    body[field] = value;
    body.to_string()
}

#[tokio::test]
async fn a_valid_body_is_read_and_answered_in_the_envelope() {
    let reply = Demo::new().post(valid().to_string()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.json);
    assert_eq!(reply.json["success"], true);
    assert_eq!(reply.json["meta"]["version"], "v1");
    assert_eq!(reply.json["meta"]["timestamp"], "2026-01-01T00:00:00.000Z");
    assert_eq!(reply.json["meta"]["requestId"], reply.header("x-request-id"));
    assert!(reply.json["data"]["text"].as_str().unwrap().contains("quantity: 1"));
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    let body = json!({
        "numbers": [{"phoneNumber": "nonsense", "quantity": 0, "colour": "red"}, {"quantity": "many"}],
        "maxPrice": "cheap", "password": "short", "address": {"line1": 5}, "frobnicate": {"a": 1},
    });
    let reply = Demo::new().post(body.to_string()).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::BAD_REQUEST, "VALIDATION_ERROR"));
    let mut faults = reply.faults();
    faults.sort();
    insta::assert_snapshot!(faults.join("\n"), @r"
    address.country: is required
    address.line1: must be text
    frobnicate: is not a field that we know
    maxPrice: must be a number
    numbers[0].colour: is not a field that we know
    numbers[0].phoneNumber: must match ^\+[1-9][0-9]{1,14}$, as in +14155552671
    numbers[0].quantity: must be at least 1
    numbers[1].phoneNumber: is required
    numbers[1].quantity: must be a whole number
    password: must have at least 8 characters
    ");
    let text = reply.json.to_string();
    assert!(text.contains("nonsense") && !text.contains("short"), "values are shown, secrets are not: {text}");
}

#[tokio::test]
async fn rules_beyond_the_schema_name_the_same_fields() {
    let body = json!({"numbers": [{"phoneNumber": "+14155550132", "quantity": 11}], "contactEmail": "nobody"});
    let faults = Demo::new().post(body.to_string()).await.faults();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("contactEmail: not a valid email"), "{faults:?}");
    assert_eq!(faults[1], "numbers[0].quantity: greater than 10");
}

#[tokio::test]
async fn what_the_schema_refuses_does_not_hide_what_the_rules_refuse() {
    let body = json!({"numbers": [{"phoneNumber": "+14155550132", "quantity": 11}], "contactEmail": "nobody",
        "maxPrice": "cheap", "frobnicate": 1, "address": {"line1": "a\u{0}b", "country": "us"}});
    let mut faults = Demo::new().post(body.to_string()).await.faults();
    faults.sort();
    let fields: Vec<_> = faults.iter().filter_map(|fault| fault.split(':').next()).collect();
    assert_eq!(
        fields,
        ["address.line1", "contactEmail", "frobnicate", "maxPrice", "numbers[0].quantity"],
        "{faults:?}"
    );
}

#[tokio::test]
async fn null_for_an_absent_field_and_every_spelling_of_a_name_are_fine() {
    let demo = Demo::new();
    for (field, value) in [
        ("maxPrice", json!(null)),
        ("address", json!(null)),
        ("numberType", json!(null)),
        ("numberType", json!("tollFree")),
        ("numberType", json!("toll-free")),
        ("maxPrice", json!(1.5)),
        ("address", json!({"line1": "x", "country": "us"})),
    ] {
        let reply = demo.post(with(field, value.clone())).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{field} {value}: {}", reply.json);
    }
    let reply = demo.post(with("numberType", json!("carrier pigeon"))).await;
    assert!(reply.faults()[0].starts_with("numberType: must be one of LOCAL, TOLL_FREE"), "{:?}", reply.faults());
}

#[tokio::test]
async fn whole_numbers_may_have_a_point() {
    let demo = Demo::new();
    for quantity in ["3.0", "0.3e1"] {
        let body = format!(r#"{{"numbers":[{{"phoneNumber":"+14155550132","quantity":{quantity}}}]}}"#);
        let reply = demo.post(body).await;
        assert!(reply.json["data"]["text"].as_str().unwrap_or_default().contains("quantity: 3"), "{}", reply.json);
    }
    let body = r#"{"numbers":[{"phoneNumber":"+14155550132","quantity":3.5}]}"#;
    assert_eq!(demo.post(body).await.faults(), ["numbers[0].quantity: must be a whole number"]);
}

#[tokio::test]
async fn money_keeps_its_digits() {
    let body = r#"{"numbers":[{"phoneNumber":"+14155550132","quantity":1}],"maxPrice":9007199254.740993}"#;
    let reply = Demo::new().post(body).await;
    assert!(reply.json["data"]["text"].as_str().unwrap().contains("9007199254.740993"), "{}", reply.json);
}

#[tokio::test]
async fn hostile_bodies_are_refused_and_break_nothing() {
    let demo = Demo::new();
    let deep = format!("{}{}", "[".repeat(100_000 / 4), "]".repeat(100_000 / 4));
    let huge = format!(r#"{{"numbers":[{{"phoneNumber":"+14155550132","quantity":1{}}}]}}"#, "0".repeat(5_000));
    for body in [
        "",
        "{",
        "null",
        "[]",
        "3",
        r#""text""#,
        "{}",
        "{\"numbers\":}",
        "\u{feff}{}",
        r#"{"numbers":{"$serde_json::private::Number":"x"}}"#,
        r#"{"numbers":[{"phoneNumber":{"$serde_json::private::Number":"1"},"quantity":1}]}"#,
        r#"{"numbers":[{"phoneNumber":"+14155550132","quantity":1e400}]}"#,
        r#"{"numbers":[{"phoneNumber":"+14155550132","quantity":-1}]}"#,
        r#"{"numbers":[{"phoneNumber":"\ud800","quantity":1}]}"#,
        deep.as_str(),
        huge.as_str(),
    ] {
        let reply = demo.post(body.to_owned()).await;
        assert_eq!((reply.status, reply.code()), (StatusCode::BAD_REQUEST, "VALIDATION_ERROR"), "{body:.80}");
        assert!(!reply.faults().is_empty(), "{body:.80}");
    }
    assert_eq!(demo.post(b"{\"a\":\"\xff\"}".to_vec()).await.status, StatusCode::BAD_REQUEST);
    let nul = demo.post(r#"{"numbers":[],"contactEmail":"a\u0000b"}"#).await.faults();
    assert!(nul.contains(&"contactEmail: must not contain the character U+0000".to_owned()), "{nul:?}");
}

#[tokio::test]
async fn media_type_and_size() {
    let demo = Demo::new();
    let post = |media: Option<&str>, body: String| {
        let mut request = request(Method::POST, "/demo");
        if let Some(media) = media {
            request = request.header("content-type", media);
        }
        request.body(HttpBody::from(body)).unwrap()
    };
    for media in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("")] {
        let reply = demo.send(post(media, valid().to_string())).await;
        assert_eq!(
            (reply.status, reply.code()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"),
            "{media:?}"
        );
    }
    for coding in ["gzip", "br", "identity, gzip"] {
        let mut request = post(Some("application/json"), valid().to_string());
        request.headers_mut().insert("content-encoding", coding.parse().unwrap());
        let reply = demo.send(request).await;
        assert_eq!((reply.status, reply.header("accept-encoding")), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "identity"));
    }
    assert_eq!(demo.send(post(None, String::new())).await.faults(), ["body: is required, as JSON"]);
    let large = demo.send(post(Some("application/json"), " ".repeat(64 * 1024 + 1))).await;
    assert_eq!((large.status, large.code()), (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"));
    let body = valid().to_string();
    let just_fits = format!("{body}{}", " ".repeat(64 * 1024 - body.len()));
    assert_eq!(demo.send(post(Some("application/json"), just_fits)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn idempotency_keys_and_replays() {
    let demo = Demo::new();
    let post = |key: &str| {
        let request = request(Method::POST, "/demo").header("content-type", "application/json");
        request.header("idempotency-key", key).body(HttpBody::from(valid().to_string())).unwrap()
    };
    assert_eq!(demo.send(post("\"again\"")).await.header("idempotent-replayed"), "true");
    assert_eq!(demo.send(post("first")).await.header("idempotent-replayed"), "");
    let refused = demo.send(post(&"k".repeat(256))).await;
    assert_eq!(refused.faults(), ["Idempotency-Key: must be 1 to 255 printable ASCII characters"]);
}

#[tokio::test]
async fn put_is_patch_and_delete_takes_options_from_body_or_query() {
    let demo = Demo::new();
    let path = format!("/demo/num_{}", "0".repeat(32));
    let send = |method: Method, path: &str, body: &str| {
        let request = request(method, path).header("authorization", "Bearer owner");
        let request = if body.is_empty() { request } else { request.header("content-type", "application/json") };
        request.body(HttpBody::from(body.to_owned())).unwrap()
    };
    let item = r#"{"phoneNumber":"+14155550132","quantity":2}"#;
    for method in [Method::PUT, Method::PATCH] {
        let reply = demo.send(send(method, &path, item)).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.json);
    }
    let by_query = demo.send(send(Method::DELETE, &format!("{path}?line1=a&country=US"), "")).await;
    let by_body = demo.send(send(Method::DELETE, &path, r#"{"line1":"a","country":"US"}"#)).await;
    assert_eq!(by_query.status, StatusCode::OK, "{}", by_query.json);
    assert_eq!(by_query.json["data"], by_body.json["data"]);
    let refused = demo.send(send(Method::DELETE, &format!("{path}?line2=a"), "")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    for malformed in ["/demo/nonsense", "/demo/num_x", "/demo/%00", "/demo/%ff", "/demo/%f0%9f%98%80"] {
        let reply = demo.send(send(Method::PUT, malformed, item)).await;
        assert_eq!((reply.status, reply.code()), (StatusCode::NOT_FOUND, "NOT_FOUND"), "{malformed}");
    }
}
