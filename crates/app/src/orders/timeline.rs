//! What happened to an order, in order. Only what has a note is written down beside the order; when it was opened and
//! how it ended stand in its own row.

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::DbErr;
use utoipa::ToSchema;

use super::{
    OrderStatus,
    sql::{OrderRow, TimelineRow},
};
use crate::web::time::Timestamp;

/// One line of the timeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// What the order became.
    pub status: OrderStatus,
    /// When.
    pub timestamp: Timestamp,
    /// Why, where there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The order's timeline, of which `told` was written down.
pub(super) fn timeline(order: &OrderRow, told: Vec<TimelineRow>) -> Result<Vec<TimelineEntry>, DbErr> {
    let told: Vec<_> = told.into_iter().map(entry).collect::<Result<_, _>>()?;
    let status = order.status()?;
    let mut all = Vec::with_capacity(told.len() + 3);
    // Orders of earlier versions have every line written down.
    if told.iter().all(|line| line.status != OrderStatus::Pending) {
        all.push(line(OrderStatus::Pending, order.created_at, Some("order opened")));
        let is_begun = !matches!(status, OrderStatus::Pending | OrderStatus::Cancelled);
        if is_begun && told.iter().all(|line| line.status != OrderStatus::Processing) {
            all.push(line(OrderStatus::Processing, order.created_at, None));
        }
    }
    let ended = order.cancelled_at.or(order.completed_at).filter(|_| status.is_final());
    let end = ended.filter(|at| !told.iter().any(|line| line.status == status && line.timestamp.0 == *at));
    all.extend(told);
    all.extend(end.map(|at| line(status, at, None)));
    all.sort_by_key(|line| line.timestamp.0);
    Ok(all)
}

fn entry(row: TimelineRow) -> Result<TimelineEntry, DbErr> {
    let status = row.status.parse().map_err(|_| DbErr::Type(format!("a timeline holds {:?}", row.status)))?;
    Ok(TimelineEntry { status, timestamp: row.at.into(), note: row.note })
}

fn line(status: OrderStatus, at: DateTime<Utc>, note: Option<&str>) -> TimelineEntry {
    TimelineEntry { status, timestamp: at.into(), note: note.map(str::to_owned) }
}
