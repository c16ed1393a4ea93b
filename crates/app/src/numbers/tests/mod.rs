//! Numbers on the embedded database, with a carrier in memory.

mod bodies;
mod lines;
mod managing;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use ports::carrier::AddressRequirement;
use serde_json::Value;
use store::{DbErr, FromQueryResult, Store, exec, one};
use vocab::{
    Ambient, Amount, Currency, Money,
    id::{AccountId, NumberId, OrderId, PaymentId, UserId},
};

use super::{CallSums, Number, Numbers, RecentCall, RecentCalls, Settings};
use crate::{
    jobs::{Background as _, Kernel},
    ledger,
    offers::{
        Offers,
        tests::carrier::{FakeCarrier, number, offer},
    },
    orders::{ItemType, NewOrder, OpenError, OrderWithItems, Orders, Wanted},
    prices::Prices,
};

const FIRST: &str = "+14155550101";
const SECOND: &str = "+14155550102";
const THIRD: &str = "+12125550103";
const BASE: &str = "https://numbers.example";

/// Everything that numbers need, in one process.
struct Stage {
    _folder: tempfile::TempDir,
    store: Store,
    ambient: Ambient,
    carrier: Arc<FakeCarrier>,
    offers: Offers,
    numbers: Numbers,
    orders: Orders,
}

/// A customer with money.
#[derive(Clone, Copy)]
struct Customer {
    account: AccountId,
    user: UserId,
}

struct NoCalls;

#[async_trait::async_trait]
impl RecentCalls for NoCalls {
    async fn recent(&self, _: AccountId, _: NumberId, _: u32) -> Result<Vec<RecentCall>, DbErr> {
        Ok(Vec::new())
    }

    async fn sums(
        &self,
        _: AccountId,
        _: &[NumberId],
        _: DateTime<Utc>,
        _: DateTime<Utc>,
    ) -> Result<HashMap<NumberId, CallSums>, DbErr> {
        Ok(HashMap::new())
    }
}

#[derive(FromQueryResult)]
struct CountRow {
    count: i64,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = store::Settings { durable: false, ..store::Settings::sqlite(&folder.path().join("db")) };
        let store = Store::open(&settings).await.expect("opens");
        store.migrate().await.expect("migrates");
        let ambient = Ambient::system();
        let offers = [(FIRST, "CA"), (SECOND, "CA"), (THIRD, "NY")];
        let offers = offers.map(|(text, region)| offer(text, region, AddressRequirement::None)).to_vec();
        let carrier = Arc::new(FakeCarrier::new(offers));
        let kernel = Kernel::new(store.clone(), ambient.clone());
        let offers = Offers::new(&kernel, Some(carrier.clone()), Prices::new(&kernel), BASE);
        let numbers = Numbers::new(&kernel, offers.clone(), Settings::new(BASE, false));
        let line = Arc::new(numbers.clone());
        let orders = Orders::new(&kernel, vec![line], Default::default());
        kernel.engine.handle(orders.steps().into_iter().chain(numbers.steps()).collect());
        Self { _folder: folder, store, ambient, carrier, offers, numbers, orders }
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

    async fn order(&self, buyer: Customer, wanted: &[&str]) -> Result<OrderWithItems, OpenError> {
        self.order_with(buyer, wanted, Value::Null).await
    }

    async fn order_with(&self, buyer: Customer, wanted: &[&str], options: Value) -> Result<OrderWithItems, OpenError> {
        let wanted = wanted.iter().enumerate().map(|(at, number)| {
            let field = format!("items[{at}].itemId");
            let subject = (*number).to_owned();
            (ItemType::PhoneNumber, Wanted { subject, options: options.clone(), custom_price: None, field })
        });
        let new = NewOrder {
            account: buyer.account,
            user: buyer.user,
            wanted: wanted.collect(),
            billing_address: None,
            scope: None,
        };
        let opened = self.orders.open(new).await?;
        Ok(self.found(buyer, opened.order).await)
    }

    async fn found(&self, buyer: Customer, order: OrderId) -> OrderWithItems {
        self.orders.find(buyer.account, order).await.expect("reads").expect("is there")
    }

    async fn buy(&self, buyer: Customer, number: &str) -> Number {
        let order = self.order(buyer, &[number]).await.expect("opens");
        let id = order.items[0].delivered_id.expect("is delivered");
        self.numbers.find(buyer.account, NumberId::from_uuid(id)).await.expect("is there")
    }

    async fn available(&self, customer: Customer) -> Amount {
        ledger::wallet(self.store.reader(), customer.account, Currency::USD).await.expect("reads").available()
    }

    /// How many rows a query counts as `count`.
    async fn count(&self, sql: &str) -> i64 {
        let row: Option<CountRow> = one(self.store.reader(), sql, []).await.expect("reads");
        row.expect("a count").count
    }
}
