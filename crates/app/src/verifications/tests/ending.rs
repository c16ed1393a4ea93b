//! Ends without a text: the money is back, once, and never beside a code.

use std::time::Duration;

use chrono::TimeDelta;
use ports::{
    PortError,
    supplier::{GivenBack, RentalState},
};
use vocab::{PageRequest, id::VerificationId};

use super::{Stage, amount, reference};
use crate::{
    suppliers::fake::{FakeSupplier, text},
    verifications::{VerificationError, VerificationStatus as S, model::Filter, sql},
};

#[tokio::test]
async fn a_cancelled_rental_gives_the_money_back_once() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    for _ in 0..2 {
        let ended = stage.verifications.cancel(buyer.account, rental.id).await.expect("cancels");
        assert_eq!(ended.status, S::Cancelled);
        assert_eq!(stage.available(buyer).await, amount("10"));
    }
    assert_eq!(stage.order_status(buyer, &rental).await, "CANCELLED");
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM steps").await, 0);
    stage.verify().await;
}

#[tokio::test]
async fn another_accounts_rental_does_not_exist() {
    let stage = Stage::new().await;
    let rental = stage.rent(stage.customer("10").await).await;
    let other = stage.customer("10").await;
    let asked = stage.verifications.cancel(other.account, rental.id).await;
    assert!(matches!(asked, Err(VerificationError::NotFound)));
    assert_eq!(stage.rental(rental.id).await.status, S::WaitingForSms);
}

#[tokio::test]
async fn a_text_during_a_cancellation_completes_and_is_paid_for() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    stage.first.state().text_while_cancelling = Some(text("a", "Your code is 1111"));
    let ended = stage.verifications.cancel(buyer.account, rental.id).await.expect("is answered");
    assert_eq!((ended.status, stage.available(buyer).await), (S::Completed, amount("9.40")));
    assert!(stage.verifications.cancel(buyer.account, rental.id).await.is_err());
    stage.verify().await;
}

#[tokio::test]
async fn within_the_lock_a_cancellation_is_scheduled() {
    let first = FakeSupplier::new("FIRST", 415, "0.50").locked(Duration::from_secs(120));
    let stage = Stage::with(first, FakeSupplier::new("SECOND", 212, "0.55")).await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    let asked = stage.verifications.cancel(buyer.account, rental.id).await.expect("is taken");
    assert_eq!((asked.status, stage.available(buyer).await), (S::Cancelling, amount("9.40")));
    stage.ambient.advance(TimeDelta::seconds(121));
    stage.watch(&rental).await;
    assert_eq!((stage.rental(rental.id).await.status, stage.available(buyer).await), (S::Cancelled, amount("10")));
    stage.verify().await;
}

#[tokio::test]
async fn a_cancellation_that_is_too_early_or_lost_is_tried_again() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    let early = GivenBack::TooEarly { after: Some(Duration::from_secs(60)) };
    stage.first.state().cancel_answers.extend([Err(PortError::Unknown), Ok(early)]);
    for _ in 0..2 {
        let asked = stage.verifications.cancel(buyer.account, rental.id).await.expect("is taken");
        assert_eq!((asked.status, stage.available(buyer).await), (S::Cancelling, amount("9.40")));
    }
    stage.ambient.advance(TimeDelta::seconds(61));
    stage.watch(&rental).await;
    assert_eq!((stage.rental(rental.id).await.status, stage.available(buyer).await), (S::Cancelled, amount("10")));
}

#[tokio::test]
async fn without_a_text_it_expires_and_the_money_is_back() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    stage.watch(&rental).await;
    assert_eq!(stage.rental(rental.id).await.status, S::WaitingForSms);
    stage.ambient.advance(TimeDelta::minutes(20));
    for _ in 0..2 {
        stage.watch(&rental).await;
        assert_eq!((stage.rental(rental.id).await.status, stage.available(buyer).await), (S::Expired, amount("10")));
    }
    assert_eq!(stage.order_status(buyer, &rental).await, "FAILED");
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM events WHERE kind = 'VERIFICATION_EXPIRED'").await, 1);
    stage.verify().await;
}

