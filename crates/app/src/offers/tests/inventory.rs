//! What the carrier holds for us, compared with what we know.

use ports::{Carrier as _, carrier::NumberOrder};
use store::{FromQueryResult, one};

use super::{FIRST, SECOND, Stage, carrier::number};

#[derive(FromQueryResult)]
struct CountRow {
    count: i64,
}

#[tokio::test]
async fn what_the_carrier_holds_and_nobody_owns_is_reported_once_it_stays_so() {
    let stage = Stage::new().await;
    stage.claim(FIRST).await;
    for (text, sid) in [(FIRST, "PNours"), (SECOND, "PNstray")] {
        let order = NumberOrder { number: number(text), hooks: stage.offers.hooks("twilio") };
        stage.carrier.buy(&order).await.expect("buys");
        stage.carrier.state().owned.last_mut().expect("was bought").sid = sid.into();
    }
    assert_eq!(stage.offers.compare_inventory().await.expect("compares"), 0);
    let long_ago = stage.ambient.wall() - chrono::TimeDelta::seconds(31);
    stage.offers.suspects.lock().expect("no panic").insert("PNstray".into(), long_ago);
    assert_eq!(stage.offers.compare_inventory().await.expect("compares"), 1);
    assert_eq!(stage.offers.compare_inventory().await.expect("compares"), 0);
    let sql = "SELECT COUNT(*) AS count FROM orphans WHERE reference = 'PNstray'";
    let orphans: Option<CountRow> = one(stage.store.reader(), sql, []).await.expect("reads");
    assert_eq!(orphans.expect("a count").count, 1);
    assert_eq!(stage.carrier.state().owned.len(), 2, "nothing is released by itself");
}
