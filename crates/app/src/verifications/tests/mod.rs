//! Rentals on the embedded database, with suppliers in memory.

mod ending;
mod ordering;
mod receiving;
mod supply;
mod taking_over;

use std::sync::Arc;

use serde_json::{Value, json};
use store::{FromQueryResult, Store, exec, one};
use vocab::{
    Ambient, Amount, Currency, Money,
    id::{AccountId, OrderId, PaymentId, UserId, VerificationId},
};

use super::{Parts, Policy, Settings, Verification, VerificationView, Verifications, sql};
use crate::{
    jobs::{Background as _, Kernel},
    ledger,
    orders::{ItemType, NewOrder, OpenError, Orders, Wanted},
    prices::Prices,
    suppliers::{self, Connected, Sealer, Suppliers, fake::FakeSupplier},
    web::inbound::Origin,
};

/// Everything that rentals need, in one process.
struct Stage {
    _folder: tempfile::TempDir,
    store: Store,
    ambient: Ambient,
    first: Arc<FakeSupplier>,
    second: Arc<FakeSupplier>,
    suppliers: Suppliers,
    verifications: Verifications,
    orders: Orders,
}

/// A customer with money.
#[derive(Clone, Copy)]
struct Customer {
    account: AccountId,
    user: UserId,
}

#[derive(FromQueryResult)]
struct CountRow {
    count: i64,
}

impl Stage {
    /// Two suppliers: the first is the cheaper one.
    async fn new() -> Self {
        Self::selling(Policy::development()).await
    }

    async fn selling(policy: Policy) -> Self {
        Self::of(FakeSupplier::new("FIRST", 415, "0.50"), FakeSupplier::new("SECOND", 212, "0.55"), policy).await
    }

    async fn with(first: FakeSupplier, second: FakeSupplier) -> Self {
        Self::of(first, second, Policy::development()).await
    }

    async fn of(first: FakeSupplier, second: FakeSupplier, policy: Policy) -> Self {
        let stage = Self::unread(first, second, policy).await;
        stage.suppliers.sync().await.expect("reads the catalogues");
        stage
    }

