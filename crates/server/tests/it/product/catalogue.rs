//! What can be rented, where and for how much; and what is said of services and countries that do not exist.

use serde_json::{Value, json};

use super::rentals::renting;
use crate::support::{TestDb, api::Api, laws, on_both};

on_both!(
    what_does_not_exist_is_told_from_what_is_out_of_stock,
    services_and_countries_lead_to_a_purchase,
    prices_come_by_pages,
    filters_are_held_to_what_exists,
);

const NO_SERVICE: &str = "is a service that no supplier has: GET /verifications/services lists them";
const NO_COUNTRY: &str = "is a country in which no supplier sells: GET /verifications/countries lists them";
const BRITISH: &str = "must be an ISO 3166-1 country code: the United Kingdom is GB";

/// A fault as `details` has it.
fn fault(field: &str, message: &str) -> Value {
    json!({ "field": field, "message": message })
}

/// The rows of a list of one page.
async fn rows(api: &Api, path: &str) -> Vec<Value> {
    let list = api.get(path).await.data(200);
    assert_eq!(list["pagination"]["hasNext"], false, "{path}");
    list["data"].as_array().expect("rows").clone()
}

async fn what_does_not_exist_is_told_from_what_is_out_of_stock(db: TestDb) {
    let (product, ada) = renting(&db).await;
    for (asked, faults) in [
        (json!({ "serviceCode": "nope", "country": "US" }), vec![fault("serviceCode", NO_SERVICE)]),
        (json!({ "serviceCode": "tg", "country": "AQ" }), vec![fault("country", NO_COUNTRY)]),
        (json!({ "serviceCode": "tg", "country": "uk" }), vec![fault("country", BRITISH)]),
        (
            json!({ "serviceCode": "nope", "country": "AQ" }),
            vec![fault("serviceCode", NO_SERVICE), fault("country", NO_COUNTRY)],
        ),
    ] {
        for path in ["/verifications", "/orders"] {
            let refused = ada.api.post(path, asked.clone()).await.refused(400, "VALIDATION_ERROR");
            assert_eq!(refused["details"], json!(faults), "{path} {asked}");
            assert_eq!(refused["field"], faults[0]["field"], "{path} {asked}");
        }
        let items = ["tg", "wa"].map(|service| json!({ "serviceCode": service, "country": "US" }));
        let items = items.into_iter().chain([asked.clone()]);
        let items = items.enumerate().map(|(at, metadata)| {
            json!({ "type": "VERIFICATION", "itemId": at.to_string(), "quantity": 1, "metadata": metadata })
        });
        let order = json!({ "items": items.collect::<Vec<_>>() });
        let refused = ada.api.post("/orders", order).await.refused(400, "VALIDATION_ERROR");
        let named = |fault: &Value| {
            let field = format!("items[2].metadata.{}", fault["field"].as_str().expect("a field"));
            json!({ "field": field, "message": fault["message"] })
        };
        assert_eq!(refused["details"], json!(faults.iter().map(named).collect::<Vec<_>>()), "{asked}");
    }
    // One that suppliers list and none has; one that is sold elsewhere.
    for (service, country) in [("zz", "US"), ("tg", "SY")] {
        let asked = json!({ "serviceCode": service, "country": country });
        for path in ["/verifications", "/orders"] {
            ada.api.post(path, asked.clone()).await.refused(409, "NUMBER_NOT_AVAILABLE");
        }
    }
    assert_eq!(ada.api.get("/orders").await.data(200)["pagination"]["total"], 0, "nothing was ordered");
    laws::hold(&product.store, &product.twilio).await;
}

