//! What operators do is put down, with who and why.

use serde_json::{Value, json};

use super::{operator, texted};
use crate::support::{TestDb, api::Api, on_both, product::Product};

on_both!(texts_are_revealed_for_a_reason_and_put_down, work_on_the_pool_is_put_down, so_are_tests_and_the_clock);

const POOL: &str = "/admin/pool/numbers";

/// What was put down of one kind, the latest first.
async fn entries(operator: &Api, action: &str) -> Vec<Value> {
    let list = operator.get(&format!("/admin/audit?action={action}")).await.data(200);
    list["data"].as_array().expect("a list").clone()
}

async fn texts_are_revealed_for_a_reason_and_put_down(db: TestDb) {
    let product = Product::start(&db).await;
    let (operator, customer) = (operator(&product), product.customer(10).await);
    let (id, code) = texted(&customer.api).await;
    let path = format!("/admin/verifications/{id}/reveal");
    operator.post(&path, json!({})).await.refused(400, "VALIDATION_ERROR");
    operator.post(&path, json!({ "reason": "" })).await.refused(400, "VALIDATION_ERROR");
    customer.api.post(&path, json!({ "reason": "mine" })).await.refused(403, "AUTHORIZATION_ERROR");
    assert!(entries(&operator, "VERIFICATION_REVEALED").await.is_empty(), "nothing was shown");

    let shown = operator.post(&path, json!({ "reason": "a dispute" })).await.data(200);
    assert_eq!((&shown["messages"][0]["code"], &shown["id"]), (&json!(code), &json!(id)), "{shown}");
    let put_down = entries(&operator, "VERIFICATION_REVEALED").await;
    let [entry] = put_down.as_slice() else { panic!("one look, one entry: {put_down:?}") };
    assert_eq!((&entry["subject"], &entry["after"]["reason"]), (&json!(id), &json!("a dispute")), "{entry}");
    assert_eq!(entry["after"]["accountId"], shown["accountId"], "{entry}");
    assert!(!entry.to_string().contains(&code), "the words stay where they are: {entry}");
    let nobody = operator.post("/admin/verifications/ver_0/reveal", json!({ "reason": "x" })).await;
    nobody.refused(404, "NOT_FOUND");
    product.stop().await;
}

async fn work_on_the_pool_is_put_down(db: TestDb) {
    let product = Product::start(&db).await;
    let operator = operator(&product);
    let wish = json!({ "countryCode": "US", "quantity": 2 });
    let bought = operator.post_once(POOL, "k", wish.clone()).await.data(201);
    operator.post_once(POOL, "k", wish).await.data(201);
    let added = entries(&operator, "POOL_NUMBERS_ADDED").await;
    let [entry] = added.as_slice() else { panic!("one order, one entry: {added:?}") };
    assert_eq!(entry["after"]["ordered"].as_array().map(Vec::len), Some(2), "{entry}");
    assert!(entry["userId"].is_string(), "{entry}");

    let id = bought["numbers"][0]["id"].as_str().expect("an id");
    for _ in 0..2 {
        operator.post(&format!("{POOL}/{id}/drain"), json!({})).await.data(200);
    }
    for _ in 0..2 {
        operator.delete(&format!("{POOL}/{id}")).await.data(200);
    }
    let drained = entries(&operator, "POOL_NUMBER_DRAINED").await;
    let removed = entries(&operator, "POOL_NUMBER_REMOVED").await;
    assert_eq!((drained.len(), removed.len()), (1, 1), "a repeat changes nothing: {drained:?} {removed:?}");
    assert_eq!((&drained[0]["before"]["state"], &drained[0]["subject"]), (&json!("ACTIVE"), &json!(id)));
    assert_eq!(
        (&removed[0]["before"]["state"], &removed[0]["after"]["state"]),
        (&json!("DRAINING"), &json!("REMOVED"))
    );

    // Its number is the operator's still, and comes back.
    let number = &bought["numbers"][0]["phoneNumber"];
    operator.post(POOL, json!({ "phoneNumbers": [number] })).await.data(201);
    let added = entries(&operator, "POOL_NUMBERS_ADDED").await;
    assert_eq!((added.len(), &added[0]["after"]["phoneNumber"]), (2, number), "{added:?}");
    product.stop().await;
}

async fn so_are_tests_and_the_clock(db: TestDb) {
    let product = Product::start(&db).await;
    let operator = operator(&product);
    operator.post("/admin/providers/SMS_MAN/test", json!({})).await.data(200);
    let tested = entries(&operator, "PROVIDER_TESTED").await;
    assert_eq!((tested.len(), &tested[0]["after"]["works"]), (1, &json!(true)), "{tested:?}");
    for seconds in [60, 0] {
        product.api.post("/sandbox/clock", json!({ "advanceSeconds": seconds })).await.data(200);
    }
    let moved = entries(&operator, "CLOCK_ADVANCED").await;
    let [entry] = moved.as_slice() else { panic!("a look is no move: {moved:?}") };
    assert_eq!((&entry["after"]["advancedSeconds"], &entry["userId"]), (&json!(60), &Value::Null), "{entry}");
    product.stop().await;
}
