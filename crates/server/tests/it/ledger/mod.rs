//! Money is exact, the ledger balances, each posting happens once (docs/product.md, laws 1 to 3).

mod directed;
mod model;
mod storm;
mod tampering;

use app::ledger::{self, HoldError, LedgerError, Once, Revenue, Wallet};
use store::{Store, exec};
use uuid::Uuid;
use vocab::{
    Ambient, Amount, Currency, Money,
    id::{AccountId, PaymentId},
};

/// The commands of the ledger, each in a transaction of its own, as the product's slices call them.
#[derive(Clone)]
pub(crate) struct Books {
    pub(crate) store: Store,
    pub(crate) ambient: Ambient,
}

impl Books {
    pub(crate) fn new(store: &Store) -> Self {
        Self { store: store.clone(), ambient: Ambient::system() }
    }

    pub(crate) async fn deposit(&self, to: AccountId, payment: PaymentId, money: Money) -> Result<Once, LedgerError> {
        let write = |tx| async move { ledger::deposit(&tx, &self.ambient, to, payment, "STRIPE", money).await };
        self.store.write(write).await
    }

    async fn hold(&self, from: AccountId, subject: Uuid, money: Money) -> Result<(), HoldError> {
        self.store.write(|tx| async move { ledger::hold(&tx, &self.ambient, from, subject, money).await }).await
    }

    async fn capture(&self, subject: Uuid) -> Result<Once, LedgerError> {
        let write =
            |tx| async move { ledger::capture(&tx, &self.ambient, subject, Revenue::Number, "+12125550100").await };
        self.store.write(write).await
    }

    async fn release(&self, subject: Uuid) -> Result<Once, LedgerError> {
        self.store.write(|tx| async move { ledger::release(&tx, &self.ambient, subject).await }).await
    }

    async fn usage(&self, of: AccountId, usage: Uuid, money: Money) -> Result<Once, LedgerError> {
        let write = |tx| async move { ledger::charge_usage(&tx, &self.ambient, of, usage, money, "a call").await };
        self.store.write(write).await
    }

    async fn adjust(&self, of: AccountId, key: &str, money: Money) -> Result<Once, LedgerError> {
        let write = |tx| async move { ledger::adjust(&tx, &self.ambient, of, key, money, "goodwill").await };
        self.store.write(write).await
    }

    async fn wallet(&self, of: AccountId, currency: Currency) -> Wallet {
        ledger::wallet(self.store.fresh(), of, currency).await.expect("the wallet is read")
    }

    /// What an operator's tool will do; there is no command for it yet.
    async fn grant_credit(&self, to: AccountId, limit: Money) {
        let (sql, currency) =
            ("UPDATE wallets SET credit_limit = $3 WHERE account_id = $1 AND currency = $2", limit.currency);
        let (account, limit) = (to.uuid(), limit.amount.micros());
        let write = |tx: store::Tx| async move {
            ledger::open_wallet(&tx, &self.ambient, to, currency).await?;
            exec(&tx, sql, [account.into(), currency.as_str().into(), limit.into()]).await
        };
        assert_eq!(self.store.write(write).await.expect("the limit is set"), 1);
    }

    pub(crate) async fn add_up(&self) {
        ledger::verify(&self.store).await.expect("the ledger adds up");
    }
}

/// Dollars, from text.
pub(crate) fn usd(text: &str) -> Money {
    Money::new(text.parse::<Amount>().expect("an amount"), Currency::USD)
}
