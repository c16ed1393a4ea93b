//! A customer gives a number up and the supplier does not agree at once.

use futures::future::join_all;
use serde_json::json;

use super::desk::{Desk, SUPPLIERS, less, notes, path};
use crate::support::{TestDb, customer::MoneyView, on_both};

on_both!(
    a_supplier_that_refuses_is_asked_until_it_agrees,
    the_markets_clients_are_told_to_come_back,
    a_text_that_comes_first_is_paid_for,
    a_supplier_that_cannot_be_heard_takes_the_number_back_once,
    a_number_that_is_no_good_is_reported_and_costs_nothing,
    what_its_buyer_gives_up_is_cancelled_whoever_learns_it_first,
);

/// The words of each supplier for "not yet", and at which request.
const TOO_EARLY: [(&str, &str, &str); 2] = [
    ("SMS_MAN", "Status.update", "code:early_cancel_denied"),
    ("TEXT_VERIFIED", "Verifications.cancel", "code:ProcessingError"),
];

/// Longer than what we wait for a supplier that does not say how long its lock lasts.
const LOCK_SECONDS: u32 = 25;

async fn a_supplier_that_refuses_is_asked_until_it_agrees(db: TestDb) {
    let desk = Desk::open(&db).await;
    let mut scheduled = Vec::new();
    for (supplier, operation, fault) in TOO_EARLY {
        let rental = desk.rent(supplier).await;
        desk.suppliers.at(supplier).fault(operation, fault, 1).await;
        let now = desk.cancel(&rental).await.data(202);
        assert_eq!(now["status"], "CANCELLING", "{now}");
        assert!(now["cancellableAt"].is_string(), "{now}");
        scheduled.push(rental);
    }
    assert_ne!(desk.ada.money().await.held, "0", "the money is held as long as a text may come");
    desk.skip(LOCK_SECONDS).await;
    for rental in &scheduled {
        // Nobody asks again: it is scheduled.
        let ended = desk.becomes(rental, "CANCELLED").await;
        assert!(notes(&ended).iter().any(|note| note.contains("does not take it back yet")), "{ended}");
        assert_eq!(desk.cancel(rental).await.data(200)["status"], "CANCELLED", "a repeat changes nothing");
    }
    assert_eq!(desk.ada.money().await, MoneyView::free("100"));
    desk.hold().await;
}

async fn the_markets_clients_are_told_to_come_back(db: TestDb) {
    let desk = Desk::open(&db).await;
    let key = desk.key().await;
    let ask = async |query: String| desk.market(&key, &query).await;
    for (supplier, operation, fault) in TOO_EARLY {
        let rental = desk.rent(supplier).await;
        let id = rental["activationId"].to_string();
        desk.suppliers.at(supplier).fault(operation, fault, 1).await;
        for _ in 0..2 {
            assert_eq!(ask(format!("action=setStatus&id={id}&status=8")).await, "EARLY_CANCEL_DENIED");
        }
        assert_eq!(ask(format!("action=getStatus&id={id}")).await, "STATUS_WAIT_CODE");
        desk.skip(LOCK_SECONDS).await;
        assert_eq!(ask(format!("action=setStatus&id={id}&status=8")).await, "ACCESS_CANCEL");
        assert_eq!(ask(format!("action=getStatus&id={id}")).await, "STATUS_CANCEL");
        assert_eq!(ask("action=getBalance".into()).await, "ACCESS_BALANCE:100.00", "the money is back at once");
    }
    desk.hold().await;
}

/// After our request and before the supplier agreed: it completes the order and nothing is refunded.
async fn a_text_that_comes_first_is_paid_for(db: TestDb) {
    let desk = Desk::open(&db).await;
    let mut paid = Vec::new();
    for (supplier, operation, fault) in TOO_EARLY {
        let rental = desk.rent(supplier).await;
        desk.suppliers.at(supplier).fault(operation, fault, 1).await;
        desk.cancel(&rental).await.data(202);
        desk.text(&rental, "Telegram code: 13579").await;
        paid.push(rental);
    }
    for rental in &paid {
        let done = desk.becomes(rental, "COMPLETED").await;
        assert_eq!((&done["code"], &done["refundedAt"]), (&json!("13579"), &json!(null)), "{done}");
        desk.cancel(rental).await.refused(409, "CONFLICT");
    }
    // The supplier would agree by now; the order is final all the same.
    desk.skip(LOCK_SECONDS).await;
    assert_eq!(desk.ada.money().await, less(&paid));
    desk.hold().await;
}

/// The request is lost, or its answer is; the supplier is told again, and the money is back once.
async fn a_supplier_that_cannot_be_heard_takes_the_number_back_once(db: TestDb) {
    let desk = &Desk::open(&db).await;
    join_all(TOO_EARLY.map(|(supplier, operation, _)| async move {
        for fault in ["fail_before", "fail_after", "status:503"] {
            let rental = desk.rent(supplier).await;
            desk.suppliers.at(supplier).fault(operation, fault, 4).await;
            let answer = desk.cancel(&rental).await;
            assert!(matches!(answer.status, 200 | 202), "{supplier} {fault}: {answer:?}");
            desk.becomes(&rental, "CANCELLED").await;
            desk.suppliers.at(supplier).mend().await;
        }
    }))
    .await;
    assert_eq!(desk.ada.money().await, MoneyView::free("100"));
    desk.hold().await;
}

/// The evidence says what its buyer said, not what the supplier calls it.
async fn a_number_that_is_no_good_is_reported_and_costs_nothing(db: TestDb) {
    let desk = Desk::open(&db).await;
    for supplier in SUPPLIERS {
        let rental = desk.rent(supplier).await;
        let report = format!("{}/report", path(&rental));
        for _ in 0..2 {
            let reported = desk.ada.api.post(&report, json!({})).await.data(200);
            assert_eq!(reported["status"], "FAILED", "{supplier}: {reported}");
        }
        let last = notes(&desk.shown(&rental).await).pop();
        assert!(last.is_some_and(|note| note.contains("reports that the number is no good")), "{supplier}");
        assert_eq!(desk.ada.money().await, MoneyView::free("100"));
    }
    assert_eq!(desk.count("events WHERE kind = 'VERIFICATION_EXPIRED'").await, 0);
    desk.hold().await;
}

/// Two of its buyer's requests at once: the one that finds it over already does not take that for the end of its time.
async fn what_its_buyer_gives_up_is_cancelled_whoever_learns_it_first(db: TestDb) {
    let desk = Desk::open(&db).await;
    for supplier in SUPPLIERS {
        let rentals = join_all([(); 8].map(|()| desk.rent(supplier))).await;
        join_all(rentals.iter().flat_map(|rental| [desk.give_up(rental), desk.give_up(rental)])).await;
    }
    assert_eq!(desk.count("events WHERE kind = 'VERIFICATION_EXPIRED'").await, 0);
    assert_eq!(desk.ada.money().await, MoneyView::free("100"));
    desk.hold().await;
}
