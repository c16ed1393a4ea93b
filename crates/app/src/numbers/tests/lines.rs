//! Numbers as a product line: each is claimed once, settled once and paid for once.

use std::time::Duration;

use ports::{
    PortError, RefusalReason,
    carrier::{AddressRequirement, Hooks, Regulation},
};
use serde_json::json;
use vocab::{id::ItemId, telephony::NumberType};

use super::{Customer, FIRST, SECOND, Stage, THIRD, number, offer};
use crate::{
    flows::ActionType,
    jobs::Background as _,
    numbers::voice_target,
    offers::SearchQuery,
    orders::{Claim, Item, Line, OpenError, Settled},
    web::error::ErrorCode,
};

#[tokio::test]
async fn a_number_is_bought_at_the_retail_price_and_points_at_us() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let bought = stage.buy(buyer, FIRST).await;
    assert_eq!(bought.monthly_price, "1.38".parse().expect("an amount"));
    assert_eq!(bought.area_code.as_deref(), Some("415"));
    assert_eq!(stage.available(buyer).await, "8.62".parse().expect("an amount"));
    let owned = stage.carrier.state().owned.clone();
    assert_eq!(owned[0].hooks.voice_url, "https://numbers.example/api/v1/webhooks/twilio/voice");
    assert_eq!(owned[0].hooks.status_callback, "https://numbers.example/api/v1/webhooks/twilio/status");
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM number_claims WHERE kind = 'OWNED'").await, 1);
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM events WHERE kind = 'NUMBER_PURCHASED'").await, 1);
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM steps").await, 0);
}

