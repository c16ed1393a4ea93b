//! An operator at work on the embedded database, with a shelf of things to sell.

mod changes;
mod refunds;
mod shelf;

use std::sync::Arc;

use serde_json::Value;
use shelf::Shelf;
use store::{FromQueryResult, Store, exec, one};
use vocab::{
    Ambient, Amount, Currency, Money, PageRequest,
    id::{AccountId, ApiKeyId, OrderId, PaymentId, UserId},
};

use super::Operators;
use crate::{
    audit::{AuditEntry, AuditFilter},
    jobs::{Background as _, Kernel},
    ledger,
    orders::{self, ItemType, NewOrder, Orders, Wanted},
    prices::Prices,
    suppliers::{self, Sealer, Suppliers},
    verifications::{self, Policy, Verifications},
    web::{Caller, Permissions, Role, Via, inbound::Origin},
};

/// Everything that an operator acts on, in one process.
struct Stage {
    _folder: tempfile::TempDir,
    store: Store,
    ambient: Ambient,
    operators: Operators,
    caller: Caller,
}

#[derive(FromQueryResult)]
struct CountRow {
    count: i64,
}

impl Stage {
    /// Orders settle at once.
    async fn new() -> Self {
        Self::with(true).await
    }

    /// Without steps an order stays as it was opened.
    async fn with(steps: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = store::Settings { durable: false, ..store::Settings::sqlite(&folder.path().join("db")) };
        let store = Store::open(&settings).await.expect("opens");
        store.migrate().await.expect("migrates");
        let ambient = Ambient::system();
        let kernel = Kernel::new(store.clone(), ambient.clone());
        let prices = Prices::new(&kernel);
        let sealer = Sealer::new(&"a secret of the tests".into());
        let suppliers = Suppliers::new(&kernel, sealer.clone(), Vec::new(), suppliers::Settings::default());
        let parts = verifications::Parts {
            kernel: kernel.clone(),
            suppliers: suppliers.clone(),
            prices: prices.clone(),
            sealer,
            origin: Origin::default(),
        };
        let rentals = Verifications::new(parts, verifications::Settings::new(Policy::development()));
        let settings =
            orders::Settings { settle_wait: std::time::Duration::from_secs(u64::from(steps)), ..Default::default() };
        let orders = Orders::new(&kernel, vec![Arc::new(Shelf)], settings);
        if steps {
            kernel.engine.handle(orders.steps());
        }
        let operators = Operators::new(&kernel, prices, orders, suppliers, rentals);
        let caller = Caller {
            account: AccountId::new(&ambient),
            user: UserId::new(&ambient),
            role: Role::Admin,
            via: Via::Key(ApiKeyId::new(&ambient)),
            permissions: Permissions::all(),
        };
        let stage = Self { _folder: folder, store, ambient, operators, caller };
        stage.person(stage.caller.account, stage.caller.user).await;
        stage
    }

    async fn person(&self, account: AccountId, user: UserId) {
        let (now, email) = (self.ambient.business(), format!("{user}@example.com"));
        let (account, user, email) = (account.uuid(), user.uuid(), email.as_str());
        self.store
            .write(|tx| async move {
                let sql = "INSERT INTO accounts (id, status, created_at, updated_at) VALUES ($1, 'ACTIVE', $2, $2)";
                exec(&tx, sql, [account.into(), now.into()]).await?;
                let sql = "INSERT INTO users (id, account_id, email, password_hash, first_name, last_name, \
                           platform_role, account_role, status, email_verified, marketing_consent, created_at, \
                           updated_at) VALUES ($1, $2, $3, '', 'A', 'B', 'USER', 'OWNER', 'ACTIVE', true, false, $4, $4)";
                exec(&tx, sql, [user.into(), account.into(), email.into(), now.into()]).await
            })
            .await
            .expect("a person");
    }

    /// A customer with fifty dollars who has ordered these things, at two dollars each.
    async fn order(&self, wanted: &[&str]) -> (AccountId, OrderId) {
        let (account, user) = (AccountId::new(&self.ambient), UserId::new(&self.ambient));
        self.person(account, user).await;
        let (payment, money) = (PaymentId::new(&self.ambient), Money::new(amount("50"), Currency::USD));
        self.store
            .write(|tx| async move { ledger::deposit(&tx, &self.ambient, account, payment, "STRIPE", money).await })
            .await
            .map(drop)
            .expect("a deposit");
        let wish = |subject: &&str| Wanted {
            subject: (*subject).to_owned(),
            options: Value::Null,
            custom_price: None,
            field: String::new(),
        };
        let wanted = wanted.iter().map(|subject| (ItemType::PhoneNumber, wish(subject))).collect();
        let new = NewOrder { account, user, wanted, billing_address: None, scope: None };
        let opened = self.operators.orders.open(new).await.expect("opens");
        (account, opened.order)
    }

    async fn available(&self, account: AccountId) -> Amount {
        ledger::wallet(self.store.reader(), account, Currency::USD).await.expect("reads").available()
    }

    async fn audited(&self) -> Vec<AuditEntry> {
        let page = PageRequest::Page { page: 1, limit: 100 };
        self.operators.audit(&AuditFilter::default(), &page).await.expect("reads").data
    }

    async fn count(&self, sql: &str) -> i64 {
        let row: Option<CountRow> = one(self.store.reader(), sql, []).await.expect("reads");
        row.expect("a count").count
    }

    /// The books are right, whatever was done.
    async fn books_balance(&self) {
        ledger::verify(&self.store).await.expect("the ledger's laws hold");
        orders::verify(&self.store).await.expect("items and holds agree");
    }
}

fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}
