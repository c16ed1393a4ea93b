//! The suppliers of rented numbers: who is asked, in which order, with which credentials, how well it works, and our
//! money there.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use store::DbErr;
use utoipa::ToSchema;
use vocab::{Amount, Currency};

use super::{OperatorError, Operators};
use crate::{
    audit::{self, Action, Deed},
    suppliers::{
        self, CredentialChanges, CredentialSource, CredentialsError, CredentialsStanding, Health, SupplierRow,
    },
    web::{Caller, FieldError, Timestamp},
};

/// A supplier of rented numbers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "SMS_MAN", "isConnected": true, "isEnabled": true, "priority": 10, "health": "HEALTHY",
    "healthSince": "2026-01-15T06:00:13.604Z", "failures": 0,
    "credentials": {
        "source": "ENV",
        "fields": [
            {"name": "token", "isRequired": true, "isSet": true},
            {"name": "apiUrl", "isRequired": false, "isSet": false},
        ],
    },
    "float": {"amount": 999.48, "currency": "USD", "at": "2026-01-15T09:30:00.398Z"},
    "syncedAt": "2026-01-15T09:26:14.077Z",
}))]
pub struct ProviderView {
    /// Its name.
    pub name: String,
    /// Whether it is configured, and so can be asked, in the process that answers.
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
    /// What it is asked with.
    pub credentials: CredentialsView,
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

/// The credentials in use, without what they are.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialsView {
    /// Where they come from.
    pub source: CredentialSource,
    /// Why the stored ones cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What they are made of.
    pub fields: Vec<CredentialView>,
}

/// A part of a supplier's credentials.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialView {
    /// Its name, as `PUT` takes it.
    pub name: &'static str,
    /// Whether the supplier cannot be asked without it.
    pub is_required: bool,
    /// Whether it is set.
    pub is_set: bool,
    /// Since when it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The last four characters of a stored secret of twelve or more; a stored address, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
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
#[derive(Debug, Clone, Default)]
pub(super) struct ProviderChange {
    pub is_enabled: Option<bool>,
    pub priority: Option<i64>,
    /// Which credentials to store or to remove; all of the supplier's are removed by `Some(None)`.
    pub credentials: Option<Option<CredentialChanges>>,
}

fn stored<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("a supplier's row holds {text:?}")))
}

impl Operators {
    /// Every supplier, by name.
    pub(super) async fn providers(&self) -> Result<Vec<ProviderView>, DbErr> {
        let rows = suppliers::suppliers(self.store.fresh()).await?;
        let mut credentials = self.suppliers.credentials().await?;
        rows.into_iter().map(|row| self.provider_view(row, &mut credentials)).collect()
    }

    /// A supplier.
    pub(super) async fn provider(&self, name: &str) -> Result<ProviderView, OperatorError> {
        let found = self.providers().await?.into_iter().find(|provider| provider.name == name);
        found.ok_or(OperatorError::NotFound)
    }

    /// Enables, disables or prefers a supplier, or changes its credentials. Rentals that it has run on: they are looked
    /// after with the credentials of now.
    pub(super) async fn change_provider(
        &self,
        caller: &Caller,
        name: &str,
        change: &ProviderChange,
    ) -> Result<ProviderView, OperatorError> {
        let credentials = self.credential_changes(name, change).await?;
        let credentials = credentials.as_ref();
        self.store
            .write(|tx| async move {
                let mut row = suppliers::lock_supplier(&tx, name).await?.ok_or(OperatorError::NotFound)?;
                let said = |row: &SupplierRow| json!({ "isEnabled": row.is_enabled, "priority": row.priority });
                let (before, now) = (said(&row), self.ambient.business());
                row.is_enabled = change.is_enabled.unwrap_or(row.is_enabled);
                row.priority = change.priority.unwrap_or(row.priority);
                suppliers::set_supplier(&tx, name, row.is_enabled, row.priority, now).await?;
                let mut after = said(&row);
                if let Some(changes) = credentials {
                    let stored = self.suppliers.change_credentials(&tx, name, changes).await?;
                    after["credentials"] = json!({ "changed": changes.keys().collect::<Vec<_>>(), "stored": stored });
                }
                let (subject, action) = (name.to_owned(), Action::ProviderChanged);
                let deed = Deed { action, subject, before: Some(before), after: Some(after) };
                Ok::<_, OperatorError>(audit::record(&tx, &self.ambient, caller, deed).await?)
            })
            .await?;
        self.suppliers.refresh().await?;
        self.provider(name).await
    }

