//! Numbers for which the carrier asks for more than money: told in a search, refused before an order.

use serde_json::{Value, json};

use crate::support::{
    TestDb,
    customer::{Customer, MoneyView},
    laws, on_both,
    product::Product,
};

on_both!(
    what_a_number_asks_for_is_told_before_it_is_bought,
    a_purchase_names_what_each_number_lacks,
    what_another_process_has_shown_is_asked_of_the_carrier,
    a_carrier_that_tells_no_regulation_is_done_without,
    the_pool_leaves_out_what_asks_for_documents,
);

const BUY: &str = "IncomingPhoneNumbers.create";
const SEARCH: &str = "AvailablePhoneNumbers.list";
const REGULATIONS: &str = "Regulations.list";

/// Numbers on offer, with what stands beside them.
async fn found(customer: &Customer, query: &str) -> Vec<Value> {
    let mut found = customer.api.get(&format!("/numbers/search?{query}")).await.data(200);
    let numbers = found["numbers"].as_array_mut().map(std::mem::take).unwrap_or_else(|| panic!("a list: {found}"));
    assert!(!numbers.is_empty(), "{query} has stock");
    numbers
}

fn restrictions(number: &Value) -> Vec<&str> {
    let list = number["restrictions"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|text| text.as_str().expect("a sentence")).collect()
}

async fn what_a_number_asks_for_is_told_before_it_is_bought(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(0).await;
    product.twilio.count(REGULATIONS).await;
    for _ in 0..2 {
        for german in found(&ada, "countryCode=DE&limit=3").await {
            let [address, bundle] = restrictions(&german)[..] else { panic!("both: {german}") };
            assert_eq!(address, "The carrier asks for an address of the owner in the number's country.");
            assert!(
                bundle.contains("regulatory bundle") && bundle.contains("of a business: Business Name"),
                "{bundle}"
            );
        }
    }
    assert_eq!(product.twilio.counted(REGULATIONS).await, 1, "what is known is not asked again");
    for austrian in found(&ada, "countryCode=AT&limit=3").await {
        assert_eq!(restrictions(&austrian).len(), 1, "an address only: {austrian}");
    }
    for american in found(&ada, "countryCode=US&limit=3").await {
        assert_eq!(american.get("restrictions"), None, "{american}");
    }
}

async fn a_purchase_names_what_each_number_lacks(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(100).await;
    let number = |number: &Value| number["phoneNumber"].as_str().expect("a number").to_owned();
    let local = number(&found(&ada, "countryCode=DE&limit=1").await[0]);
    let mobile = number(&found(&ada, "countryCode=FR&numberType=mobile&limit=1").await[0]);
    let free = ada.offers("415", 1).await.remove(0);
    product.twilio.count(BUY).await;

    let wanted = [local.clone(), free.clone(), mobile.clone()];
    let refused = ada.order(&wanted).await.refused(422, "REQUIREMENTS_NOT_MET");
    let numbers = refused["details"]["numbers"].as_array().unwrap_or_else(|| panic!("details: {refused}"));
    let told = |number: &str, country: &str, kind: &str, place: &str, entry: &Value| {
        assert_eq!(
            (&entry["phoneNumber"], &entry["countryCode"], &entry["numberType"]),
            (&json!(number), &json!(country), &json!(kind)),
            "{entry}"
        );
        assert_eq!(entry["missing"][0], json!({ "requirement": "ADDRESS", "where": place }), "{entry}");
        let bundle = &entry["missing"][1];
        assert_eq!(bundle["requirement"], "REGULATORY_BUNDLE", "{entry}");
        assert_eq!(bundle["individual"], json!(["Name", "Address (Proof of Address)"]), "{entry}");
        assert_eq!(bundle["business"], json!(["Business Name", "Business Address (Proof of Address)"]), "{entry}");
    };
    assert_eq!(numbers.len(), 2, "the free one lacks nothing: {refused}");
    told(&local, "DE", "LOCAL", "IN_COUNTRY", &numbers[0]);
    told(&mobile, "FR", "MOBILE", "ANYWHERE", &numbers[1]);
    let message = refused["message"].as_str().expect("a message");
    for part in [&local, &mobile, "choose numbers that a search shows without restrictions"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!message.contains(&free), "{message}");

    // A number that no search has shown is asked of the carrier.
    let item = json!({ "type": "PHONE_NUMBER", "itemId": "+551131234567", "quantity": 1 });
    let refused = ada.api.post("/orders", json!({ "items": [item] })).await.refused(422, "REQUIREMENTS_NOT_MET");
    let missing = &refused["details"]["numbers"][0]["missing"];
    let [address, bundle] = [&missing[0]["requirement"], &missing[1]["requirement"]];
    assert_eq!((address, bundle), (&json!("ADDRESS"), &json!("REGULATORY_BUNDLE")), "{refused}");

    assert_eq!(product.twilio.counted(BUY).await, 0);
    assert_eq!(ada.money().await, MoneyView::free("100"));
    assert_eq!(ada.api.get("/orders").await.data(200)["pagination"]["total"], 0);
    ada.buy(&free).await;
    laws::hold(&product.store, &product.twilio).await;
}

