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
#[derive(Clone)]
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

    /// A row of what borrowers bring along.
    fn wish(&mut self, n: i64, borrower: &Borrower) -> String {
        let Borrower { wish, session, event } = borrower;
        let own: [Value; 5] =
            [n.into(), wish.free_again.into(), event.0.into(), session.id.to_string().into(), event.1.clone().into()];
        let values: Vec<_> = own.into_iter().chain(sessions::given(session)).map(|value| self.bind(value)).collect();
        format!("({})", values.join(", "))
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

/// What one borrower of several brings along. `session` lacks its number; `event` is the id and the data of what is told.
pub(in crate::sessions) struct Borrower {
    pub wish: Wish,
    pub session: NumberSession,
    pub event: (Uuid, Json),
}

#[derive(FromQueryResult)]
struct OneOfMany {
    /// Whose it is, from 1.
    n: i64,
    #[sea_orm(nested)]
    number: AssignedRow,
}

/// The same for several borrowers who take any country, from one lane after its head. Answers each in turn: `None`
/// where the lane had fewer numbers than there are borrowers.
pub(in crate::sessions) async fn assign_together(
    store: &Store,
    borrowers: &[Borrower],
    head: DateTime<Utc>,
) -> Result<Vec<Option<Assigned>>, DbErr> {
    let mut answers: Vec<_> = borrowers.iter().map(|_| None).collect();
    let Some(first) = borrowers.first() else { return Ok(answers) };
    let dialect = store.dialect();
    let mut statement = Statement(Vec::new());
    let wishes: Vec<_> = (1_i64..).zip(borrowers).map(|(n, borrower)| statement.wish(n, borrower)).collect();
    let (lane, head, now) = (statement.bind(first.wish.lane), statement.bind(head), statement.bind(first.wish.now));
    let insert = events::insert_selected(
        "wishes.event",
        events::EventKind::SessionStarted,
        "wishes.account",
        "wishes.subject",
        &dialect.json_with("wishes.data", "phoneNumber", "taken.phone_number"),
        "wishes.started",
        "taken JOIN wishes ON wishes.n = taken.n",
    );
    let sql = format!(
        "WITH wishes (n, free_again, event, subject, data, session, account, label, url, text, price, currency, \
         started, expires) AS (VALUES {}), \
         free AS MATERIALIZED (SELECT id, ROW_NUMBER() OVER () AS n FROM (SELECT id FROM pool_numbers \
         WHERE state = 'ACTIVE' AND lane = {lane} AND free_from >= {head} AND free_from <= {now} \
         ORDER BY free_from LIMIT {}{}) AS locked), \
         taken AS (UPDATE pool_numbers SET was_free_from = free_from, free_from = wishes.free_again, \
         session_id = wishes.session FROM free JOIN wishes ON wishes.n = free.n WHERE pool_numbers.id = free.id \
         RETURNING wishes.n, pool_numbers.id, phone_number, country_code, number_type, lane, was_free_from), \
         started AS (INSERT INTO number_sessions ({}) SELECT session, account, label, url, text, price, currency, \
         started, expires, id, phone_number, country_code FROM taken JOIN wishes ON wishes.n = taken.n), \
         told AS ({insert}) SELECT n, {RETURNED} FROM taken",
        wishes.join(", "),
        borrowers.len(),
        dialect.skip_locked(),
        sessions::COLUMNS,
    );
    for row in store.write_rows::<OneOfMany>(&sql, &statement.0).await? {
        let place = usize::try_from(row.n - 1).ok().and_then(|at| answers.get_mut(at));
        *place.ok_or_else(|| DbErr::Custom("a number for nobody".into()))? = Some(row.number.try_into()?);
    }
    Ok(answers)
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