#[tokio::test]
async fn of_many_buyers_of_one_number_one_wins_and_nobody_else_pays() {
    let stage = Stage::new().await;
    let mut buyers = Vec::new();
    for _ in 0..8 {
        buyers.push(stage.customer("10").await);
    }
    let orders = futures::future::join_all(buyers.iter().map(|buyer| stage.order(*buyer, &[FIRST]))).await;
    let mut winners = 0;
    for (buyer, order) in buyers.iter().zip(&orders) {
        match order {
            Ok(order) => {
                winners += 1;
                assert_eq!(order.items[0].state, "DELIVERED");
            }
            Err(OpenError::NothingAvailable(_)) => {
                assert_eq!(stage.available(*buyer).await, "10".parse().expect("an amount"));
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((winners, stage.carrier.state().buys), (1, 1));
    crate::orders::verify(&stage.store).await.expect("items and holds agree");
}

#[tokio::test]
async fn a_lost_number_refuses_its_own_item_only() {
    let stage = Stage::new().await;
    stage.buy(stage.customer("10").await, FIRST).await;
    let order = stage.order(stage.customer("10").await, &[FIRST, SECOND]).await.expect("opens");
    let states: Vec<&str> = order.items.iter().map(|item| item.state.as_str()).collect();
    assert_eq!((order.order.status.as_str(), states), ("PARTIAL", vec!["REFUSED", "DELIVERED"]));
    assert_eq!(order.items[0].error_code.as_deref(), Some("NUMBER_NOT_AVAILABLE"));
}

#[tokio::test]
async fn a_refused_purchase_gives_claim_and_money_back() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let refused = PortError::refused(RefusalReason::NumberNotAvailable, None, "taken");
    stage.carrier.state().buy_fails.push_back(refused);
    let order = stage.order(buyer, &[FIRST]).await.expect("opens");
    assert_eq!(order.order.status, "FAILED");
    assert_eq!(stage.available(buyer).await, "10".parse().expect("an amount"));
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM number_claims").await, 0);
    stage.buy(buyer, FIRST).await;
}

#[tokio::test]
async fn another_number_than_asked_for_is_an_orphan_and_nobody_pays() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    stage.carrier.state().substitute = Some(number(THIRD));
    let order = stage.order(buyer, &[FIRST]).await.expect("opens");
    assert_eq!(order.order.status, "FAILED");
    assert_eq!(stage.available(buyer).await, "10".parse().expect("an amount"));
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM orphans WHERE resolved_at IS NULL").await, 1);
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM number_claims").await, 0);
}

#[tokio::test]
async fn hooks_that_name_another_host_are_pointed_at_us() {
    let stage = Stage::new().await;
    let voice_url = "https://before.example/api/v1/webhooks/twilio/voice".into();
    let foreign = Hooks { voice_url, status_callback: String::new() };
    stage.carrier.state().foreign_hooks = Some(foreign);
    let bought = stage.buy(stage.customer("10").await, FIRST).await;
    let handlers = stage.numbers.steps();
    for handler in handlers.iter().filter(|handler| handler.kind() == "number_point") {
        handler.run(bought.id.uuid()).await.expect("points");
    }
    assert_eq!(stage.carrier.state().pointed, [bought.carrier_sid]);
}

#[tokio::test]
async fn what_the_operator_has_for_something_else_is_not_sold() {
    for voice_url in ["https://shop.example/calls", "", "not a URL"] {
        let stage = Stage::new().await;
        let elsewhere = Hooks { voice_url: voice_url.into(), status_callback: String::new() };
        stage.carrier.state().foreign_hooks = Some(elsewhere);
        let buyer = stage.customer("10").await;
        let order = stage.order(buyer, &[FIRST]).await.expect("opens");
        assert_eq!(order.items[0].state, "REFUSED", "{voice_url}");
        assert_eq!(stage.count("SELECT COUNT(*) AS count FROM numbers").await, 0);
        assert_eq!(stage.count("SELECT COUNT(*) AS count FROM number_claims").await, 0);
        assert_eq!(stage.carrier.state().owned.len(), 1, "it stays the operator's");
    }
}

#[tokio::test]
async fn settling_twice_makes_one_number() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let order = stage.order(buyer, &[FIRST]).await.expect("opens");
    let row = &order.items[0];
    let item = Item {
        id: ItemId::from_uuid(row.id),
        order: vocab::Id::from_uuid(row.order_id),
        account: buyer.account,
        subject: row.subject.clone(),
        price: vocab::Money::new(vocab::Amount::from_micros(row.total_price), vocab::Currency::USD),
        detail: row.detail.clone(),
    };
    let found = Line::find(&stage.numbers, &item).await.expect("answers").expect("is there");
    let (item, found, stage_numbers) = (&item, &found, &stage.numbers);
    let settled =
        stage.store.write(|tx| async move { stage_numbers.settle(&tx, item, found).await }).await.expect("settles");
    let Settled::Delivered { id, facts } = settled else { panic!("{settled:?}") };
    assert_eq!((Some(id), facts.len()), (row.delivered_id, 0));
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM numbers").await, 1);
    // The loser's undo, or a late one, takes nothing from the owner.
    let other = Item { id: ItemId::new(&stage.ambient), ..item.clone() };
    for item in [item, &other] {
        stage.store.write(|tx| async move { stage_numbers.undo(&tx, item).await }).await.expect("undoes");
    }
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM number_claims WHERE kind = 'OWNED'").await, 1);
}

#[tokio::test]
async fn a_lost_answer_is_asked_about_and_never_bought_again() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    stage.carrier.state().buy_fails.push_back(PortError::Unknown);
    let order = stage.order(buyer, &[FIRST]).await.expect("opens");
    assert_eq!(order.items[0].state, "UNKNOWN");
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let steps = stage.orders.steps().remove(0);
    crate::jobs::StepHandler::run(steps.as_ref(), order.items[0].id).await.expect("asks");
    let order = stage.found(buyer, vocab::Id::from_uuid(order.order.id)).await;
    assert_eq!((order.order.status.as_str(), stage.carrier.state().buys), ("COMPLETED", 1));
}

