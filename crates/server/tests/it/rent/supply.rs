//! What suppliers have: before anybody knows, when our money there is used up, and when many want it at once.

use futures::future::join_all;
use serde_json::{Value, json};

use super::desk::Desk;
use crate::support::{TestDb, api::Answer, laws, on_both};

on_both!(
    the_first_order_waits_for_the_catalogues,
    what_nobody_can_look_up_is_not_denied,
    an_empty_float_is_learnt,
    caps_hold_when_all_come_at_once,
    an_item_has_one_purchase_that_may_have_been_made,
);

async fn order(desk: &Desk) -> Answer {
    desk.ada.api.post("/verifications", json!({ "serviceCode": "tg", "country": "US" })).await
}

/// As if no catalogue was ever read.
async fn forget(desk: &Desk) {
    let forget = ["DELETE FROM supplier_offers", "UPDATE suppliers SET synced_at = NULL"];
    for sql in forget {
        desk.product.store.write_one(sql, []).await.expect("writes");
    }
}

async fn the_first_order_waits_for_the_catalogues(db: TestDb) {
    let desk = Desk::open(&db).await;
    forget(&desk).await;
    let rental = desk.settled(order(&desk).await).await;
    assert_eq!(rental["status"], "WAITING_FOR_SMS", "{rental}");
    desk.give_up(&rental).await;
    desk.hold().await;
}

async fn what_nobody_can_look_up_is_not_denied(db: TestDb) {
    let desk = Desk::open(&db).await;
    let key = desk.key().await;
    for supplier in ["SMS_MAN", "TEXT_VERIFIED"] {
        desk.suppliers.at(supplier).fault("*", "status:503", 1_000_000).await;
    }
    forget(&desk).await;
    let refused = order(&desk).await;
    let wait: u32 = refused.header("retry-after").and_then(|wait| wait.parse().ok()).expect("says when");
    assert!(wait > 0);
    refused.refused(503, "UNAVAILABLE");
    let number = desk.market(&key, "action=getNumber&service=tg&country=187").await;
    assert_eq!(number, "SERVER_ERROR");
    for list in ["services", "countries?serviceCode=nope", "prices?country=AQ"] {
        let later = desk.ada.api.get(&format!("/verifications/{list}")).await;
        assert!(later.header("retry-after").is_some(), "{list}: {later:?}");
        later.refused(503, "UNAVAILABLE");
    }
    assert_eq!(desk.count("orders").await, 0);
}

async fn an_empty_float_is_learnt(db: TestDb) {
    let desk = Desk::open(&db).await;
    let first = desk.settled(order(&desk).await).await;
    assert_eq!(first["provider"], "SMS_MAN", "the cheaper one");
    desk.suppliers.sms_man.post("balance", json!({ "balance": 0 })).await;
    let learns = desk.settled(order(&desk).await).await;
    assert_ne!(learns["provider"], "SMS_MAN", "{learns}");
    assert_eq!(learns["price"], first["price"], "never above what was quoted");
    for _ in 0..2 {
        let elsewhere = desk.settled(order(&desk).await).await;
        let told = (&elsewhere["status"], &elsewhere["provider"]);
        assert_eq!(told, (&json!("WAITING_FOR_SMS"), &json!("TEXT_VERIFIED")), "{elsewhere}");
        let listed: Value =
            serde_json::from_str(&desk.market(&desk.key().await, "action=getPrices&service=tg&country=187").await)
                .expect("JSON");
        assert_eq!(listed["187"]["tg"]["cost"], elsewhere["price"], "what is listed is what is paid");
        desk.give_up(&elsewhere).await;
    }
    desk.skip(1300).await;
    laws::hold(&desk.product.store, &desk.product.twilio).await;
}

async fn caps_hold_when_all_come_at_once(db: TestDb) {
    let desk = Desk::with(&db, &[("VERIFICATION_ACTIVE_CAP", "5")]).await;
    let answers = join_all([(); 32].map(|()| order(&desk))).await;
    let (opened, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status < 300);
    assert_eq!(opened.len(), 5);
    for answer in refused {
        answer.refused(403, "SPEND_LIMIT_REACHED");
    }
    assert_eq!(desk.count("orders").await, 5, "who is refused has no order");
    assert_eq!(desk.count("holds WHERE state = 'OPEN'").await, 5, "and nothing held");
    desk.skip(1300).await;
    laws::hold(&desk.product.store, &desk.product.twilio).await;
}

/// The schema's law, whoever writes.
async fn an_item_has_one_purchase_that_may_have_been_made(db: TestDb) {
    let item = vocab::Ambient::system().uuid();
    let begin = async |position: i64, state: &'static str| {
        let sql = "INSERT INTO supplier_attempts (item_id, position, supplier, vendor_service, vendor_country, \
                   purchase_key, state, began_at) VALUES ($1, $2, 'A', '1', '5', 'key', $3, CURRENT_TIMESTAMP)";
        let values = [item.into(), position.into(), state.into()];
        db.store.write_one(sql, values).await.is_ok()
    };
    assert!(begin(0, "REFUSED").await && begin(1, "TRYING").await);
    for state in ["TRYING", "UNKNOWN", "BOUGHT"] {
        assert!(!begin(2, state).await, "{state}");
    }
    assert!(!begin(0, "REFUSED").await, "a place is taken once");
}
