//! The pricing rules.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use garde::Validate;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use vocab::{
    Amount, CountryCode,
    id::{PricingRule as PricingRuleNoun, PricingRuleId},
    telephony::NumberType,
};

use crate::{
    operators::{Operators, PricingRuleView},
    prices::{KeptRule, PricingRule, Product, ProfitType, RuleFilter},
    web::{
        ApiError, ApiResult, Body, Caller, Created, Envelope, IdempotencyKey, List, Ok200, PageQuery, Paged, PathId,
        idempotency::Scope,
    },
};

/// A rule to make. What it does not name, it does not ask for.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "product": "NUMBER", "country": "US", "profitType": "PERCENTAGE", "profitValue": 15, "priority": 10,
}))]
pub struct CreatePricingRule {
    /// What it is about; not `USAGE`, which has rates of its own.
    #[garde(skip)]
    pub product: Product,
    /// Only for this service, by the market's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(max = 64))]
    #[schema(max_length = 64)]
    pub service_code: Option<String>,
    /// Only in this country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub country: Option<CountryCode>,
    /// Only for this type of number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub number_type: Option<NumberType>,
    /// How it adds.
    #[garde(skip)]
    pub profit_type: ProfitType,
    /// How much: percent, or units of the currency. Below zero it takes off.
    #[garde(skip)]
    pub profit_value: Amount,
    /// The highest wins; 0 unless said.
    #[serde(default)]
    #[garde(range(min = -1_000_000, max = 1_000_000))]
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    pub priority: i64,
    /// Whether it counts; it does unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub is_active: Option<bool>,
}

/// What to change about a rule. What is absent stays; null clears.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(example = json!({"profitValue": 12.5, "isActive": true}))]
pub struct UpdatePricingRule {
    /// What it is about.
    #[garde(skip)]
    pub product: Option<Product>,
    /// Only for this service.
    #[serde(deserialize_with = "given")]
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 64)]
    pub service_code: Option<Option<String>>,
    /// Only in this country.
    #[serde(deserialize_with = "given")]
    #[garde(skip)]
    #[schema(value_type = Option<CountryCode>)]
    pub country: Option<Option<CountryCode>>,
    /// Only for this type of number.
    #[serde(deserialize_with = "given")]
    #[garde(skip)]
    #[schema(value_type = Option<NumberType>)]
    pub number_type: Option<Option<NumberType>>,
    /// How it adds.
    #[garde(skip)]
    pub profit_type: Option<ProfitType>,
    /// How much.
    #[garde(skip)]
    pub profit_value: Option<Amount>,
    /// The highest wins.
    #[garde(range(min = -1_000_000, max = 1_000_000))]
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    pub priority: Option<i64>,
    /// Whether it counts.
    #[garde(skip)]
    pub is_active: Option<bool>,
}

/// Tells an absent field (`None`) from one that is null (`Some(None)`).
pub(super) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl UpdatePricingRule {
    fn apply(&self, kept: &mut KeptRule) {
        let rule = &mut kept.rule;
        rule.product = self.product.unwrap_or(rule.product);
        rule.profit_type = self.profit_type.unwrap_or(rule.profit_type);
        rule.profit_value = self.profit_value.unwrap_or(rule.profit_value);
        rule.priority = self.priority.unwrap_or(rule.priority);
        rule.country = self.country.unwrap_or(rule.country);
        rule.number_type = self.number_type.unwrap_or(rule.number_type);
        if let Some(code) = &self.service_code {
            rule.service_code.clone_from(code);
        }
        kept.is_active = self.is_active.unwrap_or(kept.is_active);
    }
}

/// What a list of rules is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PricingRulesQuery {
    /// About this.
    #[garde(skip)]
    pub product: Option<Product>,
    /// Those that count, or those that do not.
    #[garde(skip)]
    pub is_active: Option<bool>,
}

