//! `suppliers`: who is connected, how well it works, and our money there.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, Dialect, FromQueryResult, Tx, all, exec, one};
use vocab::Money;

use crate::suppliers::model::{Health, SupplierRow};

const SUPPLIER: &str = "SELECT name, is_enabled, priority, health, health_since, failures, float_balance, \
                        float_currency, float_at, last_error, last_error_at, synced_at FROM suppliers";

/// Knows a supplier from now on.
pub(in crate::suppliers) async fn ensure(tx: &Tx, name: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "INSERT INTO suppliers (name, is_enabled, priority, health, health_since, failures, updated_at) \
               VALUES ($1, $2, 0, 'HEALTHY', $3, 0, $3) ON CONFLICT (name) DO NOTHING";
    exec(tx, sql, [name.into(), true.into(), now.into()]).await.map(drop)
}

pub(in crate::suppliers) async fn list(db: &impl ConnectionTrait) -> Result<Vec<SupplierRow>, DbErr> {
    all(db, &format!("{SUPPLIER} ORDER BY name LIMIT 100"), []).await
}

/// The suppliers where our money does not suffice for each of their offers.
pub(in crate::suppliers) async fn short_of_money(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let sql = "SELECT s.name AS name FROM suppliers s WHERE EXISTS (SELECT 1 FROM supplier_offers o \
               WHERE o.supplier = s.name AND o.currency = s.float_currency AND o.cost > s.float_balance) LIMIT 100";
    let rows: Vec<Row> = all(db, sql, []).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

pub(in crate::suppliers) async fn lock(tx: &Tx, name: &str) -> Result<Option<SupplierRow>, DbErr> {
    one(tx, &format!("{SUPPLIER} WHERE name = $1{}", Dialect::of(tx).for_update()), [name.into()]).await
}

/// Puts down whether a supplier is asked, and how early.
pub(in crate::suppliers) async fn set_preference(
    tx: &Tx,
    name: &str,
    is_enabled: bool,
    priority: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "UPDATE suppliers SET is_enabled = $2, priority = $3, updated_at = $4 WHERE name = $1";
    exec(tx, sql, [name.into(), is_enabled.into(), priority.into(), now.into()]).await.map(drop)
}

/// Puts down how well a supplier works.
pub(in crate::suppliers) async fn set_health(
    tx: &Tx,
    name: &str,
    failures: u32,
    health: Health,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "UPDATE suppliers SET failures = $2, \
               health_since = CASE WHEN health = $3 THEN health_since ELSE $4 END, health = $3, \
               last_error = COALESCE($5, last_error), \
               last_error_at = CASE WHEN $5 IS NULL THEN last_error_at ELSE $4 END, updated_at = $4 WHERE name = $1";
    let error = error.map(str::to_owned);
    exec(tx, sql, [name.into(), i64::from(failures).into(), health.as_str().into(), now.into(), error.into()])
        .await
        .map(drop)
}

/// Puts down our money there.
pub(in crate::suppliers) async fn set_float(
    tx: &Tx,
    name: &str,
    float: Money,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "UPDATE suppliers SET float_balance = $2, float_currency = $3, float_at = $4, updated_at = $4 \
               WHERE name = $1";
    let values = [name.into(), float.amount.micros().into(), float.currency.as_str().into(), now.into()];
    exec(tx, sql, values).await.map(drop)
}

/// Its offers were read.
pub(in crate::suppliers) async fn set_synced(tx: &Tx, name: &str, now: DateTime<Utc>) -> Result<(), DbErr> {
    exec(tx, "UPDATE suppliers SET synced_at = $2, updated_at = $2 WHERE name = $1", [name.into(), now.into()])
        .await
        .map(drop)
}
