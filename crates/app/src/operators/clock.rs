//! The business clock's one row: how far business time is ahead of the wall, for every process.

use chrono::TimeDelta;
use serde_json::json;
use store::{DbErr, FromQueryResult, Store, exec, one};
use vocab::Ambient;

use crate::audit::{self, Action, Deed};

#[derive(FromQueryResult)]
struct OffsetRow {
    offset_micros: i64,
}

/// Takes over how far the database says business time is ahead. Called now and then by every process.
pub async fn offset(store: &Store, ambient: &Ambient) -> Result<TimeDelta, DbErr> {
    let row: Option<OffsetRow> = one(store.fresh(), "SELECT offset_micros FROM business_clock", []).await?;
    ambient.set_offset(TimeDelta::microseconds(row.map_or(0, |row| row.offset_micros)));
    Ok(ambient.offset())
}

/// Moves business time ahead, for every process. There is no way back. Only the sandbox does, where nobody logs in.
pub async fn advance(store: &Store, ambient: &Ambient, by: TimeDelta) -> Result<TimeDelta, DbErr> {
    let micros = by.num_microseconds().unwrap_or(0).max(0);
    if micros > 0 {
        store
            .write(|tx| async move {
                let sql = "UPDATE business_clock SET offset_micros = offset_micros + $1";
                exec(&tx, sql, [micros.into()]).await?;
                let after = Some(json!({ "advancedSeconds": by.num_seconds() }));
                let subject = "business-clock".to_owned();
                let deed = Deed { action: Action::ClockAdvanced, subject, before: None, after };
                audit::record_local(&tx, ambient, deed).await
            })
            .await?;
    }
    offset(store, ambient).await
}
