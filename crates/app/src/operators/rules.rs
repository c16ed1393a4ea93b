//! The pricing rules: what is put on what things cost us. A change counts at once in the process that makes it, and
//! within five seconds in the others.

use serde::Serialize;
use serde_json::json;
use store::DbErr;
use utoipa::ToSchema;
use vocab::{Amount, CountryCode, PageRequest, id::PricingRuleId, telephony::NumberType};

use super::{OperatorError, Operators};
use crate::{
    audit::{self, Action, Deed},
    prices::{self, KeptRule, PricingRule, Product, ProfitType, RuleFilter},
    suppliers::Service,
    web::{
        Caller, FieldError, List, Timestamp,
        idempotency::{self, IdempotencyError, Scope},
    },
};

/// The largest addition: ten thousand percent, or ten thousand units of the currency.
const MOST: Amount = Amount::from_micros(10_000_000_000);
/// What takes everything off.
const LEAST_PERCENT: Amount = Amount::from_micros(-100_000_000);

/// A rule that says what is put on what something costs us. Of several that fit, the one of the highest priority wins,
/// then the most specific one, then the newest.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "rul_019bc0fd89c07c3a9d52b8e6f172756c", "product": "NUMBER", "country": "US", "profitType": "PERCENTAGE",
    "profitValue": 15, "priority": 10, "isActive": true, "createdAt": "2026-01-15T09:30:00.405Z",
}))]
pub struct PricingRuleView {
    /// Its id.
    pub id: PricingRuleId,
    /// What it is about.
    pub product: Product,
    /// Only for this service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_code: Option<String>,
    /// Only in this country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// Only for this type of number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_type: Option<NumberType>,
    /// How it adds.
    pub profit_type: ProfitType,
    /// How much: percent, or units of the currency.
    pub profit_value: Amount,
    /// The highest wins.
    pub priority: i64,
    /// Whether it counts.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl From<&KeptRule> for PricingRuleView {
    fn from(kept: &KeptRule) -> Self {
        let rule = &kept.rule;
        Self {
            id: rule.id,
            product: rule.product,
            service_code: rule.service_code.clone(),
            country: rule.country,
            number_type: rule.number_type,
            profit_type: rule.profit_type,
            profit_value: rule.profit_value,
            priority: rule.priority,
            is_active: kept.is_active,
            created_at: kept.created_at.into(),
        }
    }
}

/// What is wrong with a rule: one that could never apply is refused, so that nobody waits for it to.
pub(super) fn faults(rule: &PricingRule) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if rule.product == Product::Usage {
        faults.push(FieldError::new(
            "product",
            "must not be USAGE: usage has rates of its own, without a cost to add to",
        ));
    }
    match (rule.product, &rule.service_code) {
        (Product::Verification, Some(code)) if !Service::is_code(code) => {
            faults.push(FieldError::new("serviceCode", "must be the market's code of a service, such as tg"));
        }
        (Product::Verification, _) | (_, None) => {}
        (_, Some(_)) => faults.push(FieldError::new("serviceCode", "goes together with product VERIFICATION only")),
    }
    if rule.product == Product::Verification && rule.number_type.is_some() {
        faults.push(FieldError::new("numberType", "does not go together with product VERIFICATION"));
    }
    let least = match rule.profit_type {
        ProfitType::Percentage => LEAST_PERCENT,
        ProfitType::Fixed => Amount::from_micros(-MOST.micros()),
    };
    if rule.profit_value < least || rule.profit_value > MOST {
        faults.push(FieldError::new("profitValue", format!("must be between {least} and {MOST}")));
    }
    faults
}

fn refuse(faults: Vec<FieldError>) -> Result<(), OperatorError> {
    if faults.is_empty() { Ok(()) } else { Err(OperatorError::Invalid(faults)) }
}

impl Operators {
    /// A page of the rules, the newest first.
    pub(super) async fn rules(&self, filter: RuleFilter, page: &PageRequest) -> Result<List<PricingRuleView>, DbErr> {
        let list = prices::page_of_rules(self.store.fresh(), filter, page).await?;
        Ok(list.map(|kept| PricingRuleView::from(&kept)))
    }

    /// A rule.
    pub(super) async fn rule(&self, id: PricingRuleId) -> Result<PricingRuleView, OperatorError> {
        let kept = prices::find_rule(self.store.fresh(), id).await?;
        kept.as_ref().map(PricingRuleView::from).ok_or(OperatorError::NotFound)
    }

    /// Makes a rule. Says too whether the key had made it before.
    pub(super) async fn make_rule(
        &self,
        caller: &Caller,
        kept: &KeptRule,
        scope: Option<&Scope>,
    ) -> Result<(PricingRuleView, bool), OperatorError> {
        refuse(faults(&kept.rule))?;
        let id = kept.rule.id;
        let made: Result<(), OperatorError> = self
            .store
            .write(|tx| async move {
                if let Some(scope) = scope {
                    idempotency::begin(&tx, &self.ambient, scope, &id.to_string()).await?;
                }
                prices::make_rule(&tx, kept).await?;
                let after = Some(json!(PricingRuleView::from(kept)));
                let subject = id.to_string();
                let deed = Deed { action: Action::PricingRuleCreated, subject, before: None, after };
                Ok(audit::record(&tx, &self.ambient, caller, deed).await?)
            })
            .await;
        match made {
            Ok(()) => {
                self.prices.forget().await;
                Ok((PricingRuleView::from(kept), false))
            }
            Err(OperatorError::Idempotency(IdempotencyError::Replay(resource))) => {
                let id = resource.parse().map_err(|_| OperatorError::NotFound)?;
                Ok((self.rule(id).await?, true))
            }
            Err(error) => Err(error),
        }
    }

    /// Changes a rule as `change` does.
    pub(super) async fn change_rule(
        &self,
        caller: &Caller,
        id: PricingRuleId,
        change: impl Fn(&mut KeptRule) + Sync,
    ) -> Result<PricingRuleView, OperatorError> {
        let change = &change;
        let view = self
            .store
            .write(|tx| async move {
                let mut kept = prices::lock_rule(&tx, id).await?.ok_or(OperatorError::NotFound)?;
                let before = Some(json!(PricingRuleView::from(&kept)));
                change(&mut kept);
                refuse(faults(&kept.rule))?;
                prices::change_rule(&tx, &kept).await?;
                let view = PricingRuleView::from(&kept);
                let (subject, after) = (id.to_string(), Some(json!(view)));
                let deed = Deed { action: Action::PricingRuleChanged, subject, before, after };
                audit::record(&tx, &self.ambient, caller, deed).await?;
                Ok::<_, OperatorError>(view)
            })
            .await?;
        self.prices.forget().await;
        Ok(view)
    }

    /// Removes a rule, and says how it was.
    pub(super) async fn remove_rule(
        &self,
        caller: &Caller,
        id: PricingRuleId,
    ) -> Result<PricingRuleView, OperatorError> {
        let view = self
            .store
            .write(|tx| async move {
                let kept = prices::lock_rule(&tx, id).await?.ok_or(OperatorError::NotFound)?;
                prices::remove_rule(&tx, id).await?;
                let view = PricingRuleView::from(&kept);
                let (subject, before) = (id.to_string(), Some(json!(view)));
                let deed = Deed { action: Action::PricingRuleRemoved, subject, before, after: None };
                audit::record(&tx, &self.ambient, caller, deed).await?;
                Ok::<_, OperatorError>(view)
            })
            .await?;
        self.prices.forget().await;
        Ok(view)
    }
}
