//! The table `pricing_rules`.

use store::{Bound, Columns, ConnectionTrait, DbErr, Dialect, Listed, Listing, Narrowed, Tx, Value, exec};
use vocab::{Amount, PageRequest, id::PricingRuleId};

use super::{KeptRule, PricingRule, RuleFilter};

const COLUMNS: &str = "id, product, service_code, country, number_type, profit_type, profit_value, priority, is_active, \
                       created_at";

/// A rule from its [`COLUMNS`].
fn read(row: &mut Columns<'_>) -> Result<KeptRule, DbErr> {
    let rule = PricingRule {
        id: PricingRuleId::from_uuid(row.take()?),
        product: row.word()?,
        service_code: row.take()?,
        country: row.take::<Option<&str>>()?.map(stored).transpose()?,
        number_type: row.take::<Option<&str>>()?.map(stored).transpose()?,
        profit_type: row.word()?,
        profit_value: Amount::from_micros(row.take()?),
        priority: row.take()?,
    };
    Ok(KeptRule { rule, is_active: row.take()?, created_at: row.take()? })
}

/// The rules that apply now, ten thousand at most.
pub(super) async fn active(db: &impl ConnectionTrait) -> Result<Vec<PricingRule>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM pricing_rules WHERE is_active = $1 ORDER BY id DESC LIMIT 10000");
    Bound::new(sql, [true.into()]).rows(db, |row| read(row).map(|kept| kept.rule)).await
}

pub(super) async fn find(db: &impl ConnectionTrait, id: PricingRuleId) -> Result<Option<KeptRule>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM pricing_rules WHERE id = $1");
    Bound::new(sql, [id.uuid().into()]).row(db, read).await
}

pub(super) async fn lock(tx: &Tx, id: PricingRuleId) -> Result<Option<KeptRule>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM pricing_rules WHERE id = $1{}", Dialect::of(tx).for_update());
    Bound::new(sql, [id.uuid().into()]).row(tx, read).await
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

/// A page of the rules.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    filter: RuleFilter,
    page: &PageRequest,
) -> Result<Listed<KeptRule>, DbErr> {
    let mut narrowed = Narrowed::to("TRUE", []);
    narrowed.and_is("product", filter.product.map(|product| product.as_str()));
    narrowed.and_is("is_active", filter.is_active);
    let list = Listing { columns: COLUMNS, from: "pricing_rules", newest: ("created_at", "id"), narrowed };
    list.page(db, page, read).await
}

fn stored<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("a pricing rule holds {text:?}")))
}
