//! How lists are narrowed and read on.

use chrono::Days;
use serde_json::json;
use vocab::Ambient;

use crate::support::{TestDb, on_both, product::Product};

on_both!(
    a_day_bounds_a_list,
    a_cursor_continues_newest_first_and_says_so,
    a_cursor_may_lead_to_nothing,
    numbers_are_found_as_people_write_them,
);

async fn a_day_bounds_a_list(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(5).await;
    let number = ada.offers("415", 1).await.remove(0);
    ada.buy(&number).await;
    let today = Ambient::system().wall().date_naive();
    let day = |distance: i64| match u64::try_from(distance) {
        Ok(ahead) => today + Days::new(ahead),
        Err(_) => today - Days::new(distance.unsigned_abs()),
    };
    for path in ["/orders", "/payments/history"] {
        // A day of room on either side: the test may run at midnight.
        for (from, to, there) in [(-1, 1, 1), (-1, 0, 1), (0, 1, 1), (1, 2, 0), (-9, -2, 0)] {
            let query = format!("{path}?dateFrom={}&dateTo={}", day(from), day(to));
            assert_eq!(ada.api.get(&query).await.data(200)["pagination"]["total"], there, "{query}");
        }
        let refused = ada.api.get(&format!("{path}?dateFrom=yesterday")).await.refused(400, "VALIDATION_ERROR");
        let told = "must be a day or a moment, such as 2026-01-31 or 2026-01-31T12:00:00Z";
        assert_eq!(refused["details"], json!([{ "field": "dateFrom", "message": told, "value": "yesterday" }]));
    }
}

/// What was there when the cursor was given may be gone, or left out, when it is used.
async fn a_cursor_may_lead_to_nothing(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(20).await;
    for number in ada.offers("415", 2).await {
        ada.buy(&number).await;
    }
    for (path, narrowed) in [("/numbers", "status=SUSPENDED&search=415"), ("/orders", "status=FAILED")] {
        let first = ada.api.get(&format!("{path}?limit=1")).await.data(200);
        let cursor = first["pagination"]["nextCursor"].as_str().expect("one row is left").to_owned();
        let none = ada.api.get(&format!("{path}?limit=1&cursor={cursor}&{narrowed}")).await.data(200);
        assert_eq!(none["data"], json!([]), "{path}");
        assert_eq!(none["summary"], first["summary"], "{path}: the sums are of all");
        let beyond = ada.api.get(&format!("{path}?limit=1&page=9&{narrowed}")).await.data(200);
        assert_eq!((&beyond["data"], &beyond["pagination"]["total"]), (&json!([]), &json!(0)), "{path}");
    }
}

async fn numbers_are_found_as_people_write_them(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(20).await;
    let offers = ada.offers("415", 2).await;
    let (number, other) = (&offers[0], &offers[1]);
    let (id, other_id) = (ada.buy(number).await, ada.buy(other).await);
    let tagged = json!({ "tags": ["north, west", "vip"], "friendlyName": "Front desk 24/7" });
    ada.api.put(&format!("/numbers/{id}"), tagged).await.data(200);
    ada.api.put(&format!("/numbers/{other_id}"), json!({ "tags": ["north", "west"] })).await.data(200);
    let found = async |query: String| {
        let list = ada.api.get(&format!("/numbers?{query}")).await.data(200);
        let ids =
            list["data"].as_array().expect("a list").iter().map(|row| row["id"].as_str().expect("an id").to_owned());
        let mut ids: Vec<String> = ids.collect();
        ids.sort();
        ids
    };
    let (area, exchange, line) = (&number[2..5], &number[5..8], &number[8..]);
    for written in [
        format!("{exchange}-{line}"),
        format!("({area})%20{exchange}-{line}"),
        format!("%2B1%20{area}.{exchange}.{line}"),
        format!("%2B1{area}{exchange}{line}"),
        format!("{exchange}%20{line}"),
        "24/7".to_owned(),
        "desk%2024".to_owned(),
    ] {
        assert_eq!(found(format!("search={written}")).await, std::slice::from_ref(&id), "{written}");
    }
    assert!(found("search=24-8".to_owned()).await.is_empty());
    let both = if id < other_id { [id.clone(), other_id.clone()] } else { [other_id.clone(), id.clone()] };
    for (query, ids) in [
        ("tags=north,%20west", &both[..]),
        ("tags=north%2C+west", &both[..]),
        ("tags=north,%20west&tags=vip", std::slice::from_ref(&id)),
        ("tags=north,west", std::slice::from_ref(&other_id)),
        ("tags=vip", std::slice::from_ref(&id)),
        ("tags=west&tags=north", std::slice::from_ref(&other_id)),
    ] {
        assert_eq!(found(query.to_owned()).await, ids, "{query}");
    }
    let many = vec!["a"; 21].join(",");
    let refused = ada.api.get(&format!("/numbers?tags={many}")).await.refused(400, "VALIDATION_ERROR");
    assert_eq!(refused["field"], "tags");
}

async fn a_cursor_continues_newest_first_and_says_so(db: TestDb) {
    let product = Product::start(&db).await;
    let ada = product.customer(20).await;
    for number in ada.offers("415", 3).await {
        ada.buy(&number).await;
    }
    for (path, other) in [("/orders", "totalAmount"), ("/numbers", "phoneNumber")] {
        for sort in ["", "&sortBy=createdAt", "&sortBy=createdAt&sortOrder=desc"] {
            let first = ada.api.get(&format!("{path}?limit=2{sort}")).await.data(200);
            let cursor = first["pagination"]["nextCursor"].as_str().expect("one row is left").to_owned();
            let rest = ada.api.get(&format!("{path}?limit=2&cursor={cursor}{sort}")).await.data(200);
            assert_eq!((rest["data"].as_array().map(Vec::len), rest["pagination"].get("nextCursor")), (Some(1), None));
            for sort in [format!("sortBy={other}"), "sortOrder=asc".to_owned()] {
                let page = ada.api.get(&format!("{path}?limit=2&{sort}")).await.data(200);
                assert_eq!(
                    (&page["pagination"]["hasNext"], page["pagination"].get("nextCursor")),
                    (&json!(true), None)
                );
                let refused = ada.api.get(&format!("{path}?cursor={cursor}&{sort}")).await;
                let refused = refused.refused(400, "VALIDATION_ERROR");
                assert_eq!(refused["details"][0]["field"], "cursor", "{refused}");
            }
        }
    }
}
