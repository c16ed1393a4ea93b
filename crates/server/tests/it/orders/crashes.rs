//! Each step × {the process dies there, it is taken for dead there and comes back}.

use std::{sync::Arc, time::Duration};

use app::{
    jobs::{Background as _, Kernel},
    ledger,
    orders::{self, ItemType, Line, NewOrder, Orders, Settings, Wanted},
};
use serde_json::Value;
use store::{FromQueryResult, Store, one};
use tokio_util::sync::CancellationToken;
use vocab::{
    Ambient, Currency,
    id::{AccountId, PaymentId, UserId},
};

use super::gadgets::{Gadgets, Point, Shelf, Vendor};
use crate::{
    ledger::{Books, usd},
    support::{TestDb, clock::HandClock, on_both, rows, wait::until},
};

on_both!(
    a_process_that_dies_at_any_step_is_taken_over,
    a_process_that_dies_on_the_short_way_is_taken_over,
    the_short_way_delivers_and_is_walked_once,
    what_took_too_long_to_open_is_not_told_the_vendor,
    a_process_that_was_taken_for_dead_does_nothing_twice,
);

pub(super) const SUBJECT: &str = "+14155550100";
const SOON: Duration = Duration::from_secs(10);

/// Where it is stopped, what the vendor does, and whether the buyer gets it in the end.
const CASES: &[(Point, Vendor, bool)] = &[
    (Point::BeforePlace, Vendor::Sells, false),
    (Point::BeforePlace, Vendor::Refuses, false),
    (Point::AfterPlace, Vendor::Sells, true),
    (Point::AfterPlace, Vendor::SellsSilently, true),
    (Point::Settle, Vendor::Sells, true),
    (Point::Settle, Vendor::SellsSilently, true),
    (Point::Undo, Vendor::Refuses, false),
    (Point::Undo, Vendor::LosesIt, false),
    (Point::Find, Vendor::SellsSilently, true),
    (Point::Find, Vendor::LosesIt, false),
    // Nothing was committed: there is no order at all.
    (Point::Claim, Vendor::Sells, false),
];

/// Somebody with ten dollars.
pub(super) struct Buyer {
    account: AccountId,
    user: UserId,
}

pub(super) async fn buyer(db: &TestDb, ambient: &Ambient) -> Buyer {
    let account = rows::account(&db.store, ambient).await;
    let user = rows::user(&db.store, ambient, account).await;
    let books = Books { store: db.store.clone(), ambient: ambient.clone() };
    let _ = books.deposit(account, PaymentId::new(ambient), usd("10")).await.expect("deposits");
    Buyer { account, user }
}

/// Orders as one process has them, at work until told to stop.
pub(super) fn process(store: &Store, ambient: &Ambient, gadgets: Gadgets, stop: CancellationToken) -> Orders {
    let kernel = Kernel::new(store.clone(), ambient.clone());
    let engine = kernel.engine.clone();
    let lines: Vec<Arc<dyn Line>> = vec![Arc::new(gadgets)];
    let orders = Orders::new(&kernel, lines, Settings::default());
    engine.handle(orders.steps());
    tokio::spawn(async move { engine.run(Vec::new(), stop).await });
    orders
}

pub(super) fn order_of(buyer: &Buyer) -> NewOrder {
    let wanted = Wanted { subject: SUBJECT.into(), options: Value::Null, custom_price: None, field: "items[0]".into() };
    NewOrder {
        account: buyer.account,
        user: buyer.user,
        wanted: vec![(ItemType::PhoneNumber, wanted)],
        billing_address: None,
        scope: None,
    }
}

