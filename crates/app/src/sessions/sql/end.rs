//! The end of a session: by hand, or told once its time is over.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use store::{Bound, DbErr, Dialect, Store, Tx, exec};
use uuid::Uuid;
use vocab::id::{AccountId, NumberSessionId};

use super::sessions::{ALL, Changed, read};
use crate::{events, sessions::NumberSession};

/// Who ends which session, and when.
pub(in crate::sessions) struct End {
    pub account: AccountId,
    pub session: NumberSessionId,
    /// Business time.
    pub now: DateTime<Utc>,
    /// When its number is free again: the cool-down after now.
    pub free_again: DateTime<Utc>,
}

/// Here and wherever a session is looked up by its id: `end_reason IS NULL` says the same as `ended_at IS NULL` and keeps
/// the planner from walking the index of all sessions whose end is to be told.
const END: &str = "UPDATE number_sessions SET ended_at = $3, end_reason = 'BY_HAND' \
                   WHERE id = $1 AND account_id = $2 AND end_reason IS NULL AND expires_at > $3";

/// Only a number that is still the session's is freed: an older session cannot end a newer one.
const FREE: &str = "SET free_from = $4 WHERE free_from > $4 AND session_id = $1";

/// Ends an active session and frees its number. `None` where the account has no such active session.
pub(in crate::sessions) async fn end(tx: &Tx, end: &End) -> Result<Option<NumberSession>, DbErr> {
    let values = [end.session.uuid().into(), end.account.uuid().into(), end.now.into()];
    let ending = Bound::new(format!("{END} RETURNING {ALL}"), values);
    let Some(session) = ending.row(tx, read).await? else { return Ok(None) };
    let sql = "UPDATE pool_numbers SET free_from = $3 WHERE id = $1 AND session_id = $2 AND free_from > $3";
    let values = [session.pool_number.uuid().into(), session.id.uuid().into(), end.free_again.into()];
    exec(tx, sql, values).await?;
    Ok(Some(session))
}

/// The same, and tells of it, in one statement, which is its own transaction: for engines on which
/// [`Dialect::writes_in_with`] holds. `event` lacks the number.
pub(in crate::sessions) async fn end_at_once(
    store: &Store,
    end: &End,
    event: (Uuid, Json),
) -> Result<Option<NumberSession>, DbErr> {
    let dialect = store.dialect();
    let data = dialect.json_with("$7", "phoneNumber", "phone_number");
    let kind = events::EventKind::SessionEnded;
    let insert = events::insert_selected("$5", kind, "$2", "$6", &data, "$3", "ended");
    let sql = format!(
        "WITH ended AS ({END} RETURNING {ALL}), \
         freed AS (UPDATE pool_numbers {FREE} AND id = (SELECT pool_number_id FROM ended)), \
         told AS ({insert}) SELECT {ALL} FROM ended"
    );
    let values = [
        end.session.uuid().into(),
        end.account.uuid().into(),
        end.now.into(),
        end.free_again.into(),
        event.0.into(),
        end.session.to_string().into(),
        event.1.into(),
    ];
    Ok(store.write_row(&sql, &values).await?.map(|Changed(session)| session))
}

/// Marks up to `limit` sessions whose time is over as told, and says which. Each is told by one process.
pub(in crate::sessions) async fn tell_expired(
    tx: &Tx,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<NumberSession>, DbErr> {
    let sql = format!(
        "UPDATE number_sessions SET ended_at = expires_at, end_reason = 'EXPIRED' WHERE id IN \
         (SELECT id FROM number_sessions WHERE ended_at IS NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2{}) \
         RETURNING {ALL}",
        Dialect::of(tx).skip_locked()
    );
    Bound::new(sql, [now.into(), i64::from(limit).into()]).rows(tx, read).await
}
