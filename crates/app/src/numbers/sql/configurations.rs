//! `number_configurations`: what calls to a number follow. The number names the active one.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use store::{ConnectionTrait, DbErr, FromQueryResult, Tx, all, one, placeholders};
use uuid::Uuid;
use vocab::id::{AccountId, ConfigurationId, NumberId};

use super::{stored, stored_json};
use crate::numbers::{Features, NumberConfiguration, NumberStatus, RoutingRules};

/// A configuration as it is stored.
pub(in crate::numbers) struct Stored {
    pub id: ConfigurationId,
    pub name: String,
    pub routing_rules: RoutingRules,
    pub features: Features,
    pub created_at: DateTime<Utc>,
}

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
pub(in crate::numbers) async fn put(
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
pub(in crate::numbers) async fn count_others(tx: &Tx, number: NumberId, name: &str) -> Result<i64, DbErr> {
    let sql = "SELECT COUNT(*) AS count FROM number_configurations WHERE number_id = $1 AND name <> $2";
    let row: Option<CountRow> = one(tx, sql, [number.uuid().into(), name.trim().into()]).await?;
    Ok(row.map_or(0, |row| row.count))
}

/// The number's configurations, the newest first.
pub(in crate::numbers) async fn list(
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
pub(in crate::numbers) async fn rules(db: &impl ConnectionTrait, number: NumberId) -> Result<Vec<RoutingRules>, DbErr> {
    let sql = "SELECT routing_rules FROM number_configurations WHERE number_id = $1 \
               ORDER BY updated_at DESC, id DESC LIMIT 100";
    let rows: Vec<RulesRow> = all(db, sql, [number.uuid().into()]).await?;
    rows.into_iter().map(|row| stored_json(row.routing_rules)).collect()
}

#[derive(FromQueryResult)]
struct LiveRow {
    phone_number: String,
    id: Uuid,
    account_id: Uuid,
    status: String,
    routing_rules: Option<Json>,
    features: Option<Json>,
}

/// Whose number it is now, and what its calls follow.
pub(in crate::numbers) struct Live {
    pub number: NumberId,
    pub account: AccountId,
    pub status: NumberStatus,
    pub active: Option<(RoutingRules, Features)>,
}

/// The live numbers with these E.164 and their active configurations: one read by one unique key, since callers wait.
pub(in crate::numbers) async fn live(
    db: &impl ConnectionTrait,
    numbers: &[&str],
) -> Result<Vec<(String, Live)>, DbErr> {
    let sql = format!(
        "SELECT n.phone_number, n.id, n.account_id, n.status, c.routing_rules, c.features FROM numbers n \
         LEFT JOIN number_configurations c ON c.id = n.configuration_id \
         WHERE n.phone_number IN ({}) AND n.status <> 'RELEASED'",
        placeholders(1, numbers.len())
    );
    let rows: Vec<LiveRow> = all(db, &sql, numbers.iter().map(|number| (*number).into())).await?;
    rows.into_iter()
        .map(|row| {
            let active = match row.routing_rules.zip(row.features) {
                Some((rules, features)) => Some((stored_json(rules)?, stored_json(features)?)),
                None => None,
            };
            let (number, account) = (NumberId::from_uuid(row.id), AccountId::from_uuid(row.account_id));
            Ok((row.phone_number, Live { number, account, status: stored(&row.status)?, active }))
        })
        .collect()
}