/// Austrian numbers ask for an address and no bundle, so that only the number itself tells.
async fn what_another_process_has_shown_is_asked_of_the_carrier(db: TestDb) {
    let shown = {
        let product = Product::start(&db).await;
        let ada = product.customer(0).await;
        found(&ada, "countryCode=AT&limit=1").await[0]["phoneNumber"].as_str().expect("a number").to_owned()
    };
    let product = Product::start(&db).await;
    let bob = product.customer(10).await;
    product.twilio.count(BUY).await;
    let refused = bob.order(std::slice::from_ref(&shown)).await.refused(422, "REQUIREMENTS_NOT_MET");
    let missing = &refused["details"]["numbers"][0]["missing"];
    assert_eq!(missing, &json!([{ "requirement": "ADDRESS", "where": "IN_COUNTRY" }]), "{refused}");
    assert_eq!(product.twilio.counted(BUY).await, 0);
    // A carrier that does not say lets the purchase go on, and says it there.
    product.twilio.fault(SEARCH, "status:503", 10).await;
    let eve = product.customer(10).await;
    let late = eve.order(&[number_beside(&shown)]).await.data(201);
    let refusal = (&late["order"]["status"], &late["results"][0]["errorCode"]);
    assert_eq!(refusal, (&json!("FAILED"), &json!("REQUIREMENTS_NOT_MET")), "{late}");
    assert_eq!((bob.money().await, eve.money().await), (MoneyView::free("10"), MoneyView::free("10")));
    laws::hold(&product.store, &product.twilio).await;
}

/// A number that nobody has been shown.
fn number_beside(number: &str) -> String {
    let (head, last) = number.split_at(number.len() - 1);
    format!("{head}{}", (last.parse::<u8>().expect("a digit") + 1) % 10)
}

async fn a_carrier_that_tells_no_regulation_is_done_without(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(10).await;
    for (fault, country) in [("hang", "FR"), ("status:503", "BR"), ("code:20404", "DE")] {
        product.twilio.fault(REGULATIONS, fault, 10).await;
        let number = found(&ada, &format!("countryCode={country}&limit=1")).await.remove(0);
        assert_eq!(restrictions(&number).len(), 1, "{fault}: the address is known all the same: {number}");
        product.twilio.mend().await;
    }
    product.twilio.fault(REGULATIONS, "fail_before", 10).await;
    let free = ada.offers("415", 1).await.remove(0);
    ada.buy(&free).await;
    laws::hold(&product.store, &product.twilio).await;
}

async fn the_pool_leaves_out_what_asks_for_documents(db: TestDb) {
    let product = Product::start(&db).await;
    let operator = product.api.bearing(product.sandbox["admin"]["apiKey"].as_str().expect("a key"));
    product.twilio.count(SEARCH).await;
    let wish = json!({ "countryCode": "HK", "numberType": "mobile", "quantity": 1 });
    let refused = operator.post("/admin/pool/numbers", wish).await.refused(409, "NUMBER_NOT_AVAILABLE");
    assert_eq!(refused["details"], json!({ "available": 0 }), "{refused}");
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("another country or type")), "{refused}");
    assert_eq!(product.twilio.counted(SEARCH).await, 0, "documents are asked for whatever the number");
    assert!(product.twilio.held().await.is_empty());
}