#[tokio::test]
async fn a_cooled_number_can_be_claimed_and_a_cooling_one_cannot() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let bought = stage.buy(buyer, FIRST).await;
    stage.numbers.release(buyer.account, bought.id, None).await.expect("releases");
    let item = |customer: Customer| Item {
        id: ItemId::new(&stage.ambient),
        order: vocab::Id::new(&stage.ambient),
        account: customer.account,
        subject: FIRST.to_owned(),
        price: vocab::Money::new(vocab::Amount::ZERO, vocab::Currency::USD),
        detail: json!(null),
    };
    let (early, late) = (item(buyer), item(buyer));
    let claim = async |item: &Item| {
        let numbers = &stage.numbers;
        stage.store.write(|tx| async move { numbers.claim(&tx, item).await }).await.expect("claims")
    };
    assert_eq!(claim(&early).await, Claim::Lost);
    stage.ambient.advance(chrono::TimeDelta::hours(25));
    assert_eq!(claim(&late).await, Claim::Won);
    assert_eq!(claim(&early).await, Claim::Lost);
}

#[tokio::test]
async fn a_number_can_be_configured_as_it_is_bought() {
    let stage = Stage::new().await;
    let options = json!({
        "friendlyName": "Desk",
        "configuration": {"routingRules": {"defaultAction": {"type": "say", "destination": "Hello"}}},
    });
    let order = stage.order_with(stage.customer("10").await, &[FIRST], options).await.expect("opens");
    assert_eq!(order.order.status, "COMPLETED");
    let target = voice_target(stage.store.reader(), FIRST).await.expect("reads").expect("is there");
    assert!(target.takes_calls());
    assert_eq!(target.action.map(|action| action.action_type), Some(ActionType::Say));
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_an_order_opens() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    for bad in ["+10005550100", "4155550101", "", "+999", "'; DROP TABLE numbers"] {
        assert!(matches!(stage.order(buyer, &[bad]).await, Err(OpenError::Invalid(_))), "{bad}");
    }
    for bad in [json!({"friendlyName": ""}), json!({"color": "red"}), json!({"friendlyName": "a\u{7}"}), json!([])] {
        assert!(matches!(stage.order_with(buyer, &[FIRST], bad).await, Err(OpenError::Invalid(_))));
    }
    let url = json!({"configuration": {"voiceUrl": "https://example.com/voice"}});
    let refused = stage.order_with(buyer, &[FIRST], url).await;
    assert!(matches!(refused, Err(OpenError::Refused(ErrorCode::InvalidConfiguration, _))));
    assert_eq!(stage.carrier.state().buys, 0);
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM orders").await, 0);
}

#[tokio::test]
async fn a_number_with_a_restriction_is_refused_before_an_order_opens() {
    let stage = Stage::new().await;
    stage.carrier.state().offers = vec![offer(FIRST, "CA", AddressRequirement::Local)];
    // Only an offer that was shown is known to have one.
    let us = SearchQuery::everything("US".parse().expect("a country"), NumberType::Local, 20);
    stage.offers.search(us).await.expect("searches");
    let order = stage.order(stage.customer("10").await, &[FIRST, SECOND]).await;
    let Err(OpenError::Unmet(unmet)) = order else { panic!("{order:?}") };
    let missing = json!([{"requirement": "ADDRESS", "where": "IN_COUNTRY"}]);
    let detail = json!({"phoneNumber": FIRST, "countryCode": "US", "numberType": "LOCAL", "missing": missing});
    assert_eq!(unmet.iter().map(|one| &one.detail).collect::<Vec<_>>(), [&detail]);
}

#[tokio::test]
async fn every_number_that_needs_documents_is_named_whether_it_was_shown_or_not() {
    let stage = Stage::new().await;
    stage.carrier.state().regulation = Some(Regulation { individual: None, business: Some(vec!["Seal".into()]) });
    let buyer = stage.customer("10").await;
    let order = stage.order(buyer, &[FIRST, THIRD]).await;
    let Err(OpenError::Unmet(unmet)) = order else { panic!("{order:?}") };
    assert_eq!(unmet.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>(), [FIRST, THIRD]);
    // What is wrong with the request itself comes first.
    assert!(matches!(stage.order(buyer, &[FIRST, "+999"]).await, Err(OpenError::Invalid(_))));
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM orders").await, 0);
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM number_claims").await, 0);
    assert_eq!(stage.carrier.state().buys, 0);
}
