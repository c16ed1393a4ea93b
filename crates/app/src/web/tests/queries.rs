use super::*;

async fn text(path: &str) -> String {
    let reply = Demo::new().get(path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.json);
    reply.json["data"]["text"].as_str().unwrap().to_owned()
}

async fn faults(path: &str) -> Vec<String> {
    let reply = Demo::new().get(path).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::BAD_REQUEST, "VALIDATION_ERROR"), "{path}: {}", reply.json);
    reply.faults()
}

#[tokio::test]
async fn lists_repeat_or_have_commas() {
    for path in
        ["?numberType=local&numberType=tollFree", "?numberType=LOCAL,toll-free", "?numberType=local,%20TOLL_FREE"]
    {
        assert!(text(&format!("/demo/search{path}")).await.contains("[Local, TollFree]"), "{path}");
    }
    assert!(text("/demo/search").await.contains("number_type: []"));
}

#[tokio::test]
async fn numbers_and_flags_are_read_from_text() {
    let read = text("/demo/search?priceMax=2.50&excludeRestricted=true&contains=FLO+%2B").await;
    assert!(read.contains("2.5") && read.contains("Some(true)") && read.contains("FLO +"), "{read}");
    assert!(text("/demo/search?contains=12345").await.contains("Some(\"12345\")"), "digits stay text in a text field");
}

#[tokio::test]
async fn every_bad_parameter_is_named_at_once() {
    let mut bad =
        faults("/demo/search?priceMax=cheap&excludeRestricted=maybe&contains=toolong&colour=red&numberType=x").await;
    bad.sort();
    insta::assert_snapshot!(bad.join("\n"), @r"
    colour: is not a parameter that we know
    contains: must have at most 5 characters
    excludeRestricted: must be true or false
    numberType[0]: must be one of LOCAL, TOLL_FREE, MOBILE, NATIONAL, INTERNATIONAL, PREMIUM, SHARED_COST
    priceMax: must be a number
    ");
    assert_eq!(faults("/demo/search?contains=a&contains=b").await, ["contains: is given more than once"]);
    assert_eq!(faults("/demo/search?contains=%ff").await, ["contains: is not UTF-8"]);
    assert_eq!(faults("/demo/search?contains=%00").await, ["contains: must not contain the character U+0000"]);
}

#[tokio::test]
async fn pages_and_cursors() {
    let demo = Demo::new();
    let list = demo.get("/demo?numberType=local").await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.json);
    assert_eq!(
        list.json["data"]["pagination"],
        serde_json::json!({
            "page": 1, "limit": 20, "total": 2, "totalPages": 1, "hasNext": false, "hasPrevious": false
        })
    );
    assert_eq!(demo.get("/demo?page=2&limit=100").await.json["data"]["pagination"]["hasPrevious"], true);
    for bad in
        ["limit=0", "limit=101", "page=0", "page=x", "cursor=zz", "limit=99999999999999999999", "page=1&cursor=0-0"]
    {
        faults(&format!("/demo?{bad}")).await;
    }
    let both = faults("/demo?limit=0&colour=red").await;
    assert_eq!(both, ["limit: must be at least 1", "colour: is not a parameter that we know"]);
    let cursor = vocab::Cursor { at: Ambient::fixed(1).wall(), id: uuid::Uuid::nil() };
    let after = demo.get(&format!("/demo?cursor={cursor}")).await;
    assert_eq!(after.status, StatusCode::OK, "{}", after.json);
}
