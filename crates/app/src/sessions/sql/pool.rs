//! `pool_numbers`, as the operator sees it.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use store::{Bound, Columns, ConnectionTrait, DbErr, Dialect, Listed, Listing, Narrowed, Tx, exec, one, placeholders};
use uuid::Uuid;
use vocab::{
    Ambient, CountryCode, E164, PageRequest,
    id::{ItemId, NumberSessionId, PoolNumberId},
    telephony::NumberType,
};

use super::stored;
use crate::sessions::{PoolNumber, PoolState, heads::any_lane};

const COLUMNS: &str = "p.id, p.phone_number, p.country_code, p.number_type, p.carrier, p.carrier_sid, p.state, \
                       p.state_since, p.free_from, s.id, p.item_id, p.created_at";

/// The pool with the session that has each number at `$1`.
const FROM: &str = "pool_numbers p \
                    LEFT JOIN number_sessions s ON s.id = p.session_id AND s.end_reason IS NULL AND s.expires_at > $1";

/// A number from its [`COLUMNS`].
fn read(row: &mut Columns<'_>) -> Result<PoolNumber, DbErr> {
    Ok(PoolNumber {
        id: PoolNumberId::from_uuid(row.take()?),
        number: row.word()?,
        country: row.word()?,
        number_type: row.word()?,
        carrier: row.take()?,
        carrier_sid: row.take()?,
        state: row.word()?,
        state_since: row.take()?,
        free_from: row.take()?,
        session: row.take::<Option<Uuid>>()?.map(NumberSessionId::from_uuid),
        item: row.take::<Option<Uuid>>()?.map(ItemId::from_uuid),
        created_at: row.take()?,
    })
}

/// Writes a number that is the pool's from now on, in any of the lanes.
pub(in crate::sessions) async fn insert(tx: &Tx, ambient: &Ambient, number: &PoolNumber) -> Result<(), DbErr> {
    let sql = "INSERT INTO pool_numbers (id, phone_number, country_code, number_type, carrier, carrier_sid, state, \
               state_since, lane, free_from, was_free_from, item_id, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12)";
    let values = [
        number.id.uuid().into(),
        number.number.as_str().into(),
        number.country.as_str().into(),
        number.number_type.as_str().into(),
        number.carrier.clone().into(),
        number.carrier_sid.clone().into(),
        number.state.as_str().into(),
        number.state_since.into(),
        any_lane(ambient).into(),
        number.free_from.into(),
        number.item.map(vocab::Id::uuid).into(),
        number.created_at.into(),
    ];
    exec(tx, sql, values).await.map(drop)
}

/// A number of the pool.
pub(in crate::sessions) async fn find(
    db: &impl ConnectionTrait,
    id: PoolNumberId,
    now: DateTime<Utc>,
) -> Result<Option<PoolNumber>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE p.id = $2");
    Bound::new(sql, [now.into(), id.uuid().into()]).row(db, read).await
}

/// The number that an item bought.
pub(in crate::sessions) async fn of_item(tx: &Tx, item: ItemId) -> Result<Option<PoolNumber>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE p.item_id = $2");
    Bound::new(sql, [DateTime::UNIX_EPOCH.into(), item.uuid().into()]).row(tx, read).await
}

/// These numbers, the oldest first.
pub(in crate::sessions) async fn these(
    db: &impl ConnectionTrait,
    ids: &[PoolNumberId],
    now: DateTime<Utc>,
) -> Result<Vec<PoolNumber>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE p.id IN ({}) ORDER BY p.created_at, p.id",
        placeholders(2, ids.len())
    );
    let values = std::iter::once(now.into()).chain(ids.iter().map(|id| id.uuid().into()));
    Bound::new(sql, values).rows(db, read).await
}

/// Where a number stands that is being changed.
#[derive(FromQueryResult)]
struct LockedRow {
    id: Uuid,
    phone_number: String,
    state: String,
    free_from: DateTime<Utc>,
}

/// A locked number.
pub(in crate::sessions) struct Locked {
    pub number: E164,
    pub state: PoolState,
    pub free_from: DateTime<Utc>,
}

/// Locks a number until the transaction ends.
pub(in crate::sessions) async fn lock(tx: &Tx, id: PoolNumberId) -> Result<Option<Locked>, DbErr> {
    let lock = Dialect::of(tx).for_update();
    let sql = format!("SELECT id, phone_number, state, free_from FROM pool_numbers WHERE id = $1{lock}");
    let row: Option<LockedRow> = one(tx, &sql, [id.uuid().into()]).await?;
    let locked = |row: LockedRow| {
        let (number, state) = (stored(&row.phone_number)?, stored(&row.state)?);
        Ok(Locked { number, state, free_from: row.free_from })
    };
    row.map(locked).transpose()
}

/// Locks the pool's row of this E.164, if it has one that is not removed.
pub(in crate::sessions) async fn lock_live(tx: &Tx, number: &str) -> Result<Option<(PoolNumberId, PoolState)>, DbErr> {
    let lock = Dialect::of(tx).for_update();
    let sql = format!(
        "SELECT id, phone_number, state, free_from FROM pool_numbers WHERE phone_number = $1 AND state <> 'REMOVED'{lock}"
    );
    let row: Option<LockedRow> = one(tx, &sql, [number.into()]).await?;
    row.map(|row| Ok((PoolNumberId::from_uuid(row.id), stored(&row.state)?))).transpose()
}

/// Whether the number moved. Only moves that exist are made.
pub(in crate::sessions) async fn move_to(
    tx: &Tx,
    id: PoolNumberId,
    from: PoolState,
    to: PoolState,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    debug_assert!(from.may_become(to), "{from} → {to} does not exist");
    let sql = "UPDATE pool_numbers SET state = $3, state_since = $4 WHERE id = $1 AND state = $2";
    Ok(exec(tx, sql, [id.uuid().into(), from.as_str().into(), to.as_str().into(), now.into()]).await? == 1)
}

/// What a list of the pool is narrowed to.
#[derive(Debug, Clone, Default)]
pub(in crate::sessions) struct Filter {
    pub states: Vec<PoolState>,
    pub country: Option<CountryCode>,
    pub number_type: Option<NumberType>,
    pub phone_number: Option<String>,
    pub free: Option<bool>,
}

/// A page of the pool.
pub(in crate::sessions) async fn page(
    db: &impl ConnectionTrait,
    filter: &Filter,
    now: DateTime<Utc>,
    page: &PageRequest,
) -> Result<Listed<PoolNumber>, DbErr> {
    let mut narrowed = Narrowed::to("TRUE", [now.into()]);
    if filter.states.is_empty() {
        narrowed.and("p.state <> 'REMOVED'");
    }
    narrowed.and_one_of("p.state", filter.states.iter().map(|state| state.as_str()));
    narrowed.and_is("p.country_code", filter.country.map(|country| country.to_string()));
    narrowed.and_is("p.number_type", filter.number_type.map(|kind| kind.to_string()));
    narrowed.and_is("p.phone_number", filter.phone_number.clone());
    match filter.free {
        None => {}
        Some(true) => narrowed.and("p.state = 'ACTIVE' AND p.free_from <= $1"),
        Some(false) => narrowed.and("(p.state <> 'ACTIVE' OR p.free_from > $1)"),
    }
    let list = Listing { columns: COLUMNS, from: FROM, newest: ("p.created_at", "p.id"), narrowed };
    list.page(db, page, read).await
}