/// A process that orders and gets stuck, in a runtime of its own; returns once it is stuck. It takes no more work: it
/// stands still.
pub(super) async fn stuck_process(
    db: &TestDb,
    ambient: &Ambient,
    clock: &HandClock,
    gadgets: Gadgets,
    buyer: &Buyer,
) -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime of its own");
    let (settings, ambient, order) = (db.settings.clone(), ambient.clone(), order_of(buyer));
    let ((reached, _), stop) = (gadgets.bells(), CancellationToken::new());
    let still = stop.clone();
    runtime.spawn(async move {
        let store = Store::open(&settings).await.expect("the test's database opens");
        let _ = process(&store, &ambient, gadgets, stop).open(order).await;
    });
    // A step that comes later than the first attempt waits for the clock.
    until("the process is stuck", Duration::from_secs(30), || async {
        let stuck = tokio::time::timeout(Duration::from_millis(200), reached.notified()).await.is_ok();
        clock.skip(Duration::from_secs(1));
        stuck.then_some(())
    })
    .await;
    still.cancel();
    runtime
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

async fn count(store: &Store, what: &str) -> i64 {
    let sql = format!("SELECT CAST(COUNT(*) AS bigint) AS count FROM {what}");
    let row: Option<Count> = one(store.fresh(), &sql, []).await.expect("counts");
    row.map_or(0, |row| row.count)
}

/// Moves the clock on until nothing is under way.
pub(super) async fn settled(store: &Store, clock: &HandClock) {
    until("the order is final", SOON, || async {
        clock.skip(Duration::from_secs(2));
        let open = count(store, "orders WHERE status IN ('PENDING', 'PROCESSING')").await;
        (open == 0 && count(store, "steps").await == 0).then_some(())
    })
    .await;
}

/// The buyer has it and has paid, or neither; at the vendor it was bought once at most.
pub(super) async fn is_fair(store: &Store, buyer: &Buyer, shelf: &Shelf, expected: bool, case: &str) {
    let wallet = ledger::wallet(store.fresh(), buyer.account, Currency::USD).await.expect("the wallet is read");
    let left = if expected { "8.62" } else { "10" };
    assert_eq!((wallet.balance, wallet.held), (usd(left).amount, usd("0").amount), "{case}");
    let delivered = count(store, "order_items WHERE state = 'DELIVERED'").await;
    let owned = count(store, "number_claims WHERE kind = 'OWNED'").await;
    assert_eq!((delivered, owned), (i64::from(expected), i64::from(expected)), "{case}");
    assert_eq!(count(store, "number_claims WHERE kind = 'ORDER'").await, 0, "{case}");
    assert!(shelf.times(SUBJECT) <= 1, "{case}: bought twice");
    ledger::verify(store).await.unwrap_or_else(|fault| panic!("{case}: {fault}"));
    orders::verify(store).await.unwrap_or_else(|fault| panic!("{case}: {fault}"));
}

/// The next case begins with nothing of this one.
async fn clear(store: &Store) {
    let tables = ["number_claims", "order_timeline", "order_items", "orders"];
    let clear = |tx| async move {
        for table in tables {
            store::exec(&tx, &format!("DELETE FROM {table}"), []).await?;
        }
        Ok::<_, store::DbErr>(())
    };
    store.write(clear).await.expect("the tables are empty");
}

async fn a_process_that_dies_at_any_step_is_taken_over(db: TestDb) {
    each_is_taken_over(&db, CASES, |gadgets| gadgets).await;
}

/// There the claim and the delivery are statements, in which nobody can be stopped.
async fn a_process_that_dies_on_the_short_way_is_taken_over(db: TestDb) {
    let is_between = |point: Point| !matches!(point, Point::Claim | Point::Settle);
    let cases: Vec<_> = CASES.iter().copied().filter(|(point, ..)| is_between(*point)).collect();
    each_is_taken_over(&db, &cases, Gadgets::at_once).await;
}

