//! Buying: races, partial success, money, repeats.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    TestDb,
    customer::{Customer, MoneyView},
    laws, on_both,
    product::Product,
};

on_both!(
    of_two_who_want_one_number_one_gets_it,
    of_twelve_who_want_three_numbers_three_get_one_each,
    who_wants_more_numbers_gets_those_that_are_left,
    without_money_there_is_no_order,
    a_wallet_pays_for_no_more_than_it_holds,
    a_repeat_under_its_key_is_the_same_purchase,
    repeats_at_once_are_one_purchase,
    what_cannot_be_bought_changes_nothing,
    orders_take_numbers_too,
    what_is_refused_leaves_room_for_what_is_bought,
);

const BUY: &str = "IncomingPhoneNumbers.create";

/// Nothing moved and nothing is owned.
async fn has_nothing(customer: &Customer, dollars: &str) {
    assert_eq!(customer.money().await, MoneyView::free(dollars));
    for list in ["/numbers", "/orders"] {
        let list = customer.api.get(list).await.data(200);
        assert!(list["data"].as_array().is_some_and(Vec::is_empty), "{list}");
    }
}

async fn of_two_who_want_one_number_one_gets_it(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, eve) = (product.customer(10).await, product.customer(10).await);
    // Each of five races has its own winner.
    for number in ada.offers("415", 5).await {
        product.twilio.count(BUY).await;
        let wanted = [number];
        let (one, other) = tokio::join!(ada.order(&wanted), eve.order(&wanted));
        let (won, lost) = if one.status == 201 { (one, other) } else { (other, one) };
        assert_eq!(won.data(201)["order"]["status"], "COMPLETED");
        lost.refused(409, "NUMBER_NOT_AVAILABLE");
        assert_eq!(product.twilio.counted(BUY).await, 1, "the carrier never heard of the loser");
    }
    let spent = |list: &Value| list["pagination"]["total"].as_i64().expect("a total");
    let mut sum = 0;
    for customer in [&ada, &eve] {
        let numbers = spent(&customer.api.get("/numbers").await.data(200));
        let orders = spent(&customer.api.get("/orders").await.data(200));
        assert_eq!(numbers, orders, "who lost has no order");
        let left = 10_000_000 - numbers * 1_380_000;
        assert_eq!(customer.money().await, MoneyView::free(&vocab::Amount::from_micros(left).to_string()));
        sum += numbers;
    }
    assert_eq!(sum, 5);
    laws::hold(&product.store, &product.twilio).await;
}

async fn of_twelve_who_want_three_numbers_three_get_one_each(db: TestDb) {
    let product = Product::start(&db).await;
    let mut customers = Vec::new();
    for _ in 0..12 {
        customers.push(product.customer(10).await);
    }
    let numbers = customers[0].offers("212", 3).await;
    product.twilio.count(BUY).await;
    let wanted: Vec<_> = (0..12).map(|at| [numbers[at % 3].clone()]).collect();
    let answers = join_all(customers.iter().zip(&wanted).map(|(customer, wanted)| customer.order(wanted))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.refused(409, "NUMBER_NOT_AVAILABLE");
    }
    assert_eq!(product.twilio.counted(BUY).await, 3);
    laws::hold(&product.store, &product.twilio).await;
}

async fn who_wants_more_numbers_gets_those_that_are_left(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, eve) = (product.customer(10).await, product.customer(10).await);
    let numbers = ada.offers("415", 4).await;
    // One is a customer's, one is gone at the carrier without our knowing.
    eve.buy(&numbers[1]).await;
    product.twilio.post("numbers", json!({ "phoneNumber": numbers[2], "owner": "other" })).await;
    let bought = ada.order(&numbers).await.data(201);
    assert_eq!(bought["order"]["status"], "PARTIAL", "{bought}");
    let results = bought["results"].as_array().expect("a result for each");
    let statuses: Vec<_> = results.iter().map(|result| result["status"].as_str().expect("a status")).collect();
    assert_eq!(statuses, ["SUCCESS", "FAILED", "FAILED", "SUCCESS"], "in the order of the request");
    for result in [&results[1], &results[2]] {
        assert_eq!(result["errorCode"], "NUMBER_NOT_AVAILABLE", "{result}");
    }
    assert_eq!(ada.money().await, MoneyView::free("7.24"), "two of four are paid for");
    let id = bought["order"]["id"].as_str().expect("an order");
    let order = ada.api.get(&format!("/orders/{id}")).await.data(200);
    for order in [&order, &bought["order"]] {
        let sums = ["totalAmount", "paidAmount", "returnedAmount"].map(|sum| order[sum].to_string());
        assert_eq!(sums, ["4.14", "2.76", "1.38"], "what was set aside, paid and given back");
    }
    let status = ada.api.get(&format!("/orders/{id}/status")).await.data(200);
    assert_eq!((&status["status"], &status["paymentStatus"]), (&json!("PARTIAL"), &json!("PARTIAL_REFUND")));
    laws::hold(&product.store, &product.twilio).await;
}

