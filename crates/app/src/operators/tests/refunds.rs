//! Orders cancelled and given money back for.

use vocab::{PageRequest, id::OrderId};

use super::{Stage, amount};
use crate::{
    audit::Action,
    operators::OperatorError,
    orders::{AnyOrders, CancelError, Goodwill, ItemType, OrderStatus, RefundError},
    web::idempotency::Scope,
};

fn goodwill(amount: Option<&str>) -> Goodwill {
    Goodwill { item: None, amount: amount.map(super::amount), reason: "it was noisy".into() }
}

#[tokio::test]
async fn delivered_things_are_paid_back_once_each_and_stay_delivered() {
    let stage = Stage::new().await;
    let (account, order) = stage.order(&["one", "none", "two"]).await;
    assert_eq!(stage.available(account).await, amount("46"));
    let (details, replayed) =
        stage.operators.refund_order(&stage.caller, order, &goodwill(None), None).await.expect("is given back");
    assert!(!replayed);
    assert_eq!((details.refunds.len(), details.order.status), (2, OrderStatus::Partial));
    assert_eq!(
        details.order.timeline.last().and_then(|line| line.note.clone()).as_deref(),
        Some("4 USD given back: it was noisy")
    );
    assert_eq!(stage.available(account).await, amount("50"));
    let again = stage.operators.refund_order(&stage.caller, order, &goodwill(None), None).await;
    assert!(matches!(again, Err(OperatorError::Refund(RefundError::Nothing(_)))), "{again:?}");
    assert_eq!(stage.available(account).await, amount("50"));
    let entries = stage.audited().await;
    assert_eq!(entries.iter().map(|entry| entry.action).collect::<Vec<_>>(), [Action::OrderRefunded]);
    stage.books_balance().await;
}

#[tokio::test]
async fn never_more_than_was_paid_and_an_amount_is_for_one_item() {
    let stage = Stage::new().await;
    let (account, order) = stage.order(&["one", "two"]).await;
    let first = stage.operators.order(order).await.expect("is there").order.items[0].id;
    let of_first = |text| Goodwill { item: Some(first), ..goodwill(Some(text)) };
    let which = stage.operators.refund_order(&stage.caller, order, &goodwill(Some("1")), None).await;
    assert!(matches!(which, Err(OperatorError::Refund(RefundError::WhichItem))), "{which:?}");
    let more = stage.operators.refund_order(&stage.caller, order, &of_first("2.000001"), None).await;
    assert!(matches!(more, Err(OperatorError::Refund(RefundError::TooMuch(paid))) if paid == amount("2")), "{more:?}");
    assert_eq!((stage.available(account).await, stage.audited().await.len()), (amount("46"), 0));
    stage.operators.refund_order(&stage.caller, order, &of_first("0.5"), None).await.expect("is given back");
    let rest = stage.operators.refund_order(&stage.caller, order, &of_first("1.5"), None).await;
    assert!(matches!(rest, Err(OperatorError::Refund(RefundError::Nothing(_)))), "{rest:?}");
    stage.operators.refund_order(&stage.caller, order, &goodwill(None), None).await.expect("the other one");
    assert_eq!(stage.available(account).await, amount("48.5"));
    stage.books_balance().await;
}

#[tokio::test]
async fn what_was_not_delivered_has_nothing_to_give_back() {
    let stage = Stage::new().await;
    let (_, order) = stage.order(&["none"]).await;
    let refund = stage.operators.refund_order(&stage.caller, order, &goodwill(None), None).await;
    assert!(matches!(refund, Err(OperatorError::Refund(RefundError::Nothing(_)))), "{refund:?}");
    let nobodys = OrderId::new(&stage.ambient);
    let refund = stage.operators.refund_order(&stage.caller, nobodys, &goodwill(None), None).await;
    assert!(matches!(refund, Err(OperatorError::NotFound)), "{refund:?}");
}

