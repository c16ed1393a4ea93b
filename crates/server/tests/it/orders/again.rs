//! What is told to a vendor once more, and for how long it is waited for.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use store::{FromQueryResult, one};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vocab::id::ItemId;

use super::{
    crashes::{SUBJECT, buyer, is_fair, order_of, process, settled, stuck_process},
    gadgets::{Gadgets, Point, Shelf, Vendor},
};
use crate::support::{TestDb, clock::HandClock, on_both, wait::until};

on_both!(
    what_was_never_sent_is_sent_by_the_next_process,
    what_was_sent_is_never_sent_by_the_next_process,
    the_last_attempt_is_waited_for
);

const SOON: Duration = Duration::from_secs(10);

async fn what_was_never_sent_is_sent_by_the_next_process(db: TestDb) {
    dies_and_is_taken_over(db, Point::BeforePlace, Vendor::Sells, true).await;
}

async fn what_was_sent_is_never_sent_by_the_next_process(db: TestDb) {
    dies_and_is_taken_over(db, Point::AfterPlace, Vendor::Sells, true).await;
}

/// The line knows what it has sent.
async fn dies_and_is_taken_over(db: TestDb, point: Point, vendor: Vendor, delivered: bool) {
    let (clock, shelf) = (HandClock::default(), Arc::new(Shelf::default()));
    let ambient = clock.ambient();
    let buyer = buyer(&db, &ambient).await;
    let gadgets = |stop_at| Gadgets::new(&shelf, vendor, stop_at).keeping_account();
    stuck_process(&db, &ambient, &clock, gadgets(Some(point)), &buyer).await.shutdown_background();
    let stop = CancellationToken::new();
    let _heir = process(&db.store, &ambient, gadgets(None), stop.clone());
    settled(&db.store, &clock).await;
    is_fair(&db.store, &buyer, &shelf, delivered, "taken over").await;
    stop.cancel();
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// An attempt made 5 s after the first has its whole bound of 30 s: 31 s after the first it is waited for, and it sells.
async fn the_last_attempt_is_waited_for(db: TestDb) {
    let (clock, shelf) = (HandClock::default(), Arc::new(Shelf::default()));
    let ambient = clock.ambient();
    let buyer = buyer(&db, &ambient).await;
    let gadgets = Gadgets::new(&shelf, Vendor::SellsLate, Some(Point::BeforePlace));
    let (reached, resume) = gadgets.bells();
    let stop = CancellationToken::new();
    let orders = process(&db.store, &ambient, gadgets, stop.clone());
    let order = order_of(&buyer);
    let opening = tokio::spawn(async move { orders.open(order).await });
    reached.notified().await;
    clock.skip(Duration::from_secs(5));
    resume.notify_one();
    reached.notified().await;
    resume.notify_one();
    until("the answer is lost", SOON, || async {
        let sql = "SELECT id FROM order_items WHERE state = 'UNKNOWN'";
        one::<Id>(db.store.fresh(), sql, []).await.expect("reads")
    })
    .await;
    clock.skip(Duration::from_secs(26));
    until("the vendor is asked", SOON, || async { (shelf.asked.load(Ordering::SeqCst) > 0).then_some(()) }).await;
    let sql = "SELECT id FROM order_items";
    let item = one::<Id>(db.store.fresh(), sql, []).await.expect("reads").expect("an item");
    shelf.sell(SUBJECT, ItemId::from_uuid(item.id));
    settled(&db.store, &clock).await;
    is_fair(&db.store, &buyer, &shelf, true, "sold late").await;
    stop.cancel();
    opening.await.expect("no panic").expect("opened");
}
