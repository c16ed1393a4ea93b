//! Refresh tokens: used once, forgiven for ten seconds.

use chrono::TimeDelta;
use vocab::{ExposeSecret, SecretString};

use super::{PASSWORD, World};
use crate::auth::{AuthError, Device, Login, Tokens};

impl World {
    async fn refresh(&self, token: &SecretString) -> Result<Tokens, AuthError> {
        self.auth.refresh(token).await
    }

    async fn refused(&self, token: &SecretString) {
        let result = self.refresh(token).await;
        assert!(matches!(result, Err(AuthError::RefreshRefused)), "{result:?}");
    }
}

fn same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

#[tokio::test]
async fn a_token_is_replaced_at_each_use() {
    let world = World::new().await;
    let mut tokens = world.registered("ada@example.com").await.tokens;
    for _ in 0..3 {
        world.clock.forward(TimeDelta::minutes(20));
        let next = world.refresh(&tokens.refresh).await.expect("rotates");
        assert!(!same(&next.refresh, &tokens.refresh));
        assert!(world.auth.access.read(next.access.expose_secret()).is_ok());
        tokens = next;
    }
}

#[tokio::test]
async fn a_lost_answer_is_given_again() {
    let world = World::new().await;
    let first = world.registered("ada@example.com").await.tokens.refresh;
    let lost = world.refresh(&first).await.unwrap();
    world.clock.forward(TimeDelta::seconds(10));
    let again = world.refresh(&first).await.expect("within ten seconds");
    assert!(same(&lost.refresh, &again.refresh), "the same successor, so both answers hold");
    world.refresh(&again.refresh).await.expect("goes on");
}

#[tokio::test]
async fn reuse_ends_the_session() {
    let world = World::new().await;
    let first = world.registered("ada@example.com").await.tokens.refresh;
    let second = world.refresh(&first).await.unwrap().refresh;
    world.clock.forward(TimeDelta::milliseconds(10_001));
    world.refused(&first).await;
    world.refused(&second).await;
}

#[tokio::test]
async fn reuse_is_not_forgiven_once_the_successor_was_used() {
    let world = World::new().await;
    let first = world.registered("ada@example.com").await.tokens.refresh;
    let second = world.refresh(&first).await.unwrap().refresh;
    let third = world.refresh(&second).await.unwrap().refresh;
    world.refused(&first).await;
    world.refused(&third).await;
}

#[tokio::test]
async fn reuse_ends_that_session_only() {
    let world = World::new().await;
    let first = world.registered("ada@example.com").await.tokens.refresh;
    let login = Login { email: "ada@example.com".into(), password: PASSWORD.into(), remember: false };
    let other = world.auth.login(&login, &Device::default()).await.unwrap().tokens.refresh;
    world.refresh(&first).await.unwrap();
    world.clock.forward(TimeDelta::minutes(1));
    world.refused(&first).await;
    world.refresh(&other).await.expect("another login is not concerned");
}

#[tokio::test]
async fn many_at_once_end_with_one_pair() {
    let world = World::new().await;
    let first = world.registered("ada@example.com").await.tokens.refresh;
    let all = (0..16).map(|_| {
        let (auth, token) = (world.auth.clone(), first.clone());
        tokio::spawn(async move { auth.refresh(&token).await })
    });
    let mut successors = Vec::new();
    for one in all.collect::<Vec<_>>() {
        successors.push(one.await.unwrap().expect("each gets an answer").refresh.expose_secret().to_owned());
    }
    successors.dedup();
    assert_eq!(successors.len(), 1);
    world.refresh(&SecretString::from(successors.remove(0))).await.expect("the session goes on");
}

#[tokio::test]
async fn a_token_lasts_seven_days_or_thirty() {
    let world = World::new().await;
    let week = world.registered("ada@example.com").await.tokens.refresh;
    let login = Login { email: "ada@example.com".into(), password: PASSWORD.into(), remember: true };
    let month = world.auth.login(&login, &Device::default()).await.unwrap().tokens.refresh;
    world.clock.forward(TimeDelta::days(7));
    world.refused(&week).await;
    world.clock.forward(TimeDelta::days(23) - TimeDelta::seconds(1));
    let next = world.refresh(&month).await.expect("one second left").refresh;
    world.clock.forward(TimeDelta::days(29));
    world.refresh(&next).await.expect("thirty days from each use");
}

#[tokio::test]
async fn what_was_never_a_token_is_refused() {
    let world = World::new().await;
    for bad in ["", "x", "eyJhbGciOiJIUzI1NiJ9.e30.x", &"A".repeat(43), &"A".repeat(10_000)] {
        world.refused(&SecretString::from(bad)).await;
    }
}