#[tokio::test]
async fn the_same_key_gives_back_once() {
    let stage = Stage::new().await;
    let (account, order) = stage.order(&["one"]).await;
    let scope = Scope {
        account: stage.caller.account,
        operation: "admin.orders.refund",
        key: "k".into(),
        fingerprint: vec![1],
    };
    for expected in [false, true] {
        let (details, replayed) = stage
            .operators
            .refund_order(&stage.caller, order, &goodwill(None), Some(&scope))
            .await
            .expect("is given back");
        assert_eq!((replayed, details.refunds.len()), (expected, 1));
    }
    assert_eq!(stage.available(account).await, amount("50"));
}

#[tokio::test]
async fn an_order_is_cancelled_by_the_customers_rule() {
    let stage = Stage::with(false).await;
    let (account, order) = stage.order(&["one", "two"]).await;
    assert_eq!(stage.available(account).await, amount("46"));
    let details = stage.operators.cancel_order(&stage.caller, order, Some("a mistake")).await.expect("is cancelled");
    assert_eq!((details.account_id, details.order.status), (account, OrderStatus::Cancelled));
    assert_eq!(stage.available(account).await, amount("50"));
    let again = stage.operators.cancel_order(&stage.caller, order, None).await;
    assert!(matches!(again, Err(OperatorError::Cancel(CancelError::TooLate))), "{again:?}");
    let entries = stage.audited().await;
    assert_eq!(entries.len(), 1, "a refusal leaves no entry");
    let after = entries[0].after.as_ref().expect("how it is");
    assert_eq!((after["status"].as_str(), after["reason"].as_str()), (Some("CANCELLED"), Some("a mistake")));
    assert!(entries[0].api_key_id.is_some() && entries[0].subject == order.to_string());
    stage.books_balance().await;
}

#[tokio::test]
async fn everybodys_orders_are_listed_and_narrowed() {
    let stage = Stage::new().await;
    let (first, _) = stage.order(&["one"]).await;
    let (second, failed) = stage.order(&["none"]).await;
    let list = |filter: AnyOrders, page: PageRequest| {
        let orders = stage.operators.orders.clone();
        async move { orders.page_of_any(&filter, &page).await.expect("reads") }
    };
    let page = PageRequest::Page { page: 1, limit: 1 };
    let newest = list(AnyOrders::default(), page.clone()).await;
    assert_eq!((newest.data[0].account_id, newest.pagination.total), (second, Some(2)));
    let cursor = newest.pagination.next_cursor.expect("there is more").parse().expect("a cursor");
    let next = list(AnyOrders::default(), PageRequest::After { cursor, limit: 1 }).await;
    assert_eq!((next.data[0].account_id, next.pagination.has_next), (first, false));
    let narrowed = AnyOrders { statuses: vec![OrderStatus::Failed], ..AnyOrders::default() };
    assert_eq!(list(narrowed, page.clone()).await.data[0].order.id, failed);
    let none = AnyOrders { types: vec![ItemType::Verification], ..AnyOrders::default() };
    assert!(list(none, page.clone()).await.data.is_empty());
    let own = AnyOrders { account: Some(first), types: vec![ItemType::PhoneNumber], ..AnyOrders::default() };
    assert_eq!(list(own, page).await.data.len(), 1);
}

#[tokio::test]
async fn an_order_that_forgets_what_was_given_back_is_found() {
    let stage = Stage::new().await;
    let (_, order) = stage.order(&["one"]).await;
    stage.operators.refund_order(&stage.caller, order, &goodwill(Some("0.5")), None).await.expect("is given back");
    stage.books_balance().await;
    let forgotten = "UPDATE orders SET refunded = 0";
    stage.store.write(|tx| async move { store::exec(&tx, forgotten, []).await }).await.expect("is forgotten");
    let found = crate::orders::verify(&stage.store).await.expect_err("a fault").to_string();
    assert!(found.contains("0") && found.contains("500000"), "{found}");
}
