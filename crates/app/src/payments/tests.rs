//! Payments on the embedded database, against a processor that answers as a test tells it to.

mod deposits;
mod fake;
mod http;
mod moves;
mod news;
mod reads;
mod retries;

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use store::{Settings as StoreSettings, Store, exec};
use vocab::{
    Ambient, Amount, Clock, Currency, Rng,
    id::{AccountId, PaymentId, UserId},
};

use super::{Deposited, Gateway, Payment, Payments, Request, Settings};
use crate::{
    jobs::{Background as _, Kernel, Outcome},
    ledger,
};
use fake::{Inbox, Till};

/// One account with a user, one processor, one process.
struct World {
    _folder: tempfile::TempDir,
    store: Store,
    ambient: Ambient,
    clock: Hand,
    till: Arc<Till>,
    inbox: Arc<Inbox>,
    payments: Payments,
    account: AccountId,
    user: UserId,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = StoreSettings { durable: false, ..StoreSettings::sqlite(&folder.path().join("db")) };
        let store = Store::open(&settings).await.expect("opens");
        store.migrate().await.expect("migrates");
        let clock = Hand(Arc::new(Mutex::new(DateTime::from_timestamp(1_767_225_600, 0).expect("in range"))));
        let ambient = Ambient::new(Arc::new(clock.clone()), Arc::new(Counter::default()));
        let (till, inbox) = (Arc::new(Till::default()), Arc::new(Inbox::default()));
        let payments = process(&store, &ambient, &till, &inbox);
        let (account, user) = tenant(&store, &ambient, "a@example.com").await;
        Self { _folder: folder, store, ambient, clock, till, inbox, payments, account, user }
    }

    async fn deposit(&self, request: &Request) -> Deposited {
        self.payments.deposit(self.account, self.user, request, None).await.expect("is opened")
    }

    async fn advance(&self, payment: PaymentId) -> Outcome {
        self.payments.advance(payment).await.expect("advances")
    }

    async fn payment(&self, id: PaymentId) -> Payment {
        self.payments.find(self.account, id).await.expect("reads").expect("is there")
    }

    async fn balance(&self) -> Amount {
        ledger::wallet(self.store.reader(), self.account, Currency::USD).await.expect("reads").balance
    }

    async fn history(&self) -> Vec<Payment> {
        let page = vocab::PageRequest::Page { page: 1, limit: 100 };
        self.payments.history(self.account, &super::Filter::default(), &page).await.expect("reads").data
    }

    /// The books are right.
    async fn verify(&self) {
        ledger::verify(&self.store).await.expect("the ledger adds up");
        super::verify(&self.store).await.expect("payments and deposits agree");
    }
}

/// Another process on the same database.
fn process(store: &Store, ambient: &Ambient, till: &Arc<Till>, inbox: &Arc<Inbox>) -> Payments {
    let kernel = Kernel::new(store.clone(), ambient.clone());
    let gateway = Gateway::new(Arc::<Till>::clone(till), Arc::<Inbox>::clone(inbox));
    let payments = Payments::new(&kernel, Some(gateway), Settings::default());
    kernel.engine.handle(payments.steps());
    payments
}

async fn tenant(store: &Store, ambient: &Ambient, email: &str) -> (AccountId, UserId) {
    let (account, user, now) = (AccountId::new(ambient), UserId::new(ambient), ambient.business());
    store
        .write(|tx| async move {
            let sql = "INSERT INTO accounts (id, status, created_at, updated_at) VALUES ($1, 'ACTIVE', $2, $2)";
            exec(&tx, sql, [account.uuid().into(), now.into()]).await?;
            let sql = "INSERT INTO users (id, account_id, email, password_hash, first_name, last_name, platform_role, \
                       account_role, status, email_verified, marketing_consent, created_at, updated_at) \
                       VALUES ($1, $2, $3, '-', 'A', 'B', 'USER', 'OWNER', 'ACTIVE', $4, $5, $6, $6)";
            let flags = [true.into(), false.into()];
            let values = [user.uuid().into(), account.uuid().into(), email.into()].into_iter().chain(flags);
            exec(&tx, sql, values.chain([now.into()])).await
        })
        .await
        .expect("writes");
    (account, user)
}

fn dollars(text: &str) -> Request {
    Request {
        amount: text.parse().expect("an amount"),
        currency: None,
        method: Some("pm_card_visa".into()),
        return_url: None,
        save_method: false,
    }
}

fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}

/// A wall clock that a test moves.
#[derive(Clone)]
struct Hand(Arc<Mutex<DateTime<Utc>>>);

impl Hand {
    fn forward(&self, by: TimeDelta) {
        *self.0.lock().expect("whole") += by;
    }
}

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("whole")
    }
}

/// Bytes that never repeat.
#[derive(Default)]
struct Counter(Mutex<u64>);

impl Rng for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        let mut count = self.0.lock().expect("whole");
        *count += 1;
        buffer.fill(0);
        for (to, from) in buffer.iter_mut().rev().zip(count.to_le_bytes()) {
            *to = from;
        }
    }
}
