//! `numbers`: one number at a time.

use chrono::{DateTime, Utc};
use store::{Bound, Columns, ConnectionTrait, DbErr, Dialect, Tx, exec};
use uuid::Uuid;
use vocab::{
    Amount,
    id::{AccountId, ConfigurationId, ItemId, NumberId, OrderId},
};

use crate::numbers::{Number, NumberStatus};

pub(super) const COLUMNS: &str = "id, account_id, phone_number, friendly_name, country_code, region, locality, \
    area_code, number_type, capabilities, status, carrier, carrier_sid, monthly_price, setup_price, currency, tags, \
    notes, configuration_id, total_calls, last_used_at, purchased_at, created_at, updated_at";

/// A number from its [`COLUMNS`].
pub(super) fn read(row: &mut Columns<'_>) -> Result<Number, DbErr> {
    Ok(Number {
        id: NumberId::from_uuid(row.take()?),
        account: AccountId::from_uuid(row.take()?),
        number: row.word()?,
        friendly_name: row.take()?,
        country: row.word()?,
        region: row.take()?,
        locality: row.take()?,
        area_code: row.take()?,
        number_type: row.word()?,
        capabilities: row.json()?,
        status: row.word()?,
        carrier: row.take()?,
        carrier_sid: row.take()?,
        monthly_price: Amount::from_micros(row.take()?),
        setup_price: Amount::from_micros(row.take()?),
        currency: row.word()?,
        tags: row.json()?,
        notes: row.take()?,
        configuration: row.take::<Option<Uuid>>()?.map(ConfigurationId::from_uuid),
        total_calls: row.take()?,
        last_used_at: row.take()?,
        purchased_at: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
    })
}

/// Writes a number that the carrier has delivered. Changes no row where the item has its number already, or where a live
/// number has this E.164 or this carrier id.
pub(in crate::numbers) fn inserting(number: &Number, order: OrderId, item: ItemId) -> Bound {
    let sql = "INSERT INTO numbers (id, account_id, order_id, item_id, phone_number, friendly_name, country_code, \
               region, locality, area_code, number_type, capabilities, status, status_since, carrier, carrier_sid, \
               monthly_price, setup_price, currency, tags, total_calls, total_seconds, purchased_at, created_at, \
               updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
               $19, $20, 0, 0, $14, $14, $14) ON CONFLICT DO NOTHING";
    let values = [
        number.id.uuid().into(),
        number.account.uuid().into(),
        order.uuid().into(),
        item.uuid().into(),
        number.number.as_str().into(),
        number.friendly_name.clone().into(),
        number.country.as_str().into(),
        number.region.clone().into(),
        number.locality.clone().into(),
        number.area_code.clone().into(),
        number.number_type.as_str().into(),
        serde_json::json!(number.capabilities).into(),
        number.status.as_str().into(),
        number.purchased_at.into(),
        number.carrier.clone().into(),
        number.carrier_sid.clone().into(),
        number.monthly_price.micros().into(),
        number.setup_price.micros().into(),
        number.currency.as_str().into(),
        serde_json::json!(number.tags).into(),
    ];
    Bound::new(sql, values)
}

/// The number that an item delivered.
pub(in crate::numbers) async fn of_item(tx: &Tx, item: ItemId) -> Result<Option<Number>, DbErr> {
    number(tx, "item_id = $1", [item.uuid().into()]).await
}

/// A live number by the carrier's id of it.
pub(in crate::numbers) async fn of_carrier(tx: &Tx, carrier: &str, sid: &str) -> Result<Option<Number>, DbErr> {
    number(tx, "carrier = $1 AND carrier_sid = $2 AND status <> 'RELEASED'", [carrier.into(), sid.into()]).await
}

/// A number whoever owns it; for work that no customer asks for.
pub(in crate::numbers) async fn any(db: &impl ConnectionTrait, id: NumberId) -> Result<Option<Number>, DbErr> {
    number(db, "id = $1", [id.uuid().into()]).await
}

/// An account's number.
pub(in crate::numbers) async fn find(
    db: &impl ConnectionTrait,
    account: AccountId,
    id: NumberId,
) -> Result<Option<Number>, DbErr> {
    number(db, "id = $1 AND account_id = $2", [id.uuid().into(), account.uuid().into()]).await
}

/// An account's number, locked until the transaction ends.
pub(in crate::numbers) async fn lock(tx: &Tx, account: AccountId, id: NumberId) -> Result<Option<Number>, DbErr> {
    let condition = format!("id = $1 AND account_id = $2{}", Dialect::of(tx).for_update());
    number(tx, &condition, [id.uuid().into(), account.uuid().into()]).await
}

async fn number<const N: usize>(
    db: &impl ConnectionTrait,
    condition: &str,
    values: [store::Value; N],
) -> Result<Option<Number>, DbErr> {
    Bound::new(format!("SELECT {COLUMNS} FROM numbers WHERE {condition}"), values).row(db, read).await
}

/// Whether the number moved. Only moves that exist are made.
pub(in crate::numbers) async fn move_to(
    tx: &Tx,
    id: NumberId,
    from: NumberStatus,
    to: NumberStatus,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    debug_assert!(from.may_become(to), "{from} → {to} does not exist");
    let sql = "UPDATE numbers SET status = $3, status_since = $4, updated_at = $4, \
               status_reason = COALESCE($5, status_reason), \
               released_at = CASE WHEN $3 = 'RELEASED' THEN $4 ELSE released_at END WHERE id = $1 AND status = $2";
    let reason = reason.map(str::to_owned);
    let values = [id.uuid().into(), from.as_str().into(), to.as_str().into(), now.into(), reason.into()];
    Ok(exec(tx, sql, values).await? == 1)
}

/// Writes what an owner may change.
pub(in crate::numbers) async fn update(tx: &Tx, number: &Number, now: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "UPDATE numbers SET friendly_name = $2, tags = $3, notes = $4, configuration_id = $5, updated_at = $6 \
               WHERE id = $1";
    let values = [
        number.id.uuid().into(),
        number.friendly_name.clone().into(),
        serde_json::json!(number.tags).into(),
        number.notes.clone().into(),
        number.configuration.map(vocab::Id::uuid).into(),
        now.into(),
    ];
    exec(tx, sql, values).await.map(drop)
}

/// Counts a call that is over.
pub(in crate::numbers) async fn count_call(
    tx: &Tx,
    id: NumberId,
    seconds: i64,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "UPDATE numbers SET total_calls = total_calls + 1, total_seconds = total_seconds + $2, last_used_at = $3 \
               WHERE id = $1";
    exec(tx, sql, [id.uuid().into(), seconds.into(), at.into()]).await.map(drop)
}
