//! The commands against a database, and a clock that moves by hand.

mod flows;
mod refreshing;
mod requests;

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use store::{Settings as StoreSettings, Store};
use tempfile::TempDir;
use vocab::{Ambient, Clock, Rng, SecretString};

use crate::jobs::Kernel;

use super::{Auth, Device, Registered, Registration, Settings};

/// A clock for tests.
#[derive(Clone)]
pub(super) struct Hand(Arc<Mutex<DateTime<Utc>>>);

impl Hand {
    /// Moves the wall clock ahead.
    pub(super) fn forward(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// Randomness that repeats: a counter.
struct Counter(Mutex<u64>);

impl Rng for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        for chunk in buffer.chunks_mut(8) {
            *count = count.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (*count ^ (*count >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            chunk.copy_from_slice(&mixed.to_be_bytes()[..chunk.len()]);
        }
    }
}

/// An ambient whose wall clock moves by hand.
pub(super) fn hand() -> (Ambient, Hand) {
    let hand = Hand(Arc::new(Mutex::new(DateTime::from_timestamp(1_767_225_600, 0).unwrap())));
    (Ambient::new(Arc::new(hand.clone()), Arc::new(Counter(Mutex::new(7)))), hand)
}

/// A database of its own, and the commands over it.
struct World {
    _folder: TempDir,
    store: Store,
    clock: Hand,
    auth: Auth,
}

impl World {
    async fn new() -> Self {
        Self::with_terms(None).await
    }

    async fn with_terms(terms_version: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = StoreSettings { durable: false, ..StoreSettings::sqlite(&folder.path().join("db")) };
        let store = Store::open(&settings).await.unwrap();
        store.migrate().await.unwrap();
        let (ambient, clock) = hand();
        let settings = Settings {
            jwt_secret: "a secret of some length".into(),
            terms_version: terms_version.map(str::to_owned),
            onboarding_url: "http://localhost:3000/docs".into(),
        };
        let auth = Auth::new(&Kernel::new(store.clone(), ambient), settings);
        Self { _folder: folder, store, clock, auth }
    }

    async fn registered(&self, email: &str) -> Registered {
        self.auth.register(registration(email), &Device::default()).await.expect("registers")
    }
}

const PASSWORD: &str = "Test123!";

fn registration(email: &str) -> Registration {
    Registration {
        email: email.parse().unwrap(),
        password: SecretString::from(PASSWORD),
        first_name: "Test".into(),
        last_name: "User".into(),
        company: None,
        phone: None,
        timezone: None,
        accept_terms: None,
        marketing_consent: false,
    }
}
