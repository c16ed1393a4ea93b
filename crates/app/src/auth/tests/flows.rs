//! Registration, login, logout, suspension.

use std::net::{IpAddr, Ipv4Addr};

use store::{DbErr, exec};
use vocab::{Ambient, Currency, ExposeSecret, id::ApiKeyId};

use super::{PASSWORD, World, registration};
use crate::{
    accounts::{self, AccountRole},
    auth::{AuthError, Device, LoggedIn, Login, Tokens, model::DeviceInfo},
    ledger,
    web::{AuthFailure, Authenticator, Caller, Permissions, Role, Via},
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

impl World {
    async fn caller(&self, tokens: &Tokens) -> Result<Caller, AuthFailure> {
        self.auth.authenticate(tokens.access.expose_secret(), HERE).await
    }

    async fn login(&self, email: &str, password: &str) -> Result<LoggedIn, AuthError> {
        let login = Login { email: email.into(), password: password.into(), remember: false };
        self.auth.login(&login, &Device::default()).await
    }

    /// Runs a statement behind the product's back, as another replica would, and lets the cache run out.
    async fn elsewhere(&self, sql: &'static str) {
        self.store.write(|tx| async move { exec(&tx, sql, []).await.map(drop) }).await.expect("runs");
        self.auth.seen.invalidate_all();
    }
}

#[tokio::test]
async fn a_registration_makes_an_owner_with_a_wallet() {
    let world = World::new().await;
    let made = world.registered("Ada@Example.com").await;
    assert_eq!(made.profile.user.email, "ada@example.com");
    assert_eq!((made.profile.user.role, made.profile.user.account_role), (Role::User, AccountRole::Owner));
    assert_eq!(made.tokens.expires_in, 900);
    let wallet = ledger::wallet(world.store.reader(), made.profile.account.id, Currency::USD).await.unwrap();
    assert_eq!(wallet.available(), vocab::Amount::ZERO);
    let caller = world.caller(&made.tokens).await.expect("the token holds");
    assert_eq!((caller.account, caller.user), (made.profile.account.id, made.profile.user.id));
    assert_eq!(caller.permissions.patterns(), ["*"]);
    assert_eq!(world.auth.me(&caller).await.unwrap(), made.profile);
}

#[tokio::test]
async fn one_address_is_one_user_however_it_is_spelt() {
    let world = World::new().await;
    world.registered("ada@example.com").await;
    let again = world.auth.register(registration("ADA@example.COM"), &Device::default()).await;
    assert!(matches!(again, Err(AuthError::EmailTaken)), "{again:?}");
    let (device, one) = (Device::default(), "both@example.com");
    let both =
        tokio::join!(world.auth.register(registration(one), &device), world.auth.register(registration(one), &device),);
    let won = [both.0.is_ok(), both.1.is_ok()];
    assert!(won == [true, false] || won == [false, true], "{won:?}");
    assert!([both.0, both.1].into_iter().any(|result| matches!(result, Err(AuthError::EmailTaken))));
}

#[tokio::test]
async fn terms_are_asked_for_where_there_are_any() {
    let with = |accept_terms| crate::auth::Registration { accept_terms, ..registration("ada@example.com") };
    let world = World::new().await;
    let refused = world.auth.register(with(Some(false)), &Device::default()).await;
    assert!(matches!(refused, Err(AuthError::TermsNotAccepted)));
    let world = World::with_terms(Some("2026-01")).await;
    assert!(matches!(world.auth.register(with(None), &Device::default()).await, Err(AuthError::TermsNotAccepted)));
    assert!(world.auth.register(with(Some(true)), &Device::default()).await.is_ok());
}

#[tokio::test]
async fn unknown_and_wrong_look_alike() {
    let world = World::new().await;
    world.registered("ada@example.com").await;
    let mut texts = Vec::new();
    for (email, password) in
        [("ada@example.com", "test123!"), ("bob@example.com", PASSWORD), ("no address", PASSWORD), ("", "")]
    {
        let refused = world.login(email, password).await;
        texts.push(refused.expect_err("refused").to_string());
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
    let logged_in = world.login("ADA@example.com", PASSWORD).await.expect("logs in");
    assert!(logged_in.profile.user.last_login_at.is_some());
    assert!(world.caller(&logged_in.tokens).await.is_ok());
}

#[tokio::test]
async fn a_device_is_kept_with_the_session() {
    let world = World::new().await;
    world.registered("ada@example.com").await;
    let info = DeviceInfo { platform: Some("Linux".into()), browser: None, version: None };
    let device = Device { ip: Some("203.0.113.9".into()), user_agent: Some("curl".into()), info: Some(info) };
    let login = Login { email: "ada@example.com".into(), password: PASSWORD.into(), remember: true };
    world.auth.login(&login, &device).await.expect("logs in");
    let kept = "UPDATE login_sessions SET remember = FALSE \
                WHERE ip = '203.0.113.9' AND user_agent = 'curl' AND device IS NOT NULL AND remember";
    let rows = world.store.write(|tx| async move { exec(&tx, kept, []).await }).await.unwrap();
    assert_eq!(rows, 1);
}

#[tokio::test]
async fn logging_out_ends_the_session_at_once() {
    let world = World::new().await;
    let first = world.registered("ada@example.com").await.tokens;
    let second = world.login("ada@example.com", PASSWORD).await.unwrap().tokens;
    let third = world.login("ada@example.com", PASSWORD).await.unwrap().tokens;
    let caller = world.caller(&first).await.unwrap();
    assert_eq!(world.auth.logout(&caller, Some(&second.refresh), false).await.unwrap(), 2);
    assert_eq!(world.caller(&first).await, Err(AuthFailure::EndedSession));
    assert_eq!(world.caller(&second).await, Err(AuthFailure::EndedSession));
    assert!(matches!(world.auth.refresh(&first.refresh).await, Err(AuthError::RefreshRefused)));
    let caller = world.caller(&third).await.expect("the others stay");
    let fourth = world.login("ada@example.com", PASSWORD).await.unwrap().tokens;
    assert_eq!(world.auth.logout(&caller, None, true).await.unwrap(), 2);
    assert_eq!(world.caller(&fourth).await, Err(AuthFailure::EndedSession));
}

#[tokio::test]
async fn an_api_key_for_some_things_only_logs_nobody_out() {
    let world = World::new().await;
    let ada = world.registered("ada@example.com").await.tokens;
    let mut key = world.caller(&ada).await.unwrap();
    key.via = Via::Key(ApiKeyId::new(&Ambient::system()));
    key.permissions = Permissions::parse(["numbers:*", "keys:write"]).unwrap();
    for (refresh, all) in [(None, true), (Some(&ada.refresh), false)] {
        assert!(matches!(world.auth.logout(&key, refresh, all).await, Err(AuthError::NotWithThisKey)));
    }
    assert!(world.caller(&ada).await.is_ok());
    key.permissions = Permissions::all();
    assert_eq!(world.auth.logout(&key, None, true).await.unwrap(), 1);
}

#[tokio::test]
async fn nobody_logs_out_somebody_else() {
    let world = World::new().await;
    let ada = world.registered("ada@example.com").await.tokens;
    let bob = world.registered("bob@example.com").await.tokens;
    let caller = world.caller(&ada).await.unwrap();
    assert_eq!(world.auth.logout(&caller, Some(&bob.refresh), false).await.unwrap(), 1);
    assert!(world.caller(&bob).await.is_ok());
}

#[tokio::test]
async fn the_suspended_are_kept_out() {
    let world = World::new().await;
    let tokens = world.registered("ada@example.com").await.tokens;
    for (suspend, restore) in [
        ("UPDATE users SET status = 'SUSPENDED'", "UPDATE users SET status = 'ACTIVE'"),
        ("UPDATE accounts SET status = 'SUSPENDED'", "UPDATE accounts SET status = 'ACTIVE'"),
    ] {
        world.elsewhere(suspend).await;
        assert_eq!(world.caller(&tokens).await, Err(AuthFailure::Suspended));
        assert!(matches!(world.auth.refresh(&tokens.refresh).await, Err(AuthError::Suspended)));
        assert!(matches!(world.login("ada@example.com", PASSWORD).await, Err(AuthError::Suspended)));
        let unknown = world.login("ada@example.com", "wrong password").await;
        assert!(matches!(unknown, Err(AuthError::WrongCredentials)), "only who knows the password is told");
        world.elsewhere(restore).await;
        assert!(world.caller(&tokens).await.is_ok());
    }
}

#[tokio::test]
async fn what_another_replica_ended_is_seen_when_the_cache_runs_out() {
    let world = World::new().await;
    let tokens = world.registered("ada@example.com").await.tokens;
    assert!(world.caller(&tokens).await.is_ok());
    world.elsewhere("UPDATE login_sessions SET revoked_at = created_at").await;
    assert_eq!(world.caller(&tokens).await, Err(AuthFailure::EndedSession));
}

#[tokio::test]
async fn a_development_login_is_put_back_as_it_should_be() {
    let world = World::new().await;
    let hash = world.auth.hasher.hash(&PASSWORD.into()).await.unwrap();
    let wanted = &registration("admin@example.com").into_user(hash, Role::SuperAdmin, None);
    let ensure = || {
        let (store, ambient) = (&world.store, &world.auth.ambient);
        store.write(move |tx| async move { accounts::ensure(&tx, ambient, wanted).await })
    };
    let made = ensure().await.unwrap();
    assert!(made.new);
    world.elsewhere("UPDATE users SET status = 'SUSPENDED', platform_role = 'USER', password_hash = 'x'").await;
    let found = ensure().await.unwrap();
    assert_eq!((found.ids, found.new), (made.ids, false));
    let logged_in = world.login("admin@example.com", PASSWORD).await.expect("logs in");
    assert_eq!(world.caller(&logged_in.tokens).await.unwrap().role, Role::SuperAdmin);
}

#[tokio::test]
async fn what_is_over_is_forgotten() -> Result<(), DbErr> {
    let world = World::new().await;
    let tokens = world.registered("ada@example.com").await.tokens;
    world.clock.forward(chrono::TimeDelta::days(6));
    let tokens = world.auth.refresh(&tokens.refresh).await.expect("holds for seven days");
    assert_eq!(world.auth.forget_expired().await?, 0);
    world.clock.forward(chrono::TimeDelta::days(6));
    assert_eq!(world.auth.forget_expired().await?, 1, "the first token, and not its session");
    world.auth.refresh(&tokens.refresh).await.expect("its session lives on");
    world.clock.forward(chrono::TimeDelta::days(9));
    assert_eq!(world.auth.forget_expired().await?, 3);
    Ok(())
}
