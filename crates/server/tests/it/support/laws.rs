//! What must be true of a product at rest (docs/product.md, "Laws").

use std::{collections::BTreeSet, time::Duration};

use app::{ledger, orders, payments};
use store::{FromQueryResult, Store, all, one};

use super::{control::Control, wait::until};

/// Law 6: a doubtful item is final so long after its vendor answers again.
const FINAL_WITHIN: Duration = Duration::from_secs(60);

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

#[derive(FromQueryResult)]
struct Text {
    text: String,
}

async fn count(store: &Store, what: &str) -> i64 {
    let sql = format!("SELECT CAST(COUNT(*) AS bigint) AS count FROM {what}");
    let row: Option<Count> = one(store.fresh(), &sql, []).await.expect("counts");
    row.map_or(0, |row| row.count)
}

async fn texts(store: &Store, sql: &str) -> BTreeSet<String> {
    let rows: Vec<Text> = all(store.fresh(), sql, []).await.expect("reads");
    rows.into_iter().map(|row| row.text).collect()
}

/// Waits until no order is under way, within the time that the law allows.
pub(crate) async fn every_order_is_final(store: &Store) {
    until("every order is final", FINAL_WITHIN, || async {
        (count(store, "orders WHERE status IN ('PENDING', 'PROCESSING')").await == 0).then_some(())
    })
    .await;
}

/// Waits until nothing is under way, then checks everything that can be checked from outside.
pub(crate) async fn hold(store: &Store, twilio: &Control) {
    every_order_is_final(store).await;
    ledger::verify(store).await.expect("the ledger adds up");
    orders::verify(store).await.expect("what is delivered is paid for, and the money for the rest is back");
    payments::verify(store).await.expect("each payment is in a wallet");
    for (what, why) in NOTHING {
        assert_eq!(count(store, what).await, 0, "{why}");
    }
    let live = texts(store, LIVE).await;
    let claimed =
        "SELECT phone_number AS text FROM number_claims WHERE kind IN ('OWNED', 'POOL') AND number_id IS NOT NULL";
    assert_eq!(live, texts(store, claimed).await, "a number that is held is claimed");
    // The orphans, and what left the pool and stayed the operator's.
    let rest = "SELECT subject AS text FROM orphans WHERE resolved_at IS NULL AND vendor = 'twilio' \
                UNION ALL SELECT phone_number AS text FROM number_claims WHERE kind = 'POOL' AND number_id IS NULL";
    let ours: BTreeSet<_> = live.union(&texts(store, rest).await).cloned().collect();
    let held = twilio.held().await;
    assert_eq!(held.len(), held.iter().collect::<BTreeSet<_>>().len(), "nothing was bought twice");
    assert_eq!(ours, held.into_iter().collect(), "the carrier's list is ours, and what is neither is an orphan");
}

/// Customers' numbers and the pool's.
const LIVE: &str = "SELECT phone_number AS text FROM numbers WHERE status <> 'RELEASED' \
                    UNION ALL SELECT phone_number AS text FROM pool_numbers WHERE state <> 'REMOVED'";

/// What nobody may find once every order is final.
const NOTHING: &[(&str, &str)] = &[
    ("order_items WHERE state NOT IN ('DELIVERED', 'REFUSED', 'CANCELLED')", "a final order has final items"),
    ("holds WHERE state = 'OPEN'", "money is held for nothing"),
    ("number_claims WHERE kind = 'ORDER'", "a number is claimed for nothing"),
    ("steps WHERE kind = 'order_item'", "there is work left"),
    (
        "order_items i WHERE i.state = 'DELIVERED' AND i.item_type = 'PHONE_NUMBER' AND NOT EXISTS \
         (SELECT 1 FROM numbers n WHERE n.item_id = i.id AND n.account_id = i.account_id AND n.phone_number = i.subject)",
        "somebody paid for a number that they do not have",
    ),
    (
        "order_items i WHERE i.state = 'DELIVERED' AND i.item_type = 'POOL_NUMBER' AND NOT EXISTS \
         (SELECT 1 FROM pool_numbers p WHERE p.item_id = i.id AND p.phone_number = i.subject)",
        "a pool number was delivered and is not there",
    ),
    (
        "verifications v JOIN order_items i ON i.id = v.item_id WHERE (v.status = 'COMPLETED') <> (i.state = 'DELIVERED')",
        "a code is paid for, or the money is back",
    ),
    (
        "verifications v WHERE (v.status = 'COMPLETED') <> EXISTS (SELECT 1 FROM verification_texts t \
         WHERE t.verification_id = v.id AND (t.sealed_code IS NOT NULL OR t.sealed_text IS NOT NULL))",
        "somebody paid for no text, or reads one that was not paid for",
    ),
    (
        "numbers n WHERE NOT EXISTS (SELECT 1 FROM order_items i WHERE i.id = n.item_id AND i.state = 'DELIVERED')",
        "somebody has a number that was not delivered",
    ),
];
