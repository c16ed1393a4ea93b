//! Gives a free number to a session: the hot path, whose cost does not grow with the pool, with what is taken, or with
//! what was.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde_json::Value as Json;
use store::{DbErr, Dialect, Store, Tx, Value, one};
use uuid::Uuid;
use vocab::{CountryCode, id::PoolNumberId, telephony::NumberType};

use super::{super::heads::LANES, sessions, stored};
use crate::{events, sessions::NumberSession};

/// A number that was free, and for whom.
pub(in crate::sessions) struct Wish {
    /// The session that gets it.
    pub session: Uuid,
    /// Only of this country.
    pub country: Option<CountryCode>,
    /// Now; business time.
    pub now: DateTime<Utc>,
    /// When it is free again if nothing happens: the session's end and the cool-down.
    pub free_again: DateTime<Utc>,
    /// The lane to begin in.
    pub lane: i64,
}

/// The number that was given.
pub(in crate::sessions) struct Assigned {
    pub number: PoolNumberId,
    pub phone_number: String,
    pub country: CountryCode,
    pub number_type: NumberType,
    /// In which lane it stands.
    pub lane: i64,
    /// Since when it had been free.
    pub free_since: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct AssignedRow {
    id: Uuid,
    phone_number: String,
    country_code: String,
    number_type: String,
    lane: i64,
    was_free_from: DateTime<Utc>,
}

impl TryFrom<AssignedRow> for Assigned {
    type Error = DbErr;

    fn try_from(row: AssignedRow) -> Result<Self, DbErr> {
        Ok(Self {
            number: PoolNumberId::from_uuid(row.id),
            country: stored(&row.country_code)?,
            number_type: stored(&row.number_type)?,
            phone_number: row.phone_number,
            lane: row.lane,
            free_since: row.was_free_from,
        })
    }
}

/// Where to look for a free number.
#[derive(Debug, Clone, Copy)]
pub(in crate::sessions) enum Look {
    /// In one lane, after what was lent from it before.
    After(DateTime<Utc>),
    /// In every lane, each from its beginning.
    Everywhere,
}

/// A statement in the making: its values, numbered as they come.
struct Statement(Vec<Value>);

impl Statement {
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }

    /// The update that takes a free number. Ordered by the index, so that the first row is the one, however many are
    /// free; whoever meets another's row goes on to the next.
    fn take(&mut self, dialect: Dialect, wish: &Wish, look: Look) -> String {
        let (now, free_again, session) = (self.bind(wish.now), self.bind(wish.free_again), self.bind(wish.session));
        let country = wish.country.map(|country| format!(" AND country_code = {}", self.bind(country.as_str())));
        let country = country.unwrap_or_default();
        let mut in_lane = |lane: i64, after: Option<DateTime<Utc>>| {
            let lane = self.bind(lane);
            let after = after.map(|after| format!(" AND free_from >= {}", self.bind(after))).unwrap_or_default();
            format!(
                "(SELECT id FROM pool_numbers WHERE state = 'ACTIVE'{country} AND lane = {lane}{after} \
                 AND free_from <= {now} ORDER BY free_from LIMIT 1{})",
                dialect.skip_locked()
            )
        };
        let found = match look {
            Look::After(head) => in_lane(wish.lane, Some(head)),
            // The rest of the list is looked at only where the lane before has none.
            Look::Everywhere => {
                let lanes: Vec<_> = (0..LANES).map(|step| in_lane((wish.lane + step) % LANES, None)).collect();
                format!("COALESCE({})", lanes.join(", "))
            }
        };
        format!(
            "UPDATE pool_numbers SET was_free_from = free_from, free_from = {free_again}, session_id = {session} \
             WHERE id = {found} RETURNING {RETURNED}"
        )
    }
}

const RETURNED: &str = "id, phone_number, country_code, number_type, lane, was_free_from";

/// Takes a free number, if there is one there.
pub(in crate::sessions) async fn assign(tx: &Tx, wish: &Wish, look: Look) -> Result<Option<Assigned>, DbErr> {
    let mut statement = Statement(Vec::new());
    let sql = statement.take(Dialect::of(tx), wish, look);
    one::<AssignedRow>(tx, &sql, statement.0).await?.map(Assigned::try_from).transpose()
}

/// Takes a free number, writes the session and tells of it, in one statement, which is its own transaction: for engines
/// on which [`Dialect::writes_in_with`] holds, and sessions that cost nothing. `session` lacks its number until then.
pub(in crate::sessions) async fn assign_at_once(
    store: &Store,
    wish: &Wish,
    look: Look,
    session: &NumberSession,
    event: (Uuid, Json),
) -> Result<Option<Assigned>, DbErr> {
    let dialect = store.dialect();
    let mut statement = Statement(Vec::new());
    let take = statement.take(dialect, wish, look);
    let columns = sessions::COLUMNS;
    let given = sessions::given(session).map(|value| statement.bind(value)).join(", ");
    let insert = events::insert_selected(
        &statement.bind(event.0),
        events::EventKind::SessionStarted,
        &statement.bind(session.account.uuid()),
        &statement.bind(session.id.to_string()),
        &dialect.json_with(&statement.bind(event.1), "phoneNumber", "phone_number"),
        &statement.bind(wish.now),
        "taken",
    );
    let sql = format!(
        "WITH taken AS ({take}), \
         started AS (INSERT INTO number_sessions ({columns}) SELECT {given}, id, phone_number, country_code FROM taken), \
         told AS ({insert}) SELECT {RETURNED} FROM taken"
    );
    store.write_row::<AssignedRow>(&sql, &statement.0).await?.map(Assigned::try_from).transpose()
}

#[derive(FromQueryResult)]
struct NextRow {
    next: Option<DateTime<Utc>>,
}

/// When the next number becomes free, if one will: the earliest of the lanes' first.
pub(in crate::sessions) async fn next_free(
    store: &Store,
    country: Option<CountryCode>,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let mut statement = Statement(Vec::new());
    let now = statement.bind(now);
    let country = country.map(|country| format!(" AND country_code = {}", statement.bind(country.as_str())));
    let country = country.unwrap_or_default();
    let lanes: Vec<_> = (0..LANES)
        .map(|lane| {
            format!(
                "SELECT (SELECT free_from FROM pool_numbers WHERE state = 'ACTIVE'{country} AND lane = {lane} \
                 AND free_from > {now} ORDER BY free_from LIMIT 1) AS free_from"
            )
        })
        .collect();
    let sql = format!("SELECT MIN(free_from) AS next FROM ({}) AS lanes", lanes.join(" UNION ALL "));
    let row: Option<NextRow> = one(store.fresh(), &sql, statement.0).await?;
    Ok(row.and_then(|row| row.next))
}
