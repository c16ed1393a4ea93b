//! Whoever was buying a number is gone, or was only taken for dead: an item gets one number at most, and what was
//! never sent is sent.

use chrono::TimeDelta;
use ports::PortError;
use serde_json::json;

use super::{Customer, Stage, amount};
use crate::{
    jobs::Kernel,
    orders::{Item, ItemType, Line, NewOrder, Orders, Wanted},
    suppliers::fake::sold_out,
    verifications::{Verification, VerificationStatus as S, sql, sql::attempts::Attempt},
};

impl Stage {
    /// An order whose process dies when the item is about to be placed, and before any supplier is asked.
    pub(super) async fn abandoned(&self, buyer: Customer) -> (Verification, Item) {
        let line = std::sync::Arc::new(self.verifications.clone());
        // Without handlers nothing happens after the order is open.
        let kernel = Kernel::new(self.store.clone(), self.ambient.clone());
        let gone = Orders::new(&kernel, vec![line], Default::default());
        let options = json!({"serviceCode": "tg", "country": "US"});
        let wanted = Wanted { subject: String::new(), options, custom_price: None, field: String::new() };
        let wanted = vec![(ItemType::Verification, wanted)];
        let (account, user) = (buyer.account, buyer.user);
        let new = NewOrder { account, user, wanted, billing_address: None, scope: None };
        let order = gone.open(new).await.expect("opens").order;
        let rental = self.of_order(buyer, order).await;
        self.set_item(&rental, "PLACING", 0).await;
        let found = self.orders.find(buyer.account, order).await.expect("reads").expect("is there");
        let detail = found.items.into_iter().next().expect("one item").detail;
        let (id, price, subject) = (rental.item, rental.price, "tg/US".to_owned());
        let item = Item { id, order, account: buyer.account, subject, price, detail };
        (rental, item)
    }

    /// Puts the rental's item in a state, placed so many seconds ago.
    async fn set_item(&self, rental: &Verification, state: &str, ago: i64) {
        let since = self.ambient.wall() - TimeDelta::seconds(ago);
        let sql = "UPDATE order_items SET state = $2, placing_since = $3 WHERE id = $1";
        let values = [rental.item.uuid().into(), state.into(), since.into()];
        self.store.write_one(sql, values).await.expect("writes");
    }

    /// A purchase that was put down by whoever is gone.
    async fn attempted(&self, item: &Item, position: i64, reason: Option<&str>) -> bool {
        let (id, attempt) = (item.id, &attempt(self, item, position));
        self.store
            .write(|tx| async move {
                let begun = sql::attempts::begin(&tx, id, attempt).await?;
                if reason.is_some() {
                    sql::attempts::end_open(&tx, id, "REFUSED", reason).await?;
                }
                Ok::<_, store::DbErr>(begun)
            })
            .await
            .expect("writes")
    }

    fn bought(&self) -> (usize, usize) {
        (self.first.state().buys.len(), self.second.state().buys.len())
    }
}

fn attempt(stage: &Stage, item: &Item, position: i64) -> Attempt {
    Attempt {
        position,
        supplier: "FIRST".into(),
        vendor_service: "1".into(),
        vendor_country: "5".into(),
        purchase_key: format!("{}-{position}", item.id),
        state: "TRYING".into(),
        reason: None,
        began_at: stage.ambient.wall(),
    }
}

#[tokio::test]
async fn what_was_never_sent_is_sent_at_once() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let (rental, _) = stage.abandoned(buyer).await;
    stage.place(&rental).await;
    assert_eq!((stage.rental(rental.id).await.status, stage.bought()), (S::WaitingForSms, (1, 0)));
    assert_eq!(stage.available(buyer).await, amount("9.40"));
    stage.verify().await;
}

#[tokio::test]
async fn after_a_definite_no_the_next_supplier_is_asked() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let (rental, item) = stage.abandoned(buyer).await;
    assert!(stage.attempted(&item, 0, Some("NumberNotAvailable")).await);
    stage.place(&rental).await;
    let rental = stage.rental(rental.id).await;
    assert_eq!((rental.status, stage.bought()), (S::WaitingForSms, (0, 1)));
    assert_eq!(rental.rental.map(|at| at.supplier).as_deref(), Some("SECOND"));
}

#[tokio::test]
async fn what_may_have_been_sent_is_not_sent_again() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let (rental, item) = stage.abandoned(buyer).await;
    assert!(stage.attempted(&item, 0, None).await);
    assert!(!stage.attempted(&item, 0, None).await, "the place is taken");
    assert!(!stage.attempted(&item, 1, None).await, "one is open");
    assert!(matches!(stage.verifications.purchase(&item).await, Err(PortError::Unknown)));
    stage.place(&rental).await;
    assert_eq!(stage.bought(), (0, 0));
    stage.verify().await;
}

#[tokio::test]
async fn two_that_buy_at_once_buy_one_number() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    for _ in 0..10 {
        let before = stage.bought();
        let (_, item) = stage.abandoned(buyer).await;
        let tries = [&item; 4].map(|item| stage.verifications.purchase(item));
        let bought = futures::future::join_all(tries).await;
        assert_eq!(bought.iter().filter(|placed| placed.is_ok()).count(), 1);
        let all_others = |placed: &&Result<_, PortError>| matches!(placed, Err(PortError::Unknown));
        assert_eq!(bought.iter().filter(all_others).count(), 3);
        assert_eq!(stage.bought(), (before.0 + 1, 0));
    }
}

#[tokio::test]
async fn whoever_wakes_when_the_item_was_given_up_buys_nothing() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let (rental, item) = stage.abandoned(buyer).await;
    for fake in [&stage.first, &stage.second] {
        fake.state().buy_fails.push_back(sold_out());
    }
    stage.place(&rental).await;
    let ended = stage.rental(rental.id).await;
    assert_eq!((ended.status, ended.status_reason.as_deref()), (S::Failed, Some("no supplier had a number")));
    let attempt = attempt(&stage, &item, 2);
    assert!(!stage.verifications.intend(&item, &attempt).await.expect("reads"));
    assert_eq!(stage.bought(), (1, 1));
    assert_eq!(stage.available(buyer).await, amount("10"));
    stage.verify().await;
}

#[tokio::test]
async fn an_old_order_is_not_bought_for_any_more() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let (rental, item) = stage.abandoned(buyer).await;
    let mut late = item.clone();
    late.detail["quotedAt"] = json!(stage.ambient.wall() - TimeDelta::seconds(61));
    assert!(matches!(stage.verifications.place(&late).await, Err(PortError::Refused(_))));
    assert_eq!((stage.rental(rental.id).await.status, stage.bought()), (S::Processing, (0, 0)));
}

#[tokio::test]
async fn only_a_cancellation_is_called_one() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let (lost, _) = stage.abandoned(buyer).await;
    stage.set_item(&lost, "UNKNOWN", 31).await;
    stage.place(&lost).await;
    let (cancelled, _) = stage.abandoned(buyer).await;
    stage.set_item(&cancelled, "HELD", 0).await;
    stage.orders.cancel(buyer.account, cancelled.order, None).await.expect("cancels");
    for (rental, status, why) in
        [(lost, S::Failed, "no supplier could be asked in time"), (cancelled, S::Cancelled, "the order was cancelled")]
    {
        let ended = stage.rental(rental.id).await;
        assert_eq!((ended.status, ended.status_reason.as_deref()), (status, Some(why)));
    }
    assert_eq!(stage.available(buyer).await, amount("10"));
    stage.verify().await;
}
