//! What a customer asks for, checked: the service, the country, the operator's policy and the account's caps.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use store::{DbErr, Tx};
use vocab::{Amount, CountryCode, Currency, id::AccountId};

use super::{Verifications, sql};
use crate::{
    ledger,
    orders::QuoteError,
    suppliers::{Connected, Service},
    web::error::{ErrorCode, FieldError},
};

/// What is asked for, as it stands in an order's item.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Asked {
    /// The market's code of the service, or its name.
    pub service_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The supplier to ask first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_provider: Option<String>,
    /// The buyer's bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_price: Option<Amount>,
}

/// What is asked for, understood.
#[derive(Debug, Clone)]
pub(super) struct Admitted {
    pub service: Service,
    pub country: CountryCode,
    pub preferred: Option<&'static str>,
    pub max_price: Option<Amount>,
}

impl Verifications {
    /// Reads what is asked for. `at` is where it stands in the request.
    pub(super) async fn understand(&self, options: &serde_json::Value, at: &str) -> Result<Admitted, QuoteError> {
        let named = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
        let asked: Asked = serde_json::from_value(options.clone()).map_err(|error| {
            let field = if at.is_empty() { "body".to_owned() } else { at.to_owned() };
            QuoteError::Invalid(vec![FieldError::new(field, error.to_string())])
        })?;
        let mut faults = Vec::new();
        let service = Service::named(&asked.service_code);
        if let Some(message) = self.service_fault(&service).await? {
            faults.push(FieldError::new(named("serviceCode"), message));
        }
        let country = asked.country.parse().and_then(CountryCode::assigned);
        let message = match &country {
            Ok(country) => self.country_fault(*country).await?.map(str::to_owned),
            Err(error) => Some(error.to_string()),
        };
        if let Some(message) = message {
            faults.push(FieldError::new(named("country"), message));
        }
        let preferred = asked.preferred_provider.as_deref().map(|wanted| self.provider(wanted));
        if preferred == Some(None) {
            let known: Vec<&str> = self.suppliers.all().iter().map(Connected::name).collect();
            let message = format!("must be one of {}", known.join(", "));
            faults.push(FieldError::new(named("preferredProvider"), message));
        }
        if asked.max_price.is_some_and(|price| !price.is_positive()) {
            faults.push(FieldError::new(named("maxPrice"), "must be above zero"));
        }
        match country {
            Ok(country) if faults.is_empty() => {
                Ok(Admitted { service, country, preferred: preferred.flatten(), max_price: asked.max_price })
            }
            _ => Err(QuoteError::Invalid(faults)),
        }
    }

    /// A supplier by its name, in any case and with any separator.
    fn provider(&self, wanted: &str) -> Option<&'static str> {
        let fold = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
        };
        self.suppliers.all().iter().map(Connected::name).find(|name| fold(name) == fold(wanted))
    }

    /// Refuses what policy does not allow.
    pub(super) fn allow(&self, asked: &Admitted) -> Result<(), QuoteError> {
        match self.settings.policy.refusal(&asked.service, asked.country) {
            Some(why) => Err(QuoteError::Refused(ErrorCode::NotPermittedByPolicy, why)),
            None => Ok(()),
        }
    }

    /// Why the account may open no more rentals; `None` if it may. Decided in the transaction that opens the order,
    /// one for an account at a time: the wallet, from which it is paid, is locked.
    pub(super) async fn over_cap(
        &self,
        tx: &Tx,
        account: AccountId,
        currency: Currency,
    ) -> Result<Option<String>, DbErr> {
        let policy = &self.settings.policy;
        ledger::lock_wallet(tx, account, currency).await?;
        let open = sql::lists::open_count(tx, account).await?;
        if open >= i64::from(policy.active_cap) {
            return Ok(Some(format!("{open} rentals are open, and {} is the most at once.", policy.active_cap)));
        }
        let since = self.ambient.business() - TimeDelta::hours(24);
        let today = sql::lists::count_since(tx, account, since).await?;
        let is_over = today >= i64::from(policy.daily_cap);
        let why = || format!("{today} rentals were ordered in 24 hours, and {} is the most.", policy.daily_cap);
        Ok(is_over.then(why))
    }
}
