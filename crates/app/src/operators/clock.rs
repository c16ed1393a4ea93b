//! The business clock's one row: how far business time is ahead of the wall, for every process.

use chrono::TimeDelta;
use store::{DbErr, FromQueryResult, Store, one};
use vocab::Ambient;

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

/// Moves business time ahead, for every process. There is no way back.
pub async fn advance(store: &Store, ambient: &Ambient, by: TimeDelta) -> Result<TimeDelta, DbErr> {
    let sql = "UPDATE business_clock SET offset_micros = offset_micros + $1";
    store.write_one(sql, [by.num_microseconds().unwrap_or(0).max(0).into()]).await?;
    offset(store, ambient).await
}