async fn services_and_countries_lead_to_a_purchase(db: TestDb) {
    let (product, ada) = renting(&db).await;
    let services = rows(&ada.api, "/verifications/services?limit=100").await;
    let telegram = json!({ "serviceCode": "tg", "name": "Telegram", "inStock": true });
    assert!(services.contains(&telegram), "{services:?}");
    let of = |code: &str| services.iter().find(|service| service["serviceCode"] == code);
    assert_eq!(of("zz").map(|service| &service["inStock"]), Some(&json!(false)), "out of stock everywhere");
    assert_eq!(of("ts"), None, "a payment service is not sold");
    let codes: Vec<_> = services.iter().filter_map(|service| service["serviceCode"].as_str()).collect();
    assert!(codes.is_sorted() && codes.len() > 50, "{codes:?}");

    let countries = rows(&ada.api, "/verifications/countries?serviceCode=Telegram&limit=100").await;
    assert!(countries.contains(&json!({ "countryCode": "US", "name": "USA", "inStock": true })), "{countries:?}");
    let there = rows(&ada.api, "/verifications/services?country=us&limit=100").await;
    assert!(there.contains(&telegram), "{there:?}");

    let prices = rows(&ada.api, "/verifications/prices?serviceCode=telegram&country=us").await;
    let [price] = prices.as_slice() else { panic!("{prices:?}") };
    assert!(price["stock"].as_u64().is_some_and(|stock| stock > 0), "{price}");
    let told = [&price["serviceCode"], &price["serviceName"], &price["country"], &price["currency"]];
    assert_eq!(told, ["tg", "Telegram", "US", "USD"]);
    let asked = json!({ "serviceCode": price["serviceCode"], "country": price["country"] });
    let rental = ada.api.post("/verifications", asked).await.data(201);
    assert_eq!(rental["price"], price["price"], "what is listed is what is paid");
    let cancel = format!("/verifications/{}/cancel", rental["id"].as_str().expect("an id"));
    ada.api.post(&cancel, json!({})).await.data(200);
    laws::hold(&product.store, &product.twilio).await;
}

async fn prices_come_by_pages(db: TestDb) {
    let (_product, ada) = renting(&db).await;
    let page = async |at: u64| {
        let list = ada.api.get(&format!("/verifications/prices?country=FR&limit=30&page={at}")).await.data(200);
        assert_eq!((&list["pagination"]["page"], &list["pagination"]["limit"]), (&json!(at), &json!(30)));
        list
    };
    let first = page(1).await;
    let (total, pages) = (&first["pagination"]["total"], first["pagination"]["totalPages"].as_u64());
    let pages = pages.filter(|pages| *pages > 1).expect("more than a page");
    let mut codes = Vec::new();
    for at in 1..=pages {
        let list = page(at).await;
        assert_eq!(list["pagination"]["hasNext"], at < pages, "page {at}");
        codes.extend(list["data"].as_array().expect("rows").iter().map(|row| row["serviceCode"].to_string()));
    }
    assert_eq!(json!(codes.len()), *total);
    assert!(codes.is_sorted_by(|a, b| a < b), "each once: {codes:?}");
    assert_eq!(page(pages + 1).await["data"], json!([]));

    let all = ada.api.get("/verifications/prices").await.data(200);
    assert_eq!(all["data"].as_array().map(Vec::len), Some(20));
    assert!(all["pagination"]["total"].as_u64() > total.as_u64(), "{}", all["pagination"]);
}

async fn filters_are_held_to_what_exists(db: TestDb) {
    let (_product, ada) = renting(&db).await;
    for (path, faults) in [
        ("services?country=AQ", vec![fault("country", NO_COUNTRY)]),
        ("countries?serviceCode=nope", vec![fault("serviceCode", NO_SERVICE)]),
        ("prices?serviceCode=nope&country=AQ", vec![fault("serviceCode", NO_SERVICE), fault("country", NO_COUNTRY)]),
        ("prices?country=UK", vec![fault("country", BRITISH)]),
        // They are not newest first, so no cursor continues them.
        ("prices?cursor=0-0", vec![fault("cursor", "is not a parameter that we know")]),
    ] {
        let refused = ada.api.get(&format!("/verifications/{path}")).await.refused(400, "VALIDATION_ERROR");
        assert_eq!(refused["details"], json!(faults), "{path}");
    }
    // What exists and is not on sale.
    for path in ["services?country=SY", "prices?country=SY", "prices?serviceCode=revolut", "countries?serviceCode=ts"] {
        assert_eq!(rows(&ada.api, &format!("/verifications/{path}")).await, Vec::<Value>::new(), "{path}");
    }
}
