//! The table `pricing_rules`.

use store::{ConnectionTrait, DbErr, FromQueryResult, all};
use uuid::Uuid;
use vocab::{Amount, id::PricingRuleId};

use super::PricingRule;

#[derive(FromQueryResult)]
struct RuleRow {
    id: Uuid,
    product: String,
    service_code: Option<String>,
    country: Option<String>,
    number_type: Option<String>,
    profit_type: String,
    profit_value: i64,
    priority: i64,
}

/// The rules that apply now, ten thousand at most.
pub(super) async fn active(db: &impl ConnectionTrait) -> Result<Vec<PricingRule>, DbErr> {
    let sql = "SELECT id, product, service_code, country, number_type, profit_type, profit_value, priority \
               FROM pricing_rules WHERE is_active = $1 ORDER BY id DESC LIMIT 10000";
    let rows: Vec<RuleRow> = all(db, sql, [true.into()]).await?;
    rows.into_iter().map(rule).collect()
}

fn rule(row: RuleRow) -> Result<PricingRule, DbErr> {
    Ok(PricingRule {
        id: PricingRuleId::from_uuid(row.id),
        product: stored(&row.product)?,
        service_code: row.service_code,
        country: row.country.as_deref().map(stored).transpose()?,
        number_type: row.number_type.as_deref().map(stored).transpose()?,
        profit_type: stored(&row.profit_type)?,
        profit_value: Amount::from_micros(row.profit_value),
        priority: row.priority,
    })
}

fn stored<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("a pricing rule holds {text:?}")))
}
