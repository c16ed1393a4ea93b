//! `number_configurations`: what calls to a number follow. The number names the active one.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use store::{ConnectionTrait, DbErr, FromQueryResult, Tx, all, one};
use uuid::Uuid;
use vocab::id::{AccountId, ConfigurationId, NumberId};

use super::{NumberConfiguration, RoutingRules, model::Stored};

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    routing_rules: Json,
    features: Json,
    created_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

#[derive(FromQueryResult)]
struct CountRow {
    count: i64,
}

/// Writes a configuration; one of the same name is replaced. Says which it became.
pub(crate) async fn put(
    tx: &Tx,
    id: ConfigurationId,
    account: AccountId,
    number: NumberId,
    configuration: &NumberConfiguration,
    now: DateTime<Utc>,
) -> Result<ConfigurationId, DbErr> {
    let sql = "INSERT INTO number_configurations (id, account_id, number_id, name, routing_rules, features, created_at, \
               updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (number_id, name) DO UPDATE SET \
               routing_rules = excluded.routing_rules, features = excluded.features, updated_at = excluded.updated_at \
               RETURNING id";
    let values = [
        id.uuid().into(),
        account.uuid().into(),
        number.uuid().into(),
        configuration.name.trim().into(),
        serde_json::json!(configuration.routing_rules).into(),
        serde_json::json!(configuration.features).into(),
        now.into(),
    ];
    let row: Option<IdRow> = one(tx, sql, values).await?;
    row.map(|row| ConfigurationId::from_uuid(row.id)).ok_or(DbErr::RecordNotInserted)
}

/// How many configurations of another name the number has.
pub(crate) async fn count_others(tx: &Tx, number: NumberId, name: &str) -> Result<i64, DbErr> {
    let sql = "SELECT COUNT(*) AS count FROM number_configurations WHERE number_id = $1 AND name <> $2";
    let row: Option<CountRow> = one(tx, sql, [number.uuid().into(), name.trim().into()]).await?;
    Ok(row.map_or(0, |row| row.count))
}

/// The number's configurations, the newest first.
pub(crate) async fn list(
    db: &impl ConnectionTrait,
    account: AccountId,
    number: NumberId,
) -> Result<Vec<Stored>, DbErr> {
    let sql = "SELECT id, name, routing_rules, features, created_at FROM number_configurations \
               WHERE number_id = $1 AND account_id = $2 ORDER BY created_at DESC, id DESC LIMIT 100";
    let rows: Vec<Row> = all(db, sql, [number.uuid().into(), account.uuid().into()]).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Stored {
                id: ConfigurationId::from_uuid(row.id),
                name: row.name,
                routing_rules: stored_json(row.routing_rules)?,
                features: stored_json(row.features)?,
                created_at: row.created_at,
            })
        })
        .collect()
}

#[derive(FromQueryResult)]
struct RulesRow {
    routing_rules: Json,
}

/// The rules of all of the number's configurations, the latest written first.
pub(crate) async fn rules(db: &impl ConnectionTrait, number: NumberId) -> Result<Vec<RoutingRules>, DbErr> {
    let sql = "SELECT routing_rules FROM number_configurations WHERE number_id = $1 \
               ORDER BY updated_at DESC, id DESC LIMIT 100";
    let rows: Vec<RulesRow> = all(db, sql, [number.uuid().into()]).await?;
    rows.into_iter().map(|row| stored_json(row.routing_rules)).collect()
}

/// A JSON column.
fn stored_json<T: serde::de::DeserializeOwned>(value: Json) -> Result<T, DbErr> {
    serde_json::from_value(value).map_err(|error| DbErr::Json(error.to_string()))
}
