//! The commands against a database.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use chrono::TimeDelta;
use store::{Settings, Store, exec};
use tempfile::TempDir;
use vocab::{
    Ambient, ExposeSecret, PageRequest,
    id::{Id, LoginSessionId},
};

use super::{Environment, KeyError, KeySecret, Keys, NewKey};
use crate::{
    accounts::{self, NewUser},
    jobs::Kernel,
    web::{AuthFailure, Authenticator, Caller, Permissions, Role, Via, idempotency::Scope},
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct World {
    _folder: TempDir,
    store: Store,
    ambient: Ambient,
    keys: Keys,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { durable: false, ..Settings::sqlite(&folder.path().join("db")) };
        let store = Store::open(&settings).await.unwrap();
        store.migrate().await.unwrap();
        let ambient = Ambient::fixed(5);
        let keys = Keys::new(&Kernel::new(store.clone(), ambient.clone()), Environment::Test);
        Self { _folder: folder, store, ambient, keys }
    }

    async fn owner(&self, email: &str) -> Caller {
        let new = &NewUser {
            email: email.parse().unwrap(),
            password_hash: "none".into(),
            first_name: "Ada".into(),
            last_name: "Lovelace".into(),
            company: None,
            phone: None,
            timezone: None,
            role: Role::User,
            marketing_consent: false,
            terms_version: None,
        };
        let ambient = &self.ambient;
        let made = self.store.write(|tx| async move { accounts::create(&tx, ambient, new).await }).await.unwrap();
        let via = Via::Session(LoginSessionId::new(ambient));
        Caller { account: made.account, user: made.user, role: Role::User, via, permissions: Permissions::all() }
    }

    async fn make(&self, caller: &Caller, permissions: &[&str]) -> Result<(super::Key, String), KeyError> {
        let (key, secret) = self.keys.create(caller, new_key(permissions), None).await?;
        Ok((key, secret.reveal().expose_secret().to_owned()))
    }

    async fn show(&self, key: &str) -> Result<Caller, AuthFailure> {
        self.keys.authenticate(key, HERE).await
    }

    async fn elsewhere(&self, sql: &'static str) -> u64 {
        let rows = self.store.write(|tx| async move { exec(&tx, sql, []).await }).await.expect("runs");
        self.keys.known.invalidate_all();
        rows
    }
}

fn new_key(permissions: &[&str]) -> NewKey {
    let permissions = Permissions::parse(permissions).unwrap();
    NewKey { name: "Nightly".into(), description: None, permissions, expires_at: None }
}

#[tokio::test]
async fn a_key_acts_for_its_owner_within_its_permissions() {
    let world = World::new().await;
    let owner = world.owner("ada@example.com").await;
    let (key, secret) = world.make(&owner, &["numbers:read", "orders:*"]).await.unwrap();
    assert!(secret.starts_with(&key.prefix) && key.prefix.starts_with("nl_test_"));
    let caller = world.show(&secret).await.expect("holds");
    assert_eq!((caller.account, caller.user, caller.via), (owner.account, owner.user, Via::Key(key.id)));
    assert_eq!(caller.permissions.patterns(), ["numbers:read", "orders:*"]);
    world.elsewhere("UPDATE users SET account_role = 'VIEWER'").await;
    let caller = world.show(&secret).await.expect("holds");
    assert_eq!(caller.permissions.patterns(), ["numbers:read", "orders:read"], "never more than its owner");
}