async fn without_money_there_is_no_order(db: TestDb) {
    let product = Product::start(&db).await;
    let (poor, rich) = (product.customer(1).await, product.customer(10).await);
    let number = poor.offers("415", 1).await;
    product.twilio.count(BUY).await;
    poor.order(&number).await.refused(402, "INSUFFICIENT_BALANCE");
    has_nothing(&poor, "1").await;
    assert_eq!(product.twilio.counted(BUY).await, 0);
    // Its claim went with it.
    rich.buy(&number[0]).await;
    // Of an order that is paid in part, the whole is refused, and the whole is what the buyer is told.
    poor.deposit(1).await;
    let refused = poor.order(&rich.offers("415", 3).await).await.refused(402, "INSUFFICIENT_BALANCE");
    assert_eq!(refused["details"], json!({ "available": 2, "required": 4.14 }));
    has_nothing(&poor, "2").await;
    laws::hold(&product.store, &product.twilio).await;
}

/// Ten dollars buy seven numbers at a dollar thirty-eight, however many are asked for at once.
async fn a_wallet_pays_for_no_more_than_it_holds(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(10).await;
    let numbers = ada.offers("646", 12).await;
    let wanted: Vec<_> = numbers.iter().map(|number| [number.clone()]).collect();
    let answers = join_all(wanted.iter().map(|wanted| ada.order(wanted))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 7);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.refused(402, "INSUFFICIENT_BALANCE");
    }
    assert_eq!(ada.money().await, MoneyView::free("0.34"));
    laws::hold(&product.store, &product.twilio).await;
}

fn wanted(number: &str) -> Value {
    json!({ "numbers": [{ "phoneNumber": number }] })
}

async fn a_repeat_under_its_key_is_the_same_purchase(db: TestDb) {
    let product = Product::start(&db).await;
    let (ada, eve) = (product.customer(10).await, product.customer(10).await);
    let numbers = ada.offers("415", 3).await;
    let path = "/numbers/purchase";
    let first = ada.api.post_once(path, "my key", wanted(&numbers[0])).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    let first = first.data(201);
    let again = ada.api.post_once(path, "my key", wanted(&numbers[0])).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.data(201)["order"]["id"], first["order"]["id"]);
    assert_eq!(ada.money().await, MoneyView::free("8.62"));
    ada.api.post_once(path, "my key", wanted(&numbers[1])).await.refused(422, "IDEMPOTENCY_MISMATCH");
    eve.api.post_once(path, "my key", wanted(&numbers[1])).await.data(201);
    for bad in ["", &"k".repeat(256), "tab\tkey"] {
        ada.api.post_once(path, bad, wanted(&numbers[2])).await.refused(400, "VALIDATION_ERROR");
    }
    laws::hold(&product.store, &product.twilio).await;
}

async fn repeats_at_once_are_one_purchase(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(50).await;
    for number in ada.offers("415", 3).await {
        let body = wanted(&number);
        let answers = join_all((0..8).map(|_| ada.api.post_once("/numbers/purchase", &number, body.clone()))).await;
        let mut orders: Vec<_> = answers
            .into_iter()
            .map(|answer| {
                // A repeat may come while the carrier has not answered the first.
                assert!(matches!(answer.status, 201 | 202), "{answer:?}");
                answer.body["data"]["order"]["id"].to_string()
            })
            .collect();
        orders.dedup();
        assert_eq!(orders.len(), 1);
    }
    laws::hold(&product.store, &product.twilio).await;
    assert_eq!(ada.money().await, MoneyView::free("45.86"));
}

