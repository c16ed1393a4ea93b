//! Texts: the first pays, later ones are added, words stay sealed.

use futures::FutureExt as _;

use super::{Stage, amount, reference};
use crate::{
    suppliers::fake::text,
    verifications::{VerificationStatus as S, model::Rental, sql},
};

#[tokio::test]
async fn the_first_text_pays_and_its_code_is_shown() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    let mut listener = stage.verifications.live.listen(rental.id);
    stage.first.send(&reference(&rental), text("a", "Telegram code: 54321. Do not give it to anyone."));
    stage.watch(&rental).await;
    // Later it would have looked by itself.
    let read = rental.standing(stage.ambient.business());
    tokio::task::unconstrained(listener.changed(read)).now_or_never().expect("was told when the text came");
    let view = stage.view(rental.id).await;
    assert_eq!((view.status, view.code.as_deref()), (S::Completed, Some("54321")));
    assert_eq!(stage.order_status(buyer, &rental).await, "COMPLETED");
    assert_eq!(stage.available(buyer).await, amount("9.40"));
    assert_eq!(stage.count("SELECT COUNT(*) AS count FROM ledger_postings WHERE kind = 'CAPTURE'").await, 1);
    let sealed = "SELECT COUNT(*) AS count FROM verification_texts WHERE sealed_text LIKE '%54321%' OR sealed_code LIKE '%54321%'";
    assert_eq!(stage.count(sealed).await, 0);
    stage.verify().await;
}

#[tokio::test]
async fn the_same_text_counts_once_and_another_is_added() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    let first = text("a", "Your code is 1111");
    for _ in 0..3 {
        stage.verifications.receive(&rental, std::slice::from_ref(&first)).await.expect("receives");
    }
    stage.verifications.receive(&rental, &[first, text("b", "Your code is 2222")]).await.expect("receives");
    let view = stage.view(rental.id).await;
    assert_eq!((view.messages.len(), view.code.as_deref()), (2, Some("2222")));
    let told = "SELECT COUNT(*) AS count FROM events WHERE kind = 'VERIFICATION_CODE_RECEIVED'";
    assert_eq!((stage.count(told).await, stage.available(buyer).await), (2, amount("9.40")));
    stage.verify().await;
}

#[tokio::test]
async fn one_more_text_can_be_asked_for() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    assert!(stage.verifications.resend(buyer.account, rental.id).await.is_err(), "none has come yet");
    stage.first.send(&reference(&rental), text("a", "Your code is 1111"));
    stage.watch(&rental).await;
    assert!(stage.verifications.resend(buyer.account, rental.id).await.expect("asks").awaits_more);
    stage.first.send(&reference(&rental), text("b", "Your code is 2222"));
    stage.watch(&rental).await;
    let view = stage.view(rental.id).await;
    assert_eq!((view.awaits_more, view.code.as_deref()), (false, Some("2222")));
    assert_eq!(stage.available(buyer).await, amount("9.40"));
    for _ in 0..2 {
        assert!(stage.verifications.resend(buyer.account, rental.id).await.expect("asks").awaits_more);
    }
    stage.ambient.advance(chrono::TimeDelta::minutes(21));
    assert!(stage.verifications.resend(buyer.account, rental.id).await.is_err(), "its time is over");
    stage.watch(&rental).await;
    let view = stage.view(rental.id).await;
    assert_eq!((view.status, view.awaits_more), (S::Completed, false));
}

/// While the supplier was asked, the text came or the buyer was done with it: neither is undone.
#[tokio::test]
async fn what_happens_while_one_more_is_asked_for_stands() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    stage.verifications.receive(&rental, &[text("a", "Your code is 1111")]).await.expect("receives");
    let asked = stage.rental(rental.id).await;
    let next = Rental { rounds: 1, ..asked.rental.clone().expect("is rented") };

    stage.verifications.receive(&asked, &[text("b", "Your code is 2222")]).await.expect("receives");
    stage.verifications.await_more(&asked, &next).await.expect("writes");
    let view = stage.view(rental.id).await;
    assert_eq!((view.awaits_more, view.messages.len()), (false, 2));

    let asked = stage.rental(rental.id).await;
    stage.verifications.await_more(&asked, &next).await.expect("writes");
    assert!(stage.view(rental.id).await.awaits_more, "nothing happened meanwhile");
    let asked = stage.rental(rental.id).await;
    stage.verifications.close(buyer.account, rental.id).await.expect("closes");
    stage.verifications.await_more(&asked, &next).await.expect("writes");
    let closed = stage.rental(rental.id).await;
    let over = closed.rental.expect("is rented").expires_at <= stage.ambient.business();
    assert_eq!((closed.awaits_more, over), (false, true));
}

