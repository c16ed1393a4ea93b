//! Deposits whose answer does not come at once, or not at all.

use std::time::Duration;

use chrono::TimeDelta;
use ports::{PortError, processor::ChargeStatus};

use super::super::{PaymentStatus, Request};
use super::{Outcome, World, amount, dollars, process};

#[tokio::test]
async fn an_unknown_outcome_is_asked_for_under_the_same_key() {
    let world = World::new().await;
    world.till.answers_charge([Err(PortError::Unknown), Err(PortError::Unknown), Ok(ChargeStatus::Succeeded)]);
    let payment = world.deposit(&dollars("12")).await.payment;
    assert_eq!((payment.status, payment.in_doubt), (PaymentStatus::Pending, true));
    assert_eq!(world.advance(payment.id).await, Outcome::Again(Duration::from_secs(2)));
    assert_eq!(world.advance(payment.id).await, Outcome::Done);
    assert_eq!(world.advance(payment.id).await, Outcome::Done, "a repeat finds it done");
    assert_eq!(world.till.keys(), vec![payment.id.to_string(); 3]);
    assert_eq!(world.balance().await, amount("12"));
    world.verify().await;
}

#[tokio::test]
async fn another_process_takes_over_where_one_died() {
    let world = World::new().await;
    world.till.answers_charge([Err(PortError::Unknown), Ok(ChargeStatus::Processing)]);
    world.till.answers_look_up([Err(PortError::NotSent), Ok(ChargeStatus::Succeeded)]);
    let id = world.deposit(&dollars("3")).await.payment.id;
    let other = process(&world.store, &world.ambient, &world.till, &world.inbox);
    assert_eq!(other.advance(id).await.expect("advances"), Outcome::Again(Duration::from_secs(2)));
    assert_eq!(world.payment(id).await.status, PaymentStatus::Processing);
    assert_eq!(other.advance(id).await.expect("advances"), Outcome::Again(Duration::from_secs(2)));
    assert_eq!(other.advance(id).await.expect("advances"), Outcome::Done);
    assert_eq!(world.payment(id).await.status, PaymentStatus::Succeeded);
    assert_eq!(world.balance().await, amount("3"));
}

#[tokio::test]
async fn what_never_left_is_given_up_soon() {
    let world = World::new().await;
    let busy = PortError::Busy { retry_after: Duration::from_secs(7) };
    world.till.answers_charge([Err(PortError::NotSent), Err(busy), Err(PortError::NotSent)]);
    let payment = world.deposit(&dollars("4")).await.payment;
    assert_eq!((payment.status, payment.in_doubt), (PaymentStatus::Pending, false));
    assert_eq!(world.advance(payment.id).await, Outcome::Again(Duration::from_secs(7)));
    assert!(!world.payment(payment.id).await.in_doubt);
    world.clock.forward(TimeDelta::minutes(16));
    assert_eq!(world.advance(payment.id).await, Outcome::Done);
    let payment = world.payment(payment.id).await;
    let failed = (PaymentStatus::Failed, Some("processor_unreachable"));
    assert_eq!((payment.status, payment.failure_code.as_deref()), failed);
    assert_eq!(world.till.keys().len(), 2, "and not sent once more");
}

#[tokio::test]
async fn doubt_outlives_wrong_settings_but_not_the_replay_window() {
    let world = World::new().await;
    let misconfigured = PortError::Misconfigured("bad key".into());
    world.till.answers_charge([Err(PortError::Unknown), Err(misconfigured), Err(PortError::NotSent)]);
    let id = world.deposit(&dollars("4")).await.payment.id;
    assert_eq!(world.advance(id).await, Outcome::Again(Duration::from_secs(2)));
    world.clock.forward(TimeDelta::hours(23));
    assert_eq!(world.advance(id).await, Outcome::Again(Duration::from_secs(10)), "asked until the window closes");
    let payment = world.payment(id).await;
    assert!(payment.in_doubt && payment.status == PaymentStatus::Pending);
    world.clock.forward(TimeDelta::hours(2));
    assert_eq!(world.advance(id).await, Outcome::Done);
    let payment = world.payment(id).await;
    assert_eq!((payment.status, payment.failure_code.as_deref()), (PaymentStatus::Failed, Some("outcome_unknown")));
    assert_eq!(world.till.keys().len(), 3, "a key outside of the window would charge again");
}

#[tokio::test]
async fn a_payer_who_never_comes_back_is_not_waited_for() {
    let world = World::new().await;
    let action = ChargeStatus::ActionRequired { client_secret: Some("s".into()), redirect_url: Some("u".into()) };
    world.till.answers_charge([Ok(action.clone())]);
    world.till.answers_look_up([Ok(action)]);
    let deposited = world.deposit(&dollars("4")).await;
    assert!(deposited.browser.is_some_and(|browser| browser.must_confirm && browser.redirect_url.is_some()));
    let id = deposited.payment.id;
    world.clock.forward(TimeDelta::hours(2));
    assert_eq!(world.advance(id).await, Outcome::Again(Duration::from_secs(900)));
    world.clock.forward(TimeDelta::hours(23));
    assert_eq!(world.advance(id).await, Outcome::Done);
    let payment = world.payment(id).await;
    assert_eq!((payment.status, payment.failure_code.as_deref()), (PaymentStatus::Cancelled, Some("abandoned")));
}

#[tokio::test]
async fn a_customer_that_cannot_be_made_puts_nothing_in_doubt() {
    let world = World::new().await;
    world.till.fails_customer([PortError::Unknown, PortError::NotSent]);
    let payment = world.deposit(&Request { save_method: true, ..dollars("4") }).await.payment;
    assert!(!payment.in_doubt && payment.status == PaymentStatus::Pending);
    world.advance(payment.id).await;
    assert!(!world.payment(payment.id).await.in_doubt && world.till.keys().is_empty());
    assert_eq!(world.advance(payment.id).await, Outcome::Done);
    assert_eq!(world.payment(payment.id).await.status, PaymentStatus::Succeeded);
}
