//! What numbers ask of the call log, which lies above them: implemented by `voice`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::DbErr;
use utoipa::ToSchema;
use vocab::{
    Amount,
    id::{AccountId, CallId, NumberId},
    telephony::{CallDirection, CallStatus},
};

use crate::web::time::Timestamp;

/// Reads the call log.
#[async_trait::async_trait]
pub trait RecentCalls: Send + Sync {
    /// The number's latest calls, the newest first, one row a call.
    async fn recent(&self, account: AccountId, number: NumberId, limit: u32) -> Result<Vec<RecentCall>, DbErr>;

    /// What the calls of each of these numbers sum to in a span of time (from inclusive, to exclusive). A number without
    /// calls may be left out.
    async fn sums(
        &self,
        account: AccountId,
        numbers: &[NumberId],
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<HashMap<NumberId, CallSums>, DbErr>;
}

/// A call of a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "call_019bc0fd89c07c3a9d52b8e663616c6c", "from": "+12125550142", "to": "+14155552671",
    "direction": "INBOUND", "status": "COMPLETED", "duration": 94, "createdAt": "2026-01-15T09:12:08.120Z",
}))]
pub struct RecentCall {
    /// Its id.
    pub id: CallId,
    /// Who called.
    pub from: String,
    /// Who was called.
    pub to: String,
    /// Which way.
    pub direction: CallDirection,
    /// Where it is.
    pub status: CallStatus,
    /// Seconds, once it is over.
    pub duration: Option<i64>,
    /// When it began.
    pub created_at: Timestamp,
}

/// What calls sum to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallSums {
    /// How many.
    pub calls: i64,
    /// Minutes, each call's rounded up.
    pub minutes: i64,
    /// What they cost.
    pub cost: Amount,
}