    /// Before any catalogue was read.
    async fn unread(first: FakeSupplier, second: FakeSupplier, policy: Policy) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = store::Settings { durable: false, ..store::Settings::sqlite(&folder.path().join("db")) };
        let store = Store::open(&settings).await.expect("opens");
        store.migrate().await.expect("migrates");
        let ambient = Ambient::system();
        let kernel = Kernel::new(store.clone(), ambient.clone());
        let (first, second) = (Arc::new(first), Arc::new(second));
        let known = vec![
            Connected { supplier: first.clone(), inbound: None }.into(),
            Connected { supplier: second.clone(), inbound: None }.into(),
        ];
        let suppliers = Suppliers::new(&kernel, sealer(), known, suppliers::Settings::default());
        let parts = parts(&kernel, &suppliers);
        let verifications = Verifications::new(parts, Settings::new(policy));
        let line = Arc::new(verifications.clone());
        let orders = Orders::new(&kernel, vec![line], Default::default());
        kernel.engine.handle(orders.steps().into_iter().chain(verifications.steps()).collect());
        Self { _folder: folder, store, ambient, first, second, suppliers, verifications, orders }
    }

    /// What another process on the same database makes of rentals.
    fn another_process(&self) -> Verifications {
        let kernel = Kernel::new(self.store.clone(), self.ambient.clone());
        Verifications::new(parts(&kernel, &self.suppliers), Settings::new(Policy::development()))
    }

    async fn customer(&self, money: &str) -> Customer {
        let customer = Customer { account: AccountId::new(&self.ambient), user: UserId::new(&self.ambient) };
        let money = Money::new(money.parse().expect("an amount"), Currency::USD);
        let (now, payment) = (self.ambient.business(), PaymentId::new(&self.ambient));
        let email = format!("{}@example.com", customer.user);
        let email = email.as_str();
        self.store
            .write(|tx| async move {
                let sql = "INSERT INTO accounts (id, status, created_at, updated_at) VALUES ($1, 'ACTIVE', $2, $2)";
                exec(&tx, sql, [customer.account.uuid().into(), now.into()]).await?;
                let sql = "INSERT INTO users (id, account_id, email, password_hash, first_name, last_name, \
                           platform_role, account_role, status, email_verified, marketing_consent, created_at, \
                           updated_at) VALUES ($1, $2, $3, '', 'A', 'B', 'USER', 'OWNER', 'ACTIVE', true, false, $4, $4)";
                let (user, account) = (customer.user.uuid(), customer.account.uuid());
                exec(&tx, sql, [user.into(), account.into(), email.into(), now.into()]).await?;
                ledger::deposit(&tx, &self.ambient, customer.account, payment, "STRIPE", money).await.map(drop)
            })
            .await
            .expect("a customer");
        customer
    }

    async fn open(&self, buyer: Customer, options: Value) -> Result<OrderId, OpenError> {
        let wanted = Wanted { subject: String::new(), options, custom_price: None, field: String::new() };
        let new = NewOrder {
            account: buyer.account,
            user: buyer.user,
            wanted: vec![(ItemType::Verification, wanted)],
            billing_address: None,
            scope: None,
        };
        Ok(self.orders.open(new).await?.order)
    }

    /// Rents a number for a Telegram code.
    async fn rent(&self, buyer: Customer) -> Verification {
        let order = self.open(buyer, json!({"serviceCode": "tg", "country": "US"})).await.expect("opens");
        self.of_order(buyer, order).await
    }

    async fn of_order(&self, buyer: Customer, order: OrderId) -> Verification {
        let found = self.orders.find(buyer.account, order).await.expect("reads").expect("is there");
        let id = found.items[0].detail["verification"].as_str().expect("an id").parse().expect("an id");
        self.rental(id).await
    }

    async fn rental(&self, id: VerificationId) -> Verification {
        sql::rentals::any(self.store.reader(), id).await.expect("reads").expect("is there")
    }

    async fn view(&self, id: VerificationId) -> VerificationView {
        self.verifications.view(self.rental(id).await).await.expect("renders")
    }

    async fn order_status(&self, buyer: Customer, rental: &Verification) -> String {
        self.orders.find(buyer.account, rental.order).await.expect("reads").expect("is there").order.status
    }

    /// Runs the rental's step once.
    async fn watch(&self, rental: &Verification) {
        self.verifications.watch(rental.id).await.expect("watches");
    }

    /// Runs the step of the rental's item once.
    async fn place(&self, rental: &Verification) {
        self.orders.steps().remove(0).run(rental.item.uuid()).await.expect("places");
    }

    async fn available(&self, customer: Customer) -> Amount {
        ledger::wallet(self.store.reader(), customer.account, Currency::USD).await.expect("reads").available()
    }

    async fn count(&self, sql: &str) -> i64 {
        let row: Option<CountRow> = one(self.store.reader(), sql, []).await.expect("reads");
        row.expect("a count").count
    }

    /// The laws of money hold.
    async fn verify(&self) {
        ledger::verify(&self.store).await.expect("the ledger balances");
        crate::orders::verify(&self.store).await.expect("items and holds agree");
    }
}

fn sealer() -> Sealer {
    Sealer::new(&"a secret of the tests".into())
}

fn parts(kernel: &Kernel, suppliers: &Suppliers) -> Parts {
    Parts {
        kernel: kernel.clone(),
        suppliers: suppliers.clone(),
        prices: Prices::new(kernel),
        sealer: sealer(),
        origin: Origin::default(),
    }
}

fn amount(text: &str) -> Amount {
    text.parse().expect("an amount")
}

fn reference(rental: &Verification) -> String {
    rental.rental.as_ref().expect("is rented").reference.clone()
}
