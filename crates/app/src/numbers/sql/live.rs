//! What voice asks when a number rings: the number with the configuration that its calls follow.

use serde_json::Value as Json;
use store::{ConnectionTrait, DbErr, FromQueryResult, all, placeholders};
use uuid::Uuid;
use vocab::id::{AccountId, NumberId};

use super::{stored, stored_json};
use crate::{
    flows::{Features, RoutingRules},
    numbers::NumberStatus,
};

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
