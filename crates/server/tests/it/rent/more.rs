//! One more text, asked for.

use serde_json::json;

use super::desk::{Desk, PATIENCE, SUPPLIERS};
use crate::support::{TestDb, laws, on_both, wait::until};

on_both!(the_same_code_again_is_another_text);

/// Senders whose code is still good send it again.
async fn the_same_code_again_is_another_text(db: TestDb) {
    let desk = Desk::open(&db).await;
    for supplier in SUPPLIERS {
        let rental = desk.rent(supplier).await;
        let texts = async |count: usize| {
            until(&format!("{count} texts are told"), PATIENCE, || async {
                let now = desk.shown(&rental).await;
                (now["messages"].as_array().map(Vec::len) == Some(count)).then_some(now)
            })
            .await
        };
        desk.text(&rental, "Your code is 481516").await;
        let first = texts(1).await;
        let path = format!("/verifications/{}/resend", rental["id"].as_str().expect("an id"));
        for count in 2..=3 {
            let asked = desk.ada.api.post(&path, json!({})).await.data(200);
            assert_eq!(asked["awaitsMore"], true);
            desk.text(&asked, "Your code is 481516").await;
            let now = texts(count).await;
            assert_eq!((&now["code"], &now["awaitsMore"]), (&json!("481516"), &json!(false)), "{supplier}");
            assert_eq!(now["price"], first["price"]);
        }
    }
    // The floats are not compared: of a rental that moved to a new allocation we keep only the latest reference.
    laws::hold(&desk.product.store, &desk.product.twilio).await;
}
