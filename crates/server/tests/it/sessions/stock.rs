//! A pool without a carrier, and sessions on it.

use app::{
    jobs::Kernel,
    prices::Prices,
    sessions::{Greeting, NewSession, NumberSession, SessionError, Sessions, Settings},
};
use chrono::TimeDelta;
use store::{FromQueryResult, Store, all, exec};
use vocab::{
    Ambient,
    id::{AccountId, PoolNumberId},
};

use crate::support::TestDb;

/// How long numbers cool down here.
pub(super) const COOL_DOWN: TimeDelta = TimeDelta::seconds(300);

/// Sessions on a database, by a clock of their own.
#[derive(Clone)]
pub(super) struct World {
    pub(super) store: Store,
    pub(super) ambient: Ambient,
    pub(super) sessions: Sessions,
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

impl World {
    /// A pool of so many numbers of the United States.
    pub(super) async fn with(db: &TestDb, count: usize) -> Self {
        let world = Self::beside(db, &Ambient::system());
        world.stock(count, "US").await;
        world
    }

    /// Another process on the same database.
    pub(super) fn beside(db: &TestDb, ambient: &Ambient) -> Self {
        let (store, ambient) = (db.store.clone(), ambient.clone());
        let settings = Settings { cool_down: COOL_DOWN, development: false };
        let kernel = Kernel::new(store.clone(), ambient.clone());
        let sessions = Sessions::new(&kernel, Prices::new(&kernel), settings);
        Self { store, ambient, sessions }
    }

    /// Puts numbers into the pool, some in each lane.
    pub(super) async fn stock(&self, count: usize, country: &str) {
        let (ambient, now) = (&self.ambient, self.ambient.business());
        let insert = |tx| async move {
            for at in 0..count {
                let id = PoolNumberId::new(ambient);
                let number = format!("+1{:010}", ambient.below(10_000_000_000));
                let sql = "INSERT INTO pool_numbers (id, phone_number, country_code, number_type, carrier, carrier_sid, \
                           state, state_since, lane, free_from, was_free_from, created_at) \
                           VALUES ($1, $2, $3, 'LOCAL', 'twilio', $4, 'ACTIVE', $5, $6, $5, $5, $5)";
                let lane = i64::try_from(at % 8).expect("small");
                let sid = format!("PN{}", id.uuid().simple());
                let values = [id.uuid().into(), number.into(), country.into(), sid.into(), now.into(), lane.into()];
                exec(&tx, sql, values).await?;
            }
            Ok::<_, store::DbErr>(())
        };
        self.store.write(insert).await.expect("numbers are put into the pool");
    }

    /// Borrows for half an hour.
    pub(super) async fn borrow(&self, account: AccountId) -> Result<NumberSession, SessionError> {
        self.start(&self.wish(account)).await
    }

    pub(super) async fn start(&self, new: &NewSession) -> Result<NumberSession, SessionError> {
        self.sessions.start(new).await.map(|started| started.session)
    }

    pub(super) fn wish(&self, account: AccountId) -> NewSession {
        let greeting = Greeting::Say("Hello".into());
        NewSession { account, label: "u".into(), greeting, minutes: 30, country: None, scope: None }
    }

    /// How many events of this kind were written.
    pub(super) async fn told(&self, kind: &str) -> i64 {
        let sql = "SELECT CAST(COUNT(*) AS bigint) AS count FROM events WHERE kind = $1";
        let rows: Vec<Count> = all(self.store.fresh(), sql, [kind.into()]).await.expect("counts");
        rows[0].count
    }
}
