//! Texts that come late: what came in time is paid for though we look later, what comes when the money is back is
//! nobody's.

use serde_json::{Value, json};

use super::desk::{Desk, event, less, notes};
use crate::support::{TestDb, customer::MoneyView, on_both};

on_both!(what_came_in_time_is_paid_for, what_comes_when_the_money_is_back_is_withheld);

/// Longer than any number waits.
const WINDOW: u32 = 1300;

/// The text is there when the time ends, and we have not looked.
async fn what_came_in_time_is_paid_for(db: TestDb) {
    let desk = Desk::open(&db).await;
    let rental = desk.rent("SMS_MAN").await;
    desk.text(&rental, "Telegram code: 11223").await;
    desk.skip(WINDOW).await;
    assert_eq!(desk.becomes(&rental, "COMPLETED").await["code"], "11223");
    assert_eq!(desk.ada.money().await, less(&[rental]));
    desk.hold().await;
}

/// After it was given up, and after its time was over: nobody reads a code for nothing, and the evidence says so.
async fn what_comes_when_the_money_is_back_is_withheld(db: TestDb) {
    let desk = Desk::open(&db).await;
    let key = desk.key().await;
    let (cancelled, expired) = (desk.rent("TEXT_VERIFIED").await, desk.rent("TEXT_VERIFIED").await);
    desk.give_up(&cancelled).await;
    desk.skip(WINDOW).await;
    desk.becomes(&expired, "EXPIRED").await;
    for (rental, status, name) in [(&cancelled, "CANCELLED", "late1"), (&expired, "EXPIRED", "late2")] {
        let told = event(&desk.reference(rental).await, name, "Telegram code: 97531");
        // A repeat is told of once.
        for _ in 0..2 {
            assert_eq!(desk.webhook(&told, None).await.status, 204);
        }
        let after = desk.shown(rental).await;
        assert_eq!((&after["status"], &after["code"], &after["text"]), (&json!(status), &Value::Null, &Value::Null));
        assert_eq!(after["messages"], json!([]), "{after}");
        let withheld = notes(&after).into_iter().filter(|note| note.contains("it is withheld")).count();
        assert_eq!(withheld, 1, "{after}");
        let query = format!("action=getStatus&id={}", rental["activationId"]);
        assert_eq!(desk.market(&key, &query).await, "STATUS_CANCEL");
    }
    let words = "verification_texts WHERE sealed_text IS NOT NULL OR sealed_code IS NOT NULL";
    assert_eq!(desk.count(words).await, 0, "what is withheld is not even kept");
    assert_eq!(desk.count("events WHERE kind = 'VERIFICATION_CODE_RECEIVED'").await, 0);
    assert_eq!(desk.ada.money().await, MoneyView::free("100"));
    desk.hold().await;
}
