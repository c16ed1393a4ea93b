//! The call log, as `numbers` shows it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use store::{DbErr, FromQueryResult, Store, Value, all, placeholders};
use uuid::Uuid;
use vocab::{
    Amount,
    id::{AccountId, CallId, NumberId},
};

use crate::numbers::{CallSums, RecentCall, RecentCalls};

/// Reads the call log.
#[derive(Debug, Clone)]
pub struct CallLog(pub Store);

#[derive(FromQueryResult)]
struct CallRow {
    id: Uuid,
    from_number: String,
    to_number: String,
    direction: String,
    status: String,
    duration_seconds: Option<i64>,
    created_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct SumRow {
    number_id: Uuid,
    calls: i64,
    minutes: i64,
    cost: i64,
}

#[async_trait::async_trait]
impl RecentCalls for CallLog {
    async fn recent(&self, account: AccountId, number: NumberId, limit: u32) -> Result<Vec<RecentCall>, DbErr> {
        // A planner takes number and account to be independent, and a limit that is bound to be large: asked of both at
        // once it would read all of the number's calls. As it stands the index ends at the limit.
        let columns = "id, from_number, to_number, direction, status, duration_seconds, created_at";
        let sql = format!(
            "SELECT {columns} FROM (SELECT {columns}, account_id FROM calls WHERE number_id = $1 \
             ORDER BY created_at DESC, id DESC LIMIT {limit}) AS latest \
             WHERE account_id = $2 ORDER BY created_at DESC, id DESC"
        );
        let rows: Vec<CallRow> = all(self.0.fresh(), &sql, [number.uuid().into(), account.uuid().into()]).await?;
        rows.into_iter().map(call).collect()
    }

    async fn sums(
        &self,
        account: AccountId,
        numbers: &[NumberId],
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<HashMap<NumberId, CallSums>, DbErr> {
        if numbers.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "SELECT number_id, COUNT(*) AS calls, \
                    CAST(COALESCE(SUM((COALESCE(duration_seconds, 0) + 59) / 60), 0) AS bigint) AS minutes, \
                    CAST(COALESCE(SUM(cost), 0) AS bigint) AS cost \
             FROM calls WHERE account_id = $1 AND created_at >= $2 AND created_at < $3 AND number_id IN ({}) \
             GROUP BY number_id",
            placeholders(4, numbers.len())
        );
        let mut values: Vec<Value> = vec![account.uuid().into(), from.into(), to.into()];
        values.extend(numbers.iter().map(|number| number.uuid().into()));
        let rows: Vec<SumRow> = all(self.0.fresh(), &sql, values).await?;
        Ok(rows.into_iter().map(|row| (NumberId::from_uuid(row.number_id), sums(&row))).collect())
    }
}

fn call(row: CallRow) -> Result<RecentCall, DbErr> {
    let unreadable = |text: &str| DbErr::Type(format!("a call holds {text:?}"));
    Ok(RecentCall {
        id: CallId::from_uuid(row.id),
        direction: row.direction.parse().map_err(|_| unreadable(&row.direction))?,
        status: row.status.parse().map_err(|_| unreadable(&row.status))?,
        from: row.from_number,
        to: row.to_number,
        duration: row.duration_seconds,
        created_at: row.created_at.into(),
    })
}

fn sums(row: &SumRow) -> CallSums {
    CallSums { calls: row.calls, minutes: row.minutes, cost: Amount::from_micros(row.cost) }
}
