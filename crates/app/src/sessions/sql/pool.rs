//! `pool_numbers`, as the operator sees it.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use store::{ConnectionTrait, DbErr, Dialect, Tx, Value, all, exec, one, placeholders};
use uuid::Uuid;
use vocab::{
    Ambient, CountryCode, Cursor, E164, PageRequest,
    id::{ItemId, NumberSessionId, PoolNumberId},
    telephony::NumberType,
};

use super::stored;
use crate::sessions::{PoolNumber, PoolState, heads::any_lane};

#[derive(FromQueryResult)]
struct PoolRow {
    id: Uuid,
    phone_number: String,
    country_code: String,
    number_type: String,
    carrier: String,
    carrier_sid: String,
    state: String,
    state_since: DateTime<Utc>,
    free_from: DateTime<Utc>,
    active_session: Option<Uuid>,
    item_id: Option<Uuid>,
    created_at: DateTime<Utc>,
}

impl TryFrom<PoolRow> for PoolNumber {
    type Error = DbErr;

    fn try_from(row: PoolRow) -> Result<Self, DbErr> {
        Ok(Self {
            id: PoolNumberId::from_uuid(row.id),
            number: stored(&row.phone_number)?,
            country: stored(&row.country_code)?,
            number_type: stored(&row.number_type)?,
            carrier: row.carrier,
            carrier_sid: row.carrier_sid,
            state: stored(&row.state)?,
            state_since: row.state_since,
            free_from: row.free_from,
            session: row.active_session.map(NumberSessionId::from_uuid),
            item: row.item_id.map(ItemId::from_uuid),
            created_at: row.created_at,
        })
    }
}

/// Rows with the session that has the number at `$1`.
const SELECT: &str = "SELECT p.id, p.phone_number, p.country_code, p.number_type, p.carrier, p.carrier_sid, p.state, \
                      p.state_since, p.free_from, s.id AS active_session, p.item_id, p.created_at FROM pool_numbers p \
                      LEFT JOIN number_sessions s ON s.id = p.session_id AND s.end_reason IS NULL AND s.expires_at > $1";

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
    let sql = format!("{SELECT} WHERE p.id = $2");
    let row: Option<PoolRow> = one(db, &sql, [now.into(), id.uuid().into()]).await?;
    row.map(PoolNumber::try_from).transpose()
}

/// The number that an item bought.
pub(in crate::sessions) async fn of_item(tx: &Tx, item: ItemId) -> Result<Option<PoolNumber>, DbErr> {
    let sql = format!("{SELECT} WHERE p.item_id = $2");
    let row: Option<PoolRow> = one(tx, &sql, [DateTime::UNIX_EPOCH.into(), item.uuid().into()]).await?;
    row.map(PoolNumber::try_from).transpose()
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
    let sql = format!("{SELECT} WHERE p.id IN ({}) ORDER BY p.created_at, p.id", placeholders(2, ids.len()));
    let values = std::iter::once(now.into()).chain(ids.iter().map(|id| id.uuid().into()));
    let rows: Vec<PoolRow> = all(db, &sql, values).await?;
    rows.into_iter().map(PoolNumber::try_from).collect()
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

struct Conditions {
    text: String,
    values: Vec<Value>,
}

impl Conditions {
    fn new(filter: &Filter, now: DateTime<Utc>) -> Self {
        let mut all_of = Self { text: "TRUE".into(), values: vec![now.into()] };
        if filter.states.is_empty() {
            all_of.text += " AND p.state <> 'REMOVED'";
        } else {
            let list = placeholders(2, filter.states.len());
            all_of.text += &format!(" AND p.state IN ({list})");
            all_of.values.extend(filter.states.iter().map(|state| Value::from(state.as_str())));
        }
        let words = [
            ("country_code", filter.country.map(|country| country.to_string())),
            ("number_type", filter.number_type.map(|kind| kind.to_string())),
            ("phone_number", filter.phone_number.clone()),
        ];
        for (column, word) in words {
            if let Some(word) = word {
                let word = all_of.bind(word.into());
                all_of.text += &format!(" AND p.{column} = {word}");
            }
        }
        all_of.text += match filter.free {
            None => "",
            Some(true) => " AND p.state = 'ACTIVE' AND p.free_from <= $1",
            Some(false) => " AND (p.state <> 'ACTIVE' OR p.free_from > $1)",
        };
        all_of
    }

    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }
}

/// A page of the pool, the newest first, and one more row if there is one.
pub(in crate::sessions) async fn page(
    db: &impl ConnectionTrait,
    filter: &Filter,
    now: DateTime<Utc>,
    page: &PageRequest,
) -> Result<Vec<PoolNumber>, DbErr> {
    let mut all_of = Conditions::new(filter, now);
    if let PageRequest::After { cursor: Cursor { at, id }, .. } = page {
        let (at, id) = (all_of.bind((*at).into()), all_of.bind((*id).into()));
        all_of.text += &format!(" AND (p.created_at, p.id) < ({at}, {id})");
    }
    let limit = all_of.bind((i64::from(page.limit()) + 1).into());
    let offset = all_of.bind(i64::try_from(page.offset()).unwrap_or(i64::MAX).into());
    let sql =
        format!("{SELECT} WHERE {} ORDER BY p.created_at DESC, p.id DESC LIMIT {limit} OFFSET {offset}", all_of.text);
    let rows: Vec<PoolRow> = all(db, &sql, all_of.values).await?;
    rows.into_iter().map(PoolNumber::try_from).collect()
}

/// How many numbers the filter leaves; stops counting at `cap`.
pub(in crate::sessions) async fn count(
    db: &impl ConnectionTrait,
    filter: &Filter,
    now: DateTime<Utc>,
    cap: u64,
) -> Result<u64, DbErr> {
    let all_of = Conditions::new(filter, now);
    store::count(db, &format!("pool_numbers p WHERE {}", all_of.text), all_of.values, cap).await
}
