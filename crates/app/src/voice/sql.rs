//! The `calls` table.

use chrono::{DateTime, Utc};
use ports::inbound::CallWebhook;
use store::{DbErr, Dialect, FromQueryResult, Store, Tx, Value, exec, one, placeholders};
use uuid::Uuid;
use vocab::{
    Amount, Currency,
    id::{AccountId, CallId, NumberId},
    telephony::{CallDirection, CallStatus},
};

use super::model::KnownCall;
use crate::numbers::VoiceTarget;

/// The longest text of a caller that is kept: a SIP address may be long, a number never is.
const LONGEST_ADDRESS: usize = 256;

pub(super) struct NewCall<'a> {
    pub id: Uuid,
    pub carrier: &'static str,
    pub call: &'a CallWebhook,
    pub target: &'a VoiceTarget,
    pub status: CallStatus,
}

/// A row of so many columns; the time stands for two of them.
const COLUMNS: usize = 10;

/// The statement that writes so many calls down.
fn insert_statement(calls: usize) -> String {
    let row = |first: usize| format!("({}, ${})", placeholders(first, COLUMNS), first + COLUMNS - 1);
    let rows: Vec<String> = (0..calls).map(|call| row(1 + call * COLUMNS)).collect();
    format!(
        "INSERT INTO calls (id, account_id, number_id, carrier, carrier_sid, from_number, to_number, direction, status, \
         started_at, created_at) VALUES {} ON CONFLICT (carrier, carrier_sid) DO NOTHING",
        rows.join(", ")
    )
}

fn values(new: &NewCall<'_>, now: DateTime<Utc>) -> [Value; COLUMNS] {
    let direction = if new.call.inbound { CallDirection::Inbound } else { CallDirection::Outbound };
    [
        new.id.into(),
        new.target.account.uuid().into(),
        new.target.number.uuid().into(),
        new.carrier.into(),
        new.call.call_sid.clone().into(),
        kept(&new.call.from).into(),
        kept(&new.call.to).into(),
        direction.as_str().into(),
        new.status.as_str().into(),
        now.into(),
    ]
}

/// A text of the outside's, short enough and without NUL, which PostgreSQL cannot hold.
pub(super) fn kept(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(LONGEST_ADDRESS).collect()
}

/// Writes calls down, each batch of them with one statement that is its own transaction, since callers wait. The
/// sizes are powers of two, so that there are few statements to prepare.
pub(super) async fn insert_now(store: &Store, mut new: &[NewCall<'_>], now: DateTime<Utc>) -> Result<(), DbErr> {
    while let Some(size) = new.len().checked_ilog2().map(|power| 1 << power) {
        let (batch, rest) = new.split_at(size);
        let rows: Vec<Value> = batch.iter().flat_map(|call| values(call, now)).collect();
        store.write_one(&insert_statement(size), rows).await?;
        new = rest;
    }
    Ok(())
}

pub(super) async fn insert(tx: &Tx, new: &NewCall<'_>, now: DateTime<Utc>) -> Result<(), DbErr> {
    exec(tx, &insert_statement(1), values(new, now)).await.map(drop)
}

#[derive(FromQueryResult)]
struct CallRow {
    id: Uuid,
    account_id: Uuid,
    number_id: Uuid,
    direction: String,
    status: String,
    to_number: String,
}

/// Locks a call, if the log has it.
pub(super) async fn lock(tx: &Tx, carrier: &str, sid: &str) -> Result<Option<KnownCall>, DbErr> {
    let sql = format!(
        "SELECT id, account_id, number_id, direction, status, to_number FROM calls \
         WHERE carrier = $1 AND carrier_sid = $2{}",
        Dialect::of(tx).for_update()
    );
    let Some(row) = one::<CallRow>(tx, &sql, [carrier.into(), sid.into()]).await? else { return Ok(None) };
    let unreadable = |text: &str| DbErr::Type(format!("a call holds {text:?}"));
    Ok(Some(KnownCall {
        id: CallId::from_uuid(row.id),
        account: AccountId::from_uuid(row.account_id),
        number: NumberId::from_uuid(row.number_id),
        direction: row.direction.parse().map_err(|_| unreadable(&row.direction))?,
        status: row.status.parse().map_err(|_| unreadable(&row.status))?,
        to: row.to_number,
    }))
}

pub(super) async fn set_status(tx: &Tx, call: CallId, status: CallStatus) -> Result<(), DbErr> {
    exec(tx, "UPDATE calls SET status = $2 WHERE id = $1", [call.uuid().into(), status.as_str().into()]).await.map(drop)
}

pub(super) async fn set_ended(
    tx: &Tx,
    call: CallId,
    status: CallStatus,
    seconds: u32,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "UPDATE calls SET status = $2, duration_seconds = $3, ended_at = $4 WHERE id = $1";
    let values = [call.uuid().into(), status.as_str().into(), i64::from(seconds).into(), now.into()];
    exec(tx, sql, values).await.map(drop)
}

pub(super) async fn add_cost(tx: &Tx, call: CallId, cost: Amount, currency: Currency) -> Result<(), DbErr> {
    let sql = "UPDATE calls SET cost = COALESCE(cost, 0) + $2, currency = $3 WHERE id = $1";
    exec(tx, sql, [call.uuid().into(), cost.micros().into(), currency.as_str().into()]).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_has_its_own_placeholders() {
        let two = insert_statement(2);
        assert!(two.contains("$9, $10, $10), ($11, "), "{two}");
        assert!(two.contains("$19, $20, $20) ON"), "{two}");
    }
}