    /// The changes field by field.
    async fn credential_changes(
        &self,
        name: &str,
        change: &ProviderChange,
    ) -> Result<Option<CredentialChanges>, OperatorError> {
        match &change.credentials {
            None => Ok(None),
            Some(Some(changes)) => Ok(Some(changes.clone())),
            Some(None) => {
                let mut known = self.suppliers.credentials().await?;
                let known = known.remove(name).ok_or(OperatorError::NotFound)?;
                Ok(Some(known.fields.iter().map(|standing| (standing.field.name, None)).collect()))
            }
        }
    }

    /// Asks a supplier for our balance there. What comes of it counts for its health, like any other call.
    pub(super) async fn test_provider(&self, caller: &Caller, name: &str) -> Result<ProviderTest, OperatorError> {
        let began = self.ambient.wall();
        let error = match self.suppliers.test_supplier(name).await? {
            Some(told) => told.err().map(|error| error.to_string()),
            None => Some("it is not configured: store its credentials first".to_owned()),
        };
        let took_ms = (self.ambient.wall() - began).num_milliseconds();
        let provider = self.provider(name).await?;
        let after = Some(json!({ "works": error.is_none(), "error": error }));
        let deed = &Deed { action: Action::ProviderTested, subject: name.to_owned(), before: None, after };
        self.store.write(|tx| async move { audit::record(&tx, &self.ambient, caller, deed.clone()).await }).await?;
        Ok(ProviderTest { works: error.is_none(), took_ms, error, provider })
    }

    fn provider_view(
        &self,
        row: SupplierRow,
        credentials: &mut BTreeMap<&'static str, CredentialsStanding>,
    ) -> Result<ProviderView, DbErr> {
        let float = match (row.float_balance, &row.float_currency, row.float_at) {
            (Some(amount), Some(currency), Some(at)) => {
                Some(Float { amount: Amount::from_micros(amount), currency: stored(currency)?, at: at.into() })
            }
            _ => None,
        };
        Ok(ProviderView {
            is_connected: self.suppliers.is_connected(&row.name),
            health: stored(&row.health)?,
            credentials: credentials.remove(row.name.as_str()).into(),
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

impl From<Option<CredentialsStanding>> for CredentialsView {
    /// A supplier without an adapter has none.
    fn from(standing: Option<CredentialsStanding>) -> Self {
        let Some(standing) = standing else {
            return Self { source: CredentialSource::None, error: None, fields: Vec::new() };
        };
        let view = |field: suppliers::FieldStanding| CredentialView {
            name: field.field.name,
            is_required: field.field.is_required,
            is_set: field.is_set,
            since: field.since.map(Timestamp),
            hint: field.hint,
        };
        Self { source: standing.source, error: standing.fault, fields: standing.fields.into_iter().map(view).collect() }
    }
}

impl From<CredentialsError> for OperatorError {
    fn from(error: CredentialsError) -> Self {
        match error {
            CredentialsError::Invalid(faults) => Self::Invalid(faults.into_iter().map(below_credentials).collect()),
            CredentialsError::NotKept => Self::NotKept,
            CredentialsError::Database(error) => Self::Database(error),
        }
    }
}

fn below_credentials(fault: FieldError) -> FieldError {
    let field = if fault.field.is_empty() { "credentials".into() } else { format!("credentials.{}", fault.field) };
    FieldError { field, ..fault }
}