#[tokio::test]
async fn a_supplier_that_ends_it_first_by_its_own_clock_ends_it_the_same() {
    for state in [RentalState::Closed, RentalState::TimedOut] {
        let stage = Stage::new().await;
        let buyer = stage.customer("10").await;
        let rental = stage.rent(buyer).await;
        stage.first.state().rented.get_mut(&reference(&rental)).expect("is rented").state = state;
        stage.watch(&rental).await;
        assert_eq!((stage.rental(rental.id).await.status, stage.available(buyer).await), (S::Expired, amount("10")));
        stage.verify().await;
    }
}

#[tokio::test]
async fn what_was_given_back_is_found_by_that() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let (waiting, cancelled) = (stage.rent(buyer).await, stage.rent(buyer).await);
    stage.verifications.cancel(buyer.account, cancelled.id).await.expect("cancels");
    let found = async |status: S| -> Vec<VerificationId> {
        let filter = Filter { statuses: vec![status], service_code: None };
        let page = PageRequest::Page { page: 1, limit: 20 };
        let rows = sql::lists::list(stage.store.reader(), buyer.account, &filter, &page).await.expect("reads");
        rows.rows.into_iter().map(|rental| rental.id).collect()
    };
    assert_eq!(found(S::Refunded).await, [cancelled.id]);
    assert_eq!(found(S::WaitingForSms).await, [waiting.id]);
}

#[tokio::test]
async fn a_text_that_came_before_the_last_look_counts() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    stage.first.send(&reference(&rental), text("a", "Your code is 1111"));
    stage.ambient.advance(TimeDelta::minutes(30));
    stage.watch(&rental).await;
    assert_eq!((stage.rental(rental.id).await.status, stage.available(buyer).await), (S::Completed, amount("9.40")));
}

#[tokio::test]
async fn a_supplier_that_is_down_does_not_keep_the_customers_money() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    stage.first.state().down = true;
    stage.ambient.advance(TimeDelta::minutes(20));
    stage.watch(&rental).await;
    let ended = stage.rental(rental.id).await;
    assert_eq!((ended.status, ended.owed_back, stage.available(buyer).await), (S::Expired, true, amount("10")));
    // Up again, it gives ours back.
    stage.first.state().down = false;
    stage.watch(&rental).await;
    assert!(!stage.rental(rental.id).await.owed_back);
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM orphans").await, 0);
    stage.verify().await;
}

#[tokio::test]
async fn a_number_that_is_no_good_is_reported_and_paid_back() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    let ended = stage.verifications.report(buyer.account, rental.id).await.expect("reports");
    assert_eq!((ended.status, stage.available(buyer).await), (S::Failed, amount("10")));
    let paid = stage.rent(buyer).await;
    stage.first.send(&reference(&paid), text("a", "Your code is 1111"));
    assert!(stage.verifications.report(buyer.account, paid.id).await.is_err());
    assert_eq!(stage.rental(paid.id).await.status, S::Completed);
    stage.verify().await;
}

#[tokio::test]
async fn whoever_wins_there_is_a_code_or_a_refund_and_never_both() {
    let stage = Stage::new().await;
    let buyer = stage.customer("100").await;
    for round in 0..20 {
        let rental = stage.rent(buyer).await;
        let words = [text("a", "Your code is 1111")];
        let (_, _, _) = tokio::join!(
            stage.verifications.receive(&rental, &words),
            stage.verifications.cancel(buyer.account, rental.id),
            stage.verifications.watch(rental.id),
        );
        let view = stage.view(rental.id).await;
        let is_paid = view.status == S::Completed;
        assert!(is_paid || view.status == S::Cancelled, "{round}: {:?}", view.status);
        assert_eq!((is_paid, !is_paid), (view.code.is_some(), view.refunded_at.is_some()));
    }
    stage.verify().await;
}
