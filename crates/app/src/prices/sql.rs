//! The table `pricing_rules`.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, Dialect, FromQueryResult, Tx, Value, all, exec, one};
use uuid::Uuid;
use vocab::{Amount, Cursor, PageRequest, id::PricingRuleId};

use super::{KeptRule, PricingRule, RuleFilter};

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
    is_active: bool,
    created_at: DateTime<Utc>,
}

const RULE: &str = "SELECT id, product, service_code, country, number_type, profit_type, profit_value, priority, \
                    is_active, created_at FROM pricing_rules";

/// The rules that apply now, ten thousand at most.
pub(super) async fn active(db: &impl ConnectionTrait) -> Result<Vec<PricingRule>, DbErr> {
    let sql = format!("{RULE} WHERE is_active = $1 ORDER BY id DESC LIMIT 10000");
    let rows: Vec<RuleRow> = all(db, &sql, [true.into()]).await?;
    rows.into_iter().map(|row| kept(row).map(|kept| kept.rule)).collect()
}

pub(super) async fn find(db: &impl ConnectionTrait, id: PricingRuleId) -> Result<Option<KeptRule>, DbErr> {
    let row: Option<RuleRow> = one(db, &format!("{RULE} WHERE id = $1"), [id.uuid().into()]).await?;
    row.map(kept).transpose()
}

pub(super) async fn lock(tx: &Tx, id: PricingRuleId) -> Result<Option<KeptRule>, DbErr> {
    let sql = format!("{RULE} WHERE id = $1{}", Dialect::of(tx).for_update());
    let row: Option<RuleRow> = one(tx, &sql, [id.uuid().into()]).await?;
    row.map(kept).transpose()
}

pub(super) async fn insert(tx: &Tx, kept: &KeptRule) -> Result<(), DbErr> {
    let sql = "INSERT INTO pricing_rules (id, product, service_code, country, number_type, profit_type, profit_value, \
               priority, is_active, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    exec(tx, sql, fields(kept).into_iter().chain([kept.created_at.into()])).await.map(drop)
}

pub(super) async fn update(tx: &Tx, kept: &KeptRule) -> Result<(), DbErr> {
    let sql = "UPDATE pricing_rules SET product = $2, service_code = $3, country = $4, number_type = $5, \
               profit_type = $6, profit_value = $7, priority = $8, is_active = $9 WHERE id = $1";
    exec(tx, sql, fields(kept)).await.map(drop)
}

fn fields(kept: &KeptRule) -> [Value; 9] {
    let rule = &kept.rule;
    [
        rule.id.uuid().into(),
        rule.product.as_str().into(),
        rule.service_code.clone().into(),
        rule.country.map(|country| country.to_string()).into(),
        rule.number_type.map(|kind| kind.to_string()).into(),
        rule.profit_type.as_str().into(),
        rule.profit_value.micros().into(),
        rule.priority.into(),
        kept.is_active.into(),
    ]
}

pub(super) async fn delete(tx: &Tx, id: PricingRuleId) -> Result<(), DbErr> {
    exec(tx, "DELETE FROM pricing_rules WHERE id = $1", [id.uuid().into()]).await.map(drop)
}

fn conditions(filter: RuleFilter) -> (String, Vec<Value>) {
    let (mut text, mut values) = ("TRUE".to_owned(), Vec::new());
    if let Some(product) = filter.product {
        values.push(product.as_str().into());
        text += &format!(" AND product = ${}", values.len());
    }
    if let Some(is_active) = filter.is_active {
        values.push(is_active.into());
        text += &format!(" AND is_active = ${}", values.len());
    }
    (text, values)
}

/// A page of the rules, the newest first, and one more row if there is one.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    filter: RuleFilter,
    page: &PageRequest,
) -> Result<Vec<KeptRule>, DbErr> {
    let (mut conditions, mut values) = conditions(filter);
    if let PageRequest::After { cursor: Cursor { at, id }, .. } = page {
        values.extend([(*at).into(), (*id).into()]);
        conditions += &format!(" AND (created_at, id) < (${}, ${})", values.len() - 1, values.len());
    }
    values.push((i64::from(page.limit()) + 1).into());
    values.push(i64::try_from(page.offset()).unwrap_or(i64::MAX).into());
    let (limit, offset) = (values.len() - 1, values.len());
    let sql = format!("{RULE} WHERE {conditions} ORDER BY created_at DESC, id DESC LIMIT ${limit} OFFSET ${offset}");
    let rows: Vec<RuleRow> = all(db, &sql, values).await?;
    rows.into_iter().map(kept).collect()
}

/// How many rules the filter leaves; stops counting at `cap`.
pub(super) async fn count(db: &impl ConnectionTrait, filter: RuleFilter, cap: u64) -> Result<u64, DbErr> {
    let (conditions, values) = conditions(filter);
    store::count(db, &format!("pricing_rules WHERE {conditions}"), values, cap).await
}

fn kept(row: RuleRow) -> Result<KeptRule, DbErr> {
    let rule = PricingRule {
        id: PricingRuleId::from_uuid(row.id),
        product: stored(&row.product)?,
        service_code: row.service_code,
        country: row.country.as_deref().map(stored).transpose()?,
        number_type: row.number_type.as_deref().map(stored).transpose()?,
        profit_type: stored(&row.profit_type)?,
        profit_value: Amount::from_micros(row.profit_value),
        priority: row.priority,
    };
    Ok(KeptRule { rule, is_active: row.is_active, created_at: row.created_at })
}

fn stored<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("a pricing rule holds {text:?}")))
}