#[tokio::test]
async fn a_text_that_comes_when_the_money_is_back_is_withheld() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    stage.verifications.cancel(buyer.account, rental.id).await.expect("cancels");
    let news = stage.verifications.receive(&rental, &[text("late", "Your code is 1111")]).await.expect("reads");
    let view = stage.view(rental.id).await;
    assert_eq!((news, view.status, view.code, view.messages.len()), (false, S::Cancelled, None, 0));
    assert_eq!(stage.available(buyer).await, amount("10"));
    let words = "SELECT COUNT(*) AS count FROM verification_texts WHERE sealed_text IS NOT NULL";
    assert_eq!(stage.count(words).await, 0);
    stage.verify().await;
}

#[tokio::test]
async fn words_are_erased_after_their_time() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let rental = stage.rent(buyer).await;
    stage.verifications.receive(&rental, &[text("a", "Your code is 1111")]).await.expect("receives");
    assert_eq!(stage.verifications.erase_texts().await.expect("erases"), 0);
    stage.ambient.advance(chrono::TimeDelta::hours(25));
    assert_eq!(stage.verifications.erase_texts().await.expect("erases"), 1);
    let view = stage.view(rental.id).await;
    assert_eq!((view.status, view.code, view.messages.len()), (S::Completed, None, 1));
}

#[tokio::test]
async fn what_another_process_does_is_told_too() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let (rental, other) = (stage.rent(buyer).await, stage.rent(buyer).await);
    let beside = stage.another_process();
    let mut listener = beside.live.listen(rental.id);
    let mut elsewhere = beside.live.listen(other.id);
    let standing = async |id| beside.of(buyer.account, id).await.expect("is there").standing(stage.ambient.business());
    let (read, read_elsewhere) = (standing(rental.id).await, standing(other.id).await);
    stage.verifications.receive(&rental, &[text("a", "Your code is 1111")]).await.expect("receives");
    listener.changed(read).await;
    let read = standing(rental.id).await;
    assert_eq!(beside.of(buyer.account, rental.id).await.expect("is there").status, S::Completed);
    // By now a look has found both as they were read.
    for (listener, read) in [(&mut listener, read), (&mut elsewhere, read_elsewhere)] {
        assert!(tokio::task::unconstrained(listener.changed(read)).now_or_never().is_none(), "nothing is new there");
    }
    stage.ambient.advance(chrono::TimeDelta::minutes(21));
    // A time that is over is news as well: streams end then.
    tokio::join!(listener.changed(read), elsewhere.changed(read_elsewhere));
}

#[tokio::test]
async fn who_has_read_something_old_is_told_at_once() {
    let stage = Stage::new().await;
    let rental = stage.rent(stage.customer("10").await).await;
    let read = rental.standing(stage.ambient.business());
    let beside = stage.another_process();
    let mut early = beside.live.listen(rental.id);
    stage.verifications.receive(&rental, &[text("a", "Your code is 1111")]).await.expect("receives");
    early.changed(read).await;
    let mut late = beside.live.listen(rental.id);
    tokio::task::unconstrained(late.changed(read)).now_or_never().expect("the last look knows better");
}

#[tokio::test]
async fn whoever_no_longer_listens_is_forgotten() {
    let stage = Stage::new().await;
    let rental = stage.rent(stage.customer("10").await).await;
    let live = &stage.verifications.live;
    let (first, second) = (live.listen(rental.id), live.listen(rental.id));
    assert_eq!(format!("{live:?}"), "Live(1 rentals)");
    drop(first);
    assert_eq!(format!("{live:?}"), "Live(1 rentals)");
    drop(second);
    assert_eq!(format!("{live:?}"), "Live(0 rentals)");
}

#[tokio::test]
async fn as_many_as_listen_are_looked_at() {
    let stage = Stage::new().await;
    let buyer = stage.customer("10").await;
    let known = [stage.rent(buyer).await.id, stage.rent(buyer).await.id];
    let now = stage.ambient.business();
    let strangers = std::iter::repeat_with(|| vocab::id::VerificationId::new(&stage.ambient)).take(1500);
    let asked: Vec<_> = known.into_iter().take(1).chain(strangers).chain(known.into_iter().skip(1)).collect();
    let standings = sql::lists::standings(stage.store.fresh(), &asked, now).await.expect("reads");
    assert_eq!(standings.iter().map(|(id, _)| *id).collect::<Vec<_>>(), known);
}
