//! The suppliers of rented numbers: who is asked, in which order, how well it works, and our money there.
//!
//! Credentials are the configuration's alone: they are read at the start of a process and never pass through here.

use serde::Serialize;
use serde_json::json;
use store::DbErr;
use utoipa::ToSchema;
use vocab::{Amount, Currency};

use super::{OperatorError, Operators};
use crate::{
    audit::{self, Action, Deed},
    verifications::{self, Health, SupplierRow},
    web::{Caller, Timestamp},
};

/// A supplier of rented numbers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// Its name.
    pub name: String,
    /// Whether it is configured in the process that answers.
    pub is_connected: bool,
    /// Whether numbers are rented from it.
    pub is_enabled: bool,
    /// Of two that are equally good the higher one is asked first.
    pub priority: i64,
    /// How well it works.
    pub health: Health,
    /// Since when.
    pub health_since: Timestamp,
    /// Calls in a row that failed for its own reasons.
    pub failures: i64,
    /// Our money there, when we last asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub float: Option<Float>,
    /// What went wrong last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error_at: Option<Timestamp>,
    /// When its offers were last read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synced_at: Option<Timestamp>,
}

/// Our money at a supplier.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Float {
    /// How much.
    pub amount: Amount,
    /// In which currency.
    pub currency: Currency,
    /// As of then.
    pub at: Timestamp,
}

/// What came of asking a supplier for our balance there.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderTest {
    /// Whether it answered.
    pub works: bool,
    /// How long that took, in milliseconds.
    pub took_ms: i64,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The supplier, as it stands after the test.
    pub provider: ProviderView,
}

/// What to change about a supplier. What is absent stays.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ProviderChange {
    pub is_enabled: Option<bool>,
    pub priority: Option<i64>,
}

fn stored<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("a supplier's row holds {text:?}")))
}

impl Operators {
    /// Every supplier, by name.
    pub(super) async fn providers(&self) -> Result<Vec<ProviderView>, DbErr> {
        let rows = verifications::suppliers(self.store.fresh()).await?;
        rows.into_iter().map(|row| self.provider_view(row)).collect()
    }

    /// A supplier.
    pub(super) async fn provider(&self, name: &str) -> Result<ProviderView, OperatorError> {
        let found = self.providers().await?.into_iter().find(|provider| provider.name == name);
        found.ok_or(OperatorError::NotFound)
    }

    /// Enables or disables a supplier, or prefers it. Rentals that it has run on.
    pub(super) async fn change_provider(
        &self,
        caller: &Caller,
        name: &str,
        change: ProviderChange,
    ) -> Result<ProviderView, OperatorError> {
        self.store
            .write(|tx| async move {
                let mut row = verifications::lock_supplier(&tx, name).await?.ok_or(OperatorError::NotFound)?;
                let said = |row: &SupplierRow| Some(json!({ "isEnabled": row.is_enabled, "priority": row.priority }));
                let before = said(&row);
                row.is_enabled = change.is_enabled.unwrap_or(row.is_enabled);
                row.priority = change.priority.unwrap_or(row.priority);
                let now = self.ambient.business();
                verifications::set_supplier(&tx, name, row.is_enabled, row.priority, now).await?;
                let subject = name.to_owned();
                let deed = Deed { action: Action::ProviderChanged, subject, before, after: said(&row) };
                audit::record(&tx, &self.ambient, caller, deed).await?;
                Ok(self.provider_view(row)?)
            })
            .await
    }

    /// Asks a supplier for our balance there. What comes of it counts for its health, like any other call.
    pub(super) async fn test_provider(&self, caller: &Caller, name: &str) -> Result<ProviderTest, OperatorError> {
        let began = self.ambient.wall();
        let told = self.verifications.test_supplier(name).await?;
        let took_ms = (self.ambient.wall() - began).num_milliseconds();
        let error = told.err().map(|error| error.to_string());
        let after = Some(json!({ "works": error.is_none(), "error": error }));
        let deed = &Deed { action: Action::ProviderTested, subject: name.to_owned(), before: None, after };
        self.store.write(|tx| async move { audit::record(&tx, &self.ambient, caller, deed.clone()).await }).await?;
        Ok(ProviderTest { works: error.is_none(), took_ms, error, provider: self.provider(name).await? })
    }

    fn provider_view(&self, row: SupplierRow) -> Result<ProviderView, DbErr> {
        let float = match (row.float_balance, &row.float_currency, row.float_at) {
            (Some(amount), Some(currency), Some(at)) => {
                Some(Float { amount: Amount::from_micros(amount), currency: stored(currency)?, at: at.into() })
            }
            _ => None,
        };
        Ok(ProviderView {
            is_connected: self.verifications.is_connected(&row.name),
            health: stored(&row.health)?,
            name: row.name,
            is_enabled: row.is_enabled,
            priority: row.priority,
            health_since: row.health_since.into(),
            failures: row.failures,
            float,
            last_error: row.last_error,
            last_error_at: row.last_error_at.map(Timestamp),
            synced_at: row.synced_at.map(Timestamp),
        })
    }
}