async fn the_short_way_delivers_and_is_walked_once(db: TestDb) {
    let (clock, shelf) = (HandClock::default(), Arc::new(Shelf::default()));
    let ambient = clock.ambient();
    let buyer = buyer(&db, &ambient).await;
    let stop = CancellationToken::new();
    let orders = process(&db.store, &ambient, Gadgets::new(&shelf, Vendor::Sells, None).at_once(), stop.clone());
    let order = orders.open(order_of(&buyer)).await.expect("opens").order;
    // The same again finds the claim in its way and leaves nothing behind.
    assert!(orders.open(order_of(&buyer)).await.is_err(), "it is somebody's");
    settled(&db.store, &clock).await;
    is_fair(&db.store, &buyer, &shelf, true, "at once").await;
    let item = orders.find(buyer.account, order).await.expect("reads").expect("is there").items.remove(0);
    for step in orders.steps() {
        step.run(item.id).await.expect("runs");
    }
    is_fair(&db.store, &buyer, &shelf, true, "run again").await;
    assert_eq!(count(&db.store, "events WHERE kind = 'ORDER_COMPLETED'").await, 1);
    stop.cancel();
}

/// The lease may be over by then, and the vendor must not hear of what others think was never sent.
async fn what_took_too_long_to_open_is_not_told_the_vendor(db: TestDb) {
    let (clock, shelf) = (HandClock::default(), Arc::new(Shelf::default()));
    let ambient = clock.ambient();
    let buyer = buyer(&db, &ambient).await;
    let stop = CancellationToken::new();
    let slow = Gadgets::new(&shelf, Vendor::Sells, None).slow(&clock, Duration::from_secs(12));
    let orders = process(&db.store, &ambient, slow, stop.clone());
    let _ = orders.open(order_of(&buyer)).await.expect("opens");
    settled(&db.store, &clock).await;
    is_fair(&db.store, &buyer, &shelf, false, "slow").await;
    assert_eq!(shelf.times(SUBJECT), 0, "the vendor was told");
    stop.cancel();
}

async fn each_is_taken_over(db: &TestDb, cases: &[(Point, Vendor, bool)], as_line: fn(Gadgets) -> Gadgets) {
    for (point, vendor, expected) in cases {
        let case = format!("dies at {point:?}, the vendor {vendor:?}");
        let (clock, shelf) = (HandClock::default(), Arc::new(Shelf::default()));
        let ambient = clock.ambient();
        let buyer = buyer(db, &ambient).await;
        let gadgets = as_line(Gadgets::new(&shelf, *vendor, Some(*point)));
        let dying = stuck_process(db, &ambient, &clock, gadgets, &buyer).await;
        dying.shutdown_background();
        let stop = CancellationToken::new();
        let _heir = process(&db.store, &ambient, as_line(Gadgets::new(&shelf, *vendor, None)), stop.clone());
        settled(&db.store, &clock).await;
        is_fair(&db.store, &buyer, &shelf, *expected, &case).await;
        stop.cancel();
        clear(&db.store).await;
    }
}

/// Its lease ran out while it stood still. Where it holds a transaction open, the heir waits for that.
async fn a_process_that_was_taken_for_dead_does_nothing_twice(db: TestDb) {
    let outside = |point: Point| !matches!(point, Point::Claim | Point::Settle | Point::Undo);
    for (point, vendor, _) in CASES.iter().filter(|(point, ..)| outside(*point)) {
        let case = format!("comes back at {point:?}, the vendor {vendor:?}");
        let (clock, shelf) = (HandClock::default(), Arc::new(Shelf::default()));
        let ambient = clock.ambient();
        let buyer = buyer(&db, &ambient).await;
        let gadgets = Gadgets::new(&shelf, *vendor, Some(*point));
        let (_, resume) = gadgets.bells();
        let frozen = stuck_process(&db, &ambient, &clock, gadgets, &buyer).await;
        clock.skip(Duration::from_secs(11));
        let stop = CancellationToken::new();
        let _heir = process(&db.store, &ambient, Gadgets::new(&shelf, *vendor, None), stop.clone());
        settled(&db.store, &clock).await;
        let before = shelf.times(SUBJECT);
        resume.notify_one();
        tokio::time::sleep(Duration::from_millis(300)).await;
        // What it sends now, it sends after it was refused: an orphan at the vendor, and nobody's money.
        let expected = before == 1;
        is_fair(&db.store, &buyer, &shelf, expected, &case).await;
        stop.cancel();
        frozen.shutdown_background();
        clear(&db.store).await;
    }
}
