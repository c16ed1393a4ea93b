//! Who is called, and `session_calls`: who called.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use store::{ConnectionTrait, DbErr, Store, Tx, all, exec, one};
use uuid::Uuid;
use vocab::{id::NumberSessionId, telephony::CallStatus};

use super::sessions::greeting;
use crate::sessions::Greeting;

#[derive(FromQueryResult)]
struct CalledRow {
    session_id: Option<Uuid>,
    greeting_url: Option<String>,
    greeting_text: Option<String>,
}

/// The session that a pool number is lent to.
pub(in crate::sessions) struct Lent {
    pub session: NumberSessionId,
    pub greeting: Greeting,
}

/// Whether this is a number of the pool, and to whom it is lent now: one read by unique keys, since a caller waits.
pub(in crate::sessions) async fn called(
    db: &impl ConnectionTrait,
    number: &str,
    now: DateTime<Utc>,
) -> Result<Option<Option<Lent>>, DbErr> {
    let sql = "SELECT s.id AS session_id, s.greeting_url, s.greeting_text FROM pool_numbers p \
               LEFT JOIN number_sessions s ON s.id = p.session_id AND s.end_reason IS NULL AND s.expires_at > $2 \
               WHERE p.phone_number = $1 AND p.state <> 'REMOVED'";
    let Some(row) = one::<CalledRow>(db, sql, [number.into(), now.into()]).await? else { return Ok(None) };
    let Some(session) = row.session_id else { return Ok(Some(None)) };
    let greeting = greeting(row.greeting_url, row.greeting_text)?;
    Ok(Some(Some(Lent { session: NumberSessionId::from_uuid(session), greeting })))
}

/// A call to be written down.
pub(in crate::sessions) struct NewCall<'a> {
    pub id: Uuid,
    pub session: NumberSessionId,
    pub carrier: &'a str,
    /// The carrier's id of the call; a repeat leaves one row.
    pub carrier_sid: &'a str,
    pub from: &'a str,
}

/// Writes a call down in a transaction of its own: one statement, since a caller waits.
pub(in crate::sessions) async fn insert_now(
    store: &Store,
    call: &NewCall<'_>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO session_calls (id, session_id, carrier, carrier_sid, from_number, called_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (carrier, carrier_sid) DO NOTHING";
    let values = [
        call.id.into(),
        call.session.uuid().into(),
        call.carrier.into(),
        call.carrier_sid.into(),
        call.from.into(),
        now.into(),
    ];
    store.write_one(sql, values).await.map(drop)
}

/// Puts down how a call ended. The first word about it counts; a call that is no session's changes nothing.
pub(in crate::sessions) async fn end(
    tx: &Tx,
    carrier: &str,
    carrier_sid: &str,
    status: CallStatus,
    seconds: u32,
) -> Result<(), DbErr> {
    let sql = "UPDATE session_calls SET status = $3, duration_seconds = $4 \
               WHERE carrier = $1 AND carrier_sid = $2 AND status IS NULL";
    let values = [carrier.into(), carrier_sid.into(), status.as_str().into(), i64::from(seconds).into()];
    exec(tx, sql, values).await.map(drop)
}

/// A call to a session's number.
#[derive(FromQueryResult)]
pub(in crate::sessions) struct CallRow {
    pub carrier_sid: String,
    pub from_number: String,
    pub called_at: DateTime<Utc>,
    pub status: Option<String>,
    pub duration_seconds: Option<i64>,
}

/// The calls of a session whose owner was checked, the latest first, a hundred at most.
pub(in crate::sessions) async fn of_session(
    db: &impl ConnectionTrait,
    session: NumberSessionId,
) -> Result<Vec<CallRow>, DbErr> {
    let sql = "SELECT carrier_sid, from_number, called_at, status, duration_seconds FROM session_calls WHERE session_id = $1 \
               ORDER BY called_at DESC LIMIT 100";
    all(db, sql, [session.uuid().into()]).await
}
