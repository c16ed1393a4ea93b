//! The tables `usage_rates` and `usage_records`.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, FromQueryResult, Tx, exec, one};
use uuid::Uuid;
use vocab::{Amount, CountryCode, id::AccountId, telephony::CallDirection};

use super::{Rate, UsageType, Used};

#[derive(FromQueryResult)]
struct RateRow {
    currency: String,
    unit_price: i64,
    first_increment: i64,
    next_increment: i64,
}

/// The rate in a country, or the one for every country.
pub async fn rate(
    db: &impl ConnectionTrait,
    usage_type: UsageType,
    direction: CallDirection,
    country: Option<CountryCode>,
) -> Result<Rate, DbErr> {
    let sql = "SELECT currency, unit_price, first_increment, next_increment FROM usage_rates \
               WHERE usage_type = $1 AND direction = $2 AND country IN ($3, '') ORDER BY country DESC LIMIT 1";
    let country = country.map_or_else(String::new, |country| country.to_string());
    let values = [usage_type.as_str().into(), direction.as_str().into(), country.into()];
    let row: RateRow =
        one(db, sql, values).await?.ok_or_else(|| DbErr::RecordNotFound(format!("no rate for {usage_type}")))?;
    let currency = row.currency.parse().map_err(|_| DbErr::Type(format!("a rate is in {:?}", row.currency)))?;
    Ok(Rate {
        unit_price: Amount::from_micros(row.unit_price),
        currency,
        first_increment: row.first_increment,
        next_increment: row.next_increment,
    })
}

pub(super) async fn insert(tx: &Tx, id: Uuid, used: &Used, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let sql = "INSERT INTO usage_records (id, account_id, usage_type, direction, resource_id, subject, quantity, unit, \
               unit_price, cost, currency, occurred_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'SECONDS', $8, $9, $10, $11) \
               ON CONFLICT (usage_type, direction, subject) DO NOTHING";
    let values = [
        id.into(),
        used.account.uuid().into(),
        used.usage_type.as_str().into(),
        used.direction.as_str().into(),
        used.resource.into(),
        used.subject.into(),
        used.bill.seconds.into(),
        used.rate.unit_price.micros().into(),
        used.bill.cost.micros().into(),
        used.rate.currency.as_str().into(),
        now.into(),
    ];
    Ok(exec(tx, sql, values).await? == 1)
}

#[derive(FromQueryResult)]
struct SpentRow {
    spent: i64,
}

/// What a resource's usage cost in a span of time (from inclusive, to exclusive).
pub async fn spent_between(
    db: &impl ConnectionTrait,
    account: AccountId,
    resource: Uuid,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Amount, DbErr> {
    let sql = "SELECT CAST(COALESCE(SUM(cost), 0) AS bigint) AS spent FROM usage_records \
               WHERE resource_id = $1 AND account_id = $2 AND occurred_at >= $3 AND occurred_at < $4";
    let values = [resource.into(), account.uuid().into(), from.into(), to.into()];
    let row: Option<SpentRow> = one(db, sql, values).await?;
    Ok(Amount::from_micros(row.map_or(0, |row| row.spent)))
}
