//! The journal: every committed fact gets a place, once, and none is left out (docs/product.md, law 13).

use app::events::{self, EventKind, Fact};
use serde_json::json;
use store::{DbErr, FromQueryResult, Store, one};
use vocab::{Ambient, id::AccountId};

use crate::support::{TestDb, on_both, rows};

on_both!(many_facts_get_their_places_in_the_order_in_which_they_happened, two_relays_at_once_number_each_fact_once);

/// More than are numbered at once.
const MANY: usize = 4_203;

async fn happen(store: &Store, account: AccountId, count: usize) {
    let ambient = &Ambient::system();
    let facts = |tx| async move {
        for at in 0..count {
            let fact = Fact { kind: EventKind::SessionStarted, account, subject: at.to_string(), data: json!({}) };
            events::append(&tx, ambient, fact).await?;
        }
        Ok::<_, DbErr>(())
    };
    store.write(facts).await.expect("they happen");
}

#[derive(Debug, PartialEq, Eq, FromQueryResult)]
struct Journal {
    places: i64,
    last: i64,
    out_of_order: i64,
}

async fn journal(store: &Store) -> Journal {
    let sql = "SELECT COUNT(DISTINCT seq) AS places, MAX(seq) AS last, (SELECT COUNT(*) FROM events AS a \
               JOIN events AS b ON b.seq = a.seq + 1 WHERE b.id < a.id) AS out_of_order FROM events";
    one(store.fresh(), sql, []).await.expect("reads").expect("one row")
}

async fn many_facts_get_their_places_in_the_order_in_which_they_happened(db: TestDb) {
    let account = rows::account(&db.store, &Ambient::system()).await;
    for (more, all) in [(MANY, MANY), (2, MANY + 2), (0, MANY + 2)] {
        happen(&db.store, account, more).await;
        assert_eq!(events::number_committed(&db.store).await.expect("numbers"), more as u64);
        let all = i64::try_from(all).expect("fits");
        assert_eq!(journal(&db.store).await, Journal { places: all, last: all, out_of_order: 0 });
    }
}

async fn two_relays_at_once_number_each_fact_once(db: TestDb) {
    let account = rows::account(&db.store, &Ambient::system()).await;
    happen(&db.store, account, MANY).await;
    // The slower one finds nothing to do, or is told that it was too late.
    let _ = tokio::join!(events::number_committed(&db.store), events::number_committed(&db.store));
    events::number_committed(&db.store).await.expect("numbers");
    let all = i64::try_from(MANY).expect("fits");
    assert_eq!(journal(&db.store).await, Journal { places: all, last: all, out_of_order: 0 });
}
