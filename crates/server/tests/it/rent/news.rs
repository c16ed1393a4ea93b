//! What TextVerified announces: once, twice, forged, of numbers that we do not know, and sooner than its own answer.

use serde_json::{Value, json};

use super::desk::{Desk, PATIENCE, event, less};
use crate::support::{TestDb, customer::MoneyView, on_both, wait::until};

on_both!(
    a_text_counts_once_however_often_it_is_told,
    only_what_the_supplier_signed_is_believed,
    a_text_may_come_before_the_answer_to_the_purchase,
);

/// Two texts, each of them announced again and again, and polled besides.
async fn a_text_counts_once_however_often_it_is_told(db: TestDb) {
    let desk = Desk::open(&db).await;
    let rental = desk.rent("TEXT_VERIFIED").await;
    let reference = desk.reference(&rental).await;
    for (words, code) in [("Telegram code: 111-222", "111222"), ("Telegram code: 33344", "33344")] {
        desk.text(&rental, words).await;
        until("the text is there", PATIENCE, || async { (desk.shown(&rental).await["code"] == code).then_some(()) })
            .await;
    }
    let repeated = desk.suppliers.text_verified.post("webhooks/repeat", json!({ "id": reference })).await;
    assert_eq!(repeated["repeated"], 2);
    until("the repeats are delivered", PATIENCE, || async {
        (desk.suppliers.text_verified.state().await["pendingCallbacks"] == 0).then_some(())
    })
    .await;
    let done = desk.shown(&rental).await;
    let codes: Vec<_> = done["messages"].as_array().expect("texts").iter().map(|text| text["code"].clone()).collect();
    assert_eq!((codes, &done["status"]), (vec![json!("111222"), json!("33344")], &json!("COMPLETED")));
    assert_eq!(desk.count("events WHERE kind = 'VERIFICATION_CODE_RECEIVED'").await, 2, "each text is told of once");
    assert_eq!(desk.ada.money().await, less(&[rental]), "the second text costs nothing");
    desk.hold().await;
}

async fn only_what_the_supplier_signed_is_believed(db: TestDb) {
    let desk = Desk::open(&db).await;
    let rental = desk.rent("TEXT_VERIFIED").await;
    let told = event(&desk.reference(&rental).await, "forged", "Telegram code: 66666");
    for forged in ["HMAC-SHA512=bm8=", "HMAC-SHA512=", "nonsense", ""] {
        desk.webhook(&told, Some(forged)).await.refused(403, "AUTHORIZATION_ERROR");
    }
    let right = crate::support::signed::text_verified(
        desk.product.sandbox["textVerified"]["webhookSecret"].as_str().expect("a secret"),
        &told,
    );
    desk.webhook(&told.replace("66666", "77777"), Some(&right)).await.refused(403, "AUTHORIZATION_ERROR");
    for harmless in [&event("lr_NOBODYKNOWSTHISONE", "stray", "Your code: 12345"), "{}", "no JSON"] {
        assert_eq!(desk.webhook(harmless, None).await.status, 204, "{harmless}");
    }
    let waits = desk.shown(&rental).await;
    assert_eq!((&waits["status"], &waits["code"]), (&json!("WAITING_FOR_SMS"), &Value::Null));
    desk.give_up(&rental).await;
    assert_eq!(desk.ada.money().await, MoneyView::free("100"));
    desk.hold().await;
}

/// The supplier texts while we still wait to hear what it sold.
async fn a_text_may_come_before_the_answer_to_the_purchase(db: TestDb) {
    let desk = Desk::open(&db).await;
    let supplier = &desk.suppliers.text_verified;
    supplier.fault("Verifications.create", "latency:2s", 1).await;
    let sooner = async {
        let id = until("the supplier has sold", PATIENCE, || async {
            supplier.state().await["verifications"][0]["id"].as_str().map(str::to_owned)
        })
        .await;
        supplier.post("sms", json!({ "id": id, "text": "Telegram code: 86420" })).await;
        until("it is announced", PATIENCE, || async {
            (supplier.state().await["pendingCallbacks"] == 0).then_some(())
        })
        .await;
    };
    let (answer, ()) = tokio::join!(desk.order("TEXT_VERIFIED"), sooner);
    assert!(matches!(answer.status, 201 | 202), "{answer:?}");
    let rental = answer.body["data"].clone();
    assert_eq!(desk.becomes(&rental, "COMPLETED").await["code"], "86420");
    assert_eq!(desk.ada.money().await, less(&[rental]));
    desk.hold().await;
}