#[tokio::test]
async fn nobody_gives_away_what_they_lack() {
    let world = World::new().await;
    let owner = world.owner("ada@example.com").await;
    let narrow = Caller { permissions: Permissions::parse(["keys:write", "numbers:*"]).unwrap(), ..owner };
    assert!(world.make(&narrow, &["numbers:read", "keys:write"]).await.is_ok());
    let refused = world.make(&narrow, &["*"]).await;
    assert!(matches!(&refused, Err(KeyError::Beyond(missing)) if missing == &["*"]), "{refused:?}");
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_and_revoking_again_changes_nothing() {
    let world = World::new().await;
    let owner = world.owner("ada@example.com").await;
    let (key, secret) = world.make(&owner, &["*"]).await.unwrap();
    assert!(world.show(&secret).await.is_ok());
    let first = world.keys.revoke(owner.account, key.id).await.unwrap();
    assert_eq!(world.show(&secret).await, Err(AuthFailure::RevokedKey));
    assert_eq!(world.keys.revoke(owner.account, key.id).await.unwrap(), first);
    assert_eq!(world.keys.get(owner.account, key.id).await.unwrap().revoked_at, Some(first.at));
}

#[tokio::test]
async fn another_tenants_key_does_not_exist() {
    let world = World::new().await;
    let (ada, bob) = (world.owner("ada@example.com").await, world.owner("bob@example.com").await);
    let (key, secret) = world.make(&ada, &["*"]).await.unwrap();
    for id in [key.id, Id::new(&world.ambient)] {
        assert!(matches!(world.keys.get(bob.account, id).await, Err(KeyError::NoSuchKey)));
        assert!(matches!(world.keys.revoke(bob.account, id).await, Err(KeyError::NoSuchKey)));
    }
    assert!(world.show(&secret).await.is_ok());
    let page = PageRequest::Page { page: 1, limit: 20 };
    assert!(world.keys.list(bob.account, &page).await.unwrap().data.is_empty());
}

#[tokio::test]
async fn expiry_suspension_typos_and_strangers() {
    let world = World::new().await;
    let owner = world.owner("ada@example.com").await;
    let now = world.ambient.wall();
    let past = NewKey { expires_at: Some(now), ..new_key(&["*"]) };
    assert!(matches!(world.keys.create(&owner, past, None).await, Err(KeyError::ExpiresInThePast)));
    let soon = NewKey { expires_at: Some(now + TimeDelta::seconds(1)), ..new_key(&["*"]) };
    let (_, secret) = world.keys.create(&owner, soon, None).await.unwrap();
    let text = secret.reveal().expose_secret().to_owned();
    assert!(world.show(&text).await.is_ok());
    world.elsewhere("UPDATE accounts SET status = 'SUSPENDED'").await;
    assert_eq!(world.show(&text).await, Err(AuthFailure::Suspended));
    world.elsewhere("UPDATE accounts SET status = 'ACTIVE'").await;
    world.elsewhere("UPDATE api_keys SET expires_at = created_at").await;
    assert_eq!(world.show(&text).await, Err(AuthFailure::ExpiredKey));
    let stranger = super::KeySecret::new(&world.ambient, Environment::Live).reveal();
    assert_eq!(world.show(stranger.expose_secret()).await, Err(AuthFailure::UnknownKey));
    for bad in [&text[..text.len() - 1], "nl_test_", ""] {
        assert_eq!(world.show(bad).await, Err(AuthFailure::MistypedKey), "{bad}");
    }
}

#[tokio::test]
async fn the_list_is_paged_by_number_and_by_cursor() {
    let world = World::new().await;
    let owner = world.owner("ada@example.com").await;
    for _ in 0..5 {
        world.make(&owner, &["*"]).await.unwrap();
    }
    let first = world.keys.list(owner.account, &PageRequest::Page { page: 1, limit: 2 }).await.unwrap();
    assert_eq!((first.data.len(), first.pagination.total, first.pagination.has_next), (2, Some(5), true));
    let mut seen: Vec<_> = first.data.iter().map(|key| key.id).collect();
    let mut next = first.pagination.next_cursor;
    while let Some(cursor) = next {
        let page = PageRequest::After { cursor: cursor.parse().unwrap(), limit: 2 };
        let list = world.keys.list(owner.account, &page).await.unwrap();
        seen.extend(list.data.iter().map(|key| key.id));
        next = list.pagination.next_cursor;
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first, none twice");
    let last = world.keys.list(owner.account, &PageRequest::Page { page: 3, limit: 2 }).await.unwrap();
    assert_eq!(last.data.iter().map(|key| key.id).collect::<Vec<_>>(), seen[4..]);
}

#[tokio::test]
async fn a_secret_is_never_shown_twice() {
    let world = World::new().await;
    let owner = world.owner("ada@example.com").await;
    let scope = |fingerprint: u8| Scope {
        account: owner.account,
        operation: "createApiKey",
        key: "k-1".into(),
        fingerprint: vec![fingerprint],
    };
    let (key, _) = world.keys.create(&owner, new_key(&["*"]), Some(scope(1))).await.unwrap();
    let again = world.keys.create(&owner, new_key(&["*"]), Some(scope(1))).await;
    assert!(matches!(&again, Err(KeyError::MadeBefore(id)) if *id == key.id.to_string()), "{again:?}");
    let other = world.keys.create(&owner, new_key(&["*"]), Some(scope(2))).await;
    assert!(matches!(other, Err(KeyError::Idempotency(_))), "{other:?}");
}

#[tokio::test]
async fn a_known_key_is_made_once_and_holds_again_when_it_was_revoked() {
    let world = World::new().await;
    let owner = world.owner("ada@example.com").await;
    let secret = KeySecret::derived(Environment::Test, &[7; 32]);
    let ensure = || world.keys.ensure(owner.account, owner.user, "demo", &secret);
    let shown = secret.reveal();
    for _ in 0..2 {
        ensure().await.unwrap();
        assert_eq!(world.show(shown.expose_secret()).await.unwrap().user, owner.user);
    }
    let listed = world.keys.list(owner.account, &PageRequest::Page { page: 1, limit: 20 }).await.unwrap();
    assert_eq!(listed.data.len(), 1);
    world.keys.revoke(owner.account, listed.data[0].id).await.unwrap();
    assert!(world.show(shown.expose_secret()).await.is_err());
    ensure().await.unwrap();
    assert_eq!(world.show(shown.expose_secret()).await.unwrap().user, owner.user);
}

#[tokio::test]
async fn a_use_is_noted() {
    let world = World::new().await;
    let owner = world.owner("ada@example.com").await;
    let (key, secret) = world.make(&owner, &["*"]).await.unwrap();
    world.show(&secret).await.unwrap();
    // The note is written beside the request.
    for _ in 0..200 {
        if world.keys.get(owner.account, key.id).await.unwrap().last_used_at.is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no use was noted");
}