async fn what_cannot_be_bought_changes_nothing(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(10).await;
    let number = ada.offers("415", 1).await.remove(0);
    product.twilio.count(BUY).await;
    let many: Vec<_> = (0..11).map(|n| json!({ "phoneNumber": format!("+1415555{n:04}") })).collect();
    let bad = [
        (json!({ "numbers": [] }), 400),
        (json!({ "numbers": many }), 400),
        (json!({ "numbers": [{ "phoneNumber": "12" }] }), 400),
        (json!({ "numbers": [{ "phoneNumber": "+1' OR 1=1; --" }] }), 400),
        (json!({ "numbers": [{ "phoneNumber": number }, { "phoneNumber": number }] }), 400),
        (json!({ "numbers": [{ "phoneNumber": number, "prise": 1 }] }), 400),
        (json!({ "numbers": [{ "phoneNumber": number }], "configuration": { "autoActivate": false } }), 400),
        (json!({ "numbers": [{ "phoneNumber": number }], "billing": { "promoCode": "FREE" } }), 400),
        (json!({}), 400),
        (json!([]), 400),
        (json!("+14155550100"), 400),
    ];
    for (body, status) in bad {
        let answer = ada.api.post("/numbers/purchase", body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        answer.refused(status, "VALIDATION_ERROR");
    }
    has_nothing(&ada, "10").await;
    assert_eq!(product.twilio.counted(BUY).await, 0);
    laws::hold(&product.store, &product.twilio).await;
}

async fn orders_take_numbers_too(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(10).await;
    let number = ada.offers("415", 1).await.remove(0);
    let item = json!({ "type": "PHONE_NUMBER", "itemId": number, "quantity": 1 });
    let order = ada.api.post("/orders", json!({ "items": [item] })).await.data(201);
    assert_eq!((&order["status"], &order["numbers"][0]["phoneNumber"]), (&json!("COMPLETED"), &json!(number)));
    let id = order["id"].as_str().expect("an order");
    let late = ada.api.put(&format!("/orders/{id}/cancel"), json!({})).await;
    assert_eq!(late.status, 409, "what is delivered cannot be cancelled: {}", late.body);
    laws::hold(&product.store, &product.twilio).await;
}

async fn what_is_refused_leaves_room_for_what_is_bought(db: TestDb) {
    let product = Product::start_with(&db, &[("RATE_LIMIT_ENABLED", "true")]).await;
    let ada = product.customer(0).await;
    let offers = ada.offers("415", 12).await;
    let left = |answer: &crate::support::api::Answer| {
        let limit = answer.header("ratelimit").unwrap_or_default().to_owned();
        limit.split(';').find_map(|part| part.strip_prefix("r=")).map(str::to_owned)
    };
    for _ in 0..12 {
        let poor = ada.order(&offers[..1]).await;
        assert_eq!(left(&poor).as_deref(), Some("10"));
        poor.refused(402, "INSUFFICIENT_BALANCE");
    }
    ada.deposit(20).await;
    let body = |number: &String| json!({ "numbers": [{ "phoneNumber": number }] });
    ada.api.post_once("/numbers/purchase", "once", body(&offers[0])).await.data(201);
    for _ in 0..12 {
        let again = ada.api.post_once("/numbers/purchase", "once", body(&offers[0])).await;
        assert_eq!((again.header("idempotent-replayed"), left(&again).as_deref()), (Some("true"), Some("9")));
        let other = ada.api.post_once("/numbers/purchase", "once", body(&offers[1])).await;
        other.refused(422, "IDEMPOTENCY_MISMATCH");
    }
    for number in &offers[1..10] {
        ada.order(std::slice::from_ref(number)).await.data(201);
    }
    ada.order(&offers[10..11]).await.refused(429, "RATE_LIMIT_EXCEEDED");
    let another = ada.api.post_once("/numbers/purchase", "another", body(&offers[10])).await;
    another.refused(429, "RATE_LIMIT_EXCEEDED");
    // What was bought before can still be asked for.
    let again = ada.api.post_once("/numbers/purchase", "once", body(&offers[0])).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")), "{}", again.body);
    let other = ada.api.post_once("/numbers/purchase", "once", body(&offers[1])).await;
    other.refused(422, "IDEMPOTENCY_MISMATCH");
}
