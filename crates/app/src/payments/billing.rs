//! An account's money at a glance.

use chrono::{DateTime, Utc};
use store::DbErr;
use vocab::{Currency, id::AccountId};

use super::{PaymentProcessor, Payments, sql};
use crate::ledger::{self, Wallet};

/// An account's money, and who it is for the processors.
#[derive(Debug, Clone)]
pub struct BillingAccount {
    /// Whose.
    pub account: AccountId,
    /// The company's name.
    pub company: Option<String>,
    /// The wallet that everything is paid from.
    pub wallet: Wallet,
    /// What deposits in other currencies have brought: nothing is priced in these yet.
    pub other_wallets: Vec<Wallet>,
    /// Why it is suspended; `None` while it is active.
    pub suspended: Option<Suspension>,
    /// Stripe's customer.
    pub stripe_customer: Option<String>,
    /// PayPal's customer.
    pub paypal_customer: Option<String>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// That an account is suspended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// Why, if anybody said.
    pub reason: Option<String>,
}

impl Payments {
    /// The account's money now; `None` if there is no such account.
    pub async fn billing_account(&self, account: AccountId) -> Result<Option<BillingAccount>, DbErr> {
        let db = self.store.fresh();
        let Some(row) = sql::account(db, account).await? else { return Ok(None) };
        let mut other_wallets = Vec::new();
        for currency in ledger::currencies(db, account).await? {
            if currency != Currency::USD {
                other_wallets.push(ledger::wallet(db, account, currency).await?);
            }
        }
        Ok(Some(BillingAccount {
            account,
            company: row.company,
            wallet: ledger::wallet(db, account, Currency::USD).await?,
            other_wallets,
            suspended: (row.status == "SUSPENDED").then_some(Suspension { reason: row.status_reason }),
            stripe_customer: sql::customer(db, account, PaymentProcessor::Stripe).await?,
            paypal_customer: sql::customer(db, account, PaymentProcessor::Paypal).await?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }))
    }
}
