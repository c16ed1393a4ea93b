//! The end of a session.

use app::sessions::{EndReason, SessionError, SessionStatus};
use chrono::TimeDelta;
use futures::future::join_all;
use vocab::Ambient;

use super::stock::{COOL_DOWN, World};
use crate::support::{TestDb, on_both, rows};

on_both!(
    an_older_session_cannot_end_a_newer_one,
    the_end_is_told_once,
    an_end_by_hand_and_by_time_is_one_end,
    only_its_owner_ends_a_session,
    more_time_keeps_the_number,
);

async fn an_older_session_cannot_end_a_newer_one(db: TestDb) {
    let world = World::with(&db, 1).await;
    let account = rows::account(&world.store, &world.ambient).await;
    let older = world.borrow(account).await.expect("it is free");
    // Time passes, and nobody has told of the older one's end.
    world.ambient.advance(TimeDelta::minutes(30) + COOL_DOWN);
    let newer = world.borrow(account).await.expect("it is free again");
    assert_eq!(newer.phone_number, older.phone_number);
    let ended = world.sessions.end(account, older.id).await.expect("its owner asks");
    assert_eq!(ended.end(world.ambient.business()), Some((older.expires_at, EndReason::Expired)));
    assert!(world.sessions.extend(account, older.id, 30).await.is_err(), "what is over gets no more time");
    assert!(world.borrow(account).await.is_err(), "the newer one still has the number");
    let newer = world.sessions.find(account, newer.id).await.expect("it is there");
    assert_eq!(newer.status(world.ambient.business()), SessionStatus::Active);
}

/// Whoever ends it, and however often: by hand, by time, by several processes.
async fn the_end_is_told_once(db: TestDb) {
    let world = World::with(&db, 300).await;
    let account = rows::account(&world.store, &world.ambient).await;
    let mut sessions = Vec::new();
    for _ in 0..300 {
        sessions.push(world.borrow(account).await.expect("one of three hundred"));
    }
    let by_hand = join_all(
        sessions[..40]
            .iter()
            .flat_map(|session| [world.sessions.end(account, session.id), world.sessions.end(account, session.id)]),
    );
    for ended in by_hand.await {
        let ended = ended.expect("its owner asks");
        assert_eq!(ended.told_end.map(|(_, reason)| reason), Some(EndReason::ByHand));
    }
    assert_eq!(world.told("SESSION_ENDED").await, 40);
    assert_eq!(world.sessions.tell_expired().await.expect("looks"), 0, "no time is over");
    world.ambient.advance(TimeDelta::minutes(31));
    let other = World::beside(&db, &world.ambient);
    let told = join_all([world.sessions.tell_expired(), other.sessions.tell_expired(), world.sessions.tell_expired()]);
    let told: usize = told.await.into_iter().map(|told| told.expect("tells")).sum();
    assert!(told >= 200, "a whole batch and more was told at once: {told}");
    // What one process had locked, the next run tells.
    world.sessions.tell_expired().await.expect("tells");
    assert_eq!(world.told("SESSION_ENDED").await, 300);
}

/// Owners end theirs by a clock on which there is time left, while another process's clock says that it is over.
async fn an_end_by_hand_and_by_time_is_one_end(db: TestDb) {
    let world = World::with(&db, 60).await;
    let account = rows::account(&world.store, &world.ambient).await;
    let ahead = Ambient::system();
    ahead.advance(TimeDelta::minutes(31));
    let ahead = World::beside(&db, &ahead);
    let mut sessions = Vec::new();
    for _ in 0..60 {
        sessions.push(world.borrow(account).await.expect("one of sixty"));
    }
    let by_hand = join_all(sessions.iter().map(|session| world.sessions.end(account, session.id)));
    let by_time = join_all((0..4).map(|_| ahead.sessions.tell_expired()));
    let (by_hand, by_time) = tokio::join!(by_hand, by_time);
    let mut told = 0;
    for ended in by_hand {
        let (_, reason) = ended.expect("its owner asks").told_end.expect("it is over, in one way or the other");
        told += usize::from(reason == EndReason::ByHand);
    }
    told += by_time.into_iter().map(|told| told.expect("tells")).sum::<usize>();
    assert_eq!(told, 60);
    assert_eq!(world.told("SESSION_ENDED").await, 60);
}

async fn only_its_owner_ends_a_session(db: TestDb) {
    let world = World::with(&db, 1).await;
    let account = rows::account(&world.store, &world.ambient).await;
    let stranger = rows::account(&world.store, &world.ambient).await;
    let session = world.borrow(account).await.expect("it is free");
    assert!(matches!(world.sessions.end(stranger, session.id).await, Err(SessionError::NotFound)));
    assert!(matches!(world.sessions.extend(stranger, session.id, 1).await, Err(SessionError::NotFound)));
    let session = world.sessions.find(account, session.id).await.expect("it is there");
    assert_eq!(session.status(world.ambient.business()), SessionStatus::Active);
}

async fn more_time_keeps_the_number(db: TestDb) {
    let world = World::with(&db, 1).await;
    let account = rows::account(&world.store, &world.ambient).await;
    let session = world.borrow(account).await.expect("it is free");
    let longer = world.sessions.extend(account, session.id, 60).await.expect("it is active");
    assert_eq!(longer.expires_at, session.expires_at + TimeDelta::minutes(60));
    world.ambient.advance(TimeDelta::minutes(31) + COOL_DOWN);
    assert!(world.borrow(account).await.is_err(), "the number is not free when it would have been");
    assert!(matches!(world.sessions.extend(account, session.id, 1440).await, Err(SessionError::Invalid(_))));
}