/// List the pricing rules
///
/// The rules by which prices are made of costs, the newest first. Where none applies, 20 % are added.
#[utoipa::path(get, path = "/admin/pricing-rules", tag = "operators", operation_id = "listPricingRules",
    params(PricingRulesQuery, PageQuery),
    responses((status = 200, description = "The rules", body = Envelope<List<PricingRuleView>>)))]
pub async fn list(
    State(operators): State<Arc<Operators>>,
    Paged(query, page): Paged<PricingRulesQuery>,
) -> ApiResult<Ok200<List<PricingRuleView>>> {
    let filter = RuleFilter { product: query.product, is_active: query.is_active };
    operators.rules(filter, &page).await.map(Ok200).map_err(ApiError::internal)
}

/// Show a pricing rule
///
/// One of the rules by which prices are made of costs.
#[utoipa::path(get, path = "/admin/pricing-rules/{id}", tag = "operators", operation_id = "showPricingRule",
    params(("id" = String, Path, description = "The rule")),
    responses((status = 200, description = "The rule", body = Envelope<PricingRuleView>)))]
pub async fn show(
    State(operators): State<Arc<Operators>>,
    PathId(id): PathId<PricingRuleNoun>,
) -> ApiResult<Ok200<PricingRuleView>> {
    Ok(Ok200(operators.rule(id).await?))
}

/// Make a pricing rule
///
/// It counts at once here, and within five seconds in other processes. Of the rules that apply the one with the highest
/// priority wins. Send an Idempotency-Key: a repeat shows the same rule.
#[utoipa::path(post, path = "/admin/pricing-rules", tag = "operators", operation_id = "createPricingRule",
    params(IdempotencyKey),
    request_body = CreatePricingRule,
    responses((status = 201, description = "The rule", body = Envelope<PricingRuleView>)))]
pub async fn create(
    State(operators): State<Arc<Operators>>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<CreatePricingRule>,
) -> ApiResult<Response> {
    let scope = Scope::of(caller.account, "admin.pricing-rules.create", key, &body);
    let rule = PricingRule {
        id: PricingRuleId::new(&operators.ambient),
        product: body.product,
        service_code: body.service_code,
        country: body.country,
        number_type: body.number_type,
        profit_type: body.profit_type,
        profit_value: body.profit_value,
        priority: body.priority,
    };
    let kept = KeptRule { rule, is_active: body.is_active.unwrap_or(true), created_at: operators.ambient.business() };
    let (view, replayed) = operators.make_rule(&caller, &kept, scope.as_ref()).await?;
    Ok(Created(view).replayed(replayed).into_response())
}

/// Change a pricing rule
///
/// What is absent stays; null clears. Prices that were told before hold for the orders that are open.
#[utoipa::path(put, path = "/admin/pricing-rules/{id}", tag = "operators", operation_id = "updatePricingRule",
    request_body = UpdatePricingRule,
    params(("id" = String, Path, description = "The rule")),
    responses((status = 200, description = "The rule", body = Envelope<PricingRuleView>)))]
pub async fn update(
    State(operators): State<Arc<Operators>>,
    caller: Caller,
    PathId(id): PathId<PricingRuleNoun>,
    Body(body): Body<UpdatePricingRule>,
) -> ApiResult<Ok200<PricingRuleView>> {
    Ok(Ok200(operators.change_rule(&caller, id, |kept| body.apply(kept)).await?))
}

/// Remove a pricing rule
///
/// It counts no more, at once here and within five seconds in other processes. The answer shows it as it was.
#[utoipa::path(delete, path = "/admin/pricing-rules/{id}", tag = "operators", operation_id = "deletePricingRule",
    params(("id" = String, Path, description = "The rule")),
    responses((status = 200, description = "The rule, as it was", body = Envelope<PricingRuleView>)))]
pub async fn remove(
    State(operators): State<Arc<Operators>>,
    caller: Caller,
    PathId(id): PathId<PricingRuleNoun>,
) -> ApiResult<Ok200<PricingRuleView>> {
    Ok(Ok200(operators.remove_rule(&caller, id).await?))
}
