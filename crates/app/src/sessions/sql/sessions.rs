//! `number_sessions`: who has, or had, which number.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use store::{ConnectionTrait, DbErr, Dialect, Tx, Value, all, exec, one};
use uuid::Uuid;
use vocab::{
    Amount, Cursor, Money, PageRequest,
    id::{AccountId, NumberSessionId, PoolNumberId},
};

use super::stored;
use crate::sessions::{Greeting, NumberSession, SessionStatus};

/// The columns of a new session; the last three are the number's.
pub(super) const COLUMNS: &str = "id, account_id, user_label, greeting_url, greeting_text, price, currency, started_at, \
                                  expires_at, pool_number_id, phone_number, country_code";

/// Every column.
pub(super) const ALL: &str = "id, account_id, user_label, greeting_url, greeting_text, price, currency, started_at, \
                              expires_at, pool_number_id, phone_number, country_code, ended_at, end_reason";

#[derive(FromQueryResult)]
pub(super) struct SessionRow {
    id: Uuid,
    account_id: Uuid,
    user_label: String,
    greeting_url: Option<String>,
    greeting_text: Option<String>,
    price: i64,
    currency: String,
    started_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    pool_number_id: Uuid,
    phone_number: String,
    country_code: String,
    ended_at: Option<DateTime<Utc>>,
    end_reason: Option<String>,
}

impl TryFrom<SessionRow> for NumberSession {
    type Error = DbErr;

    fn try_from(row: SessionRow) -> Result<Self, DbErr> {
        let reason = row.end_reason.as_deref().map(stored).transpose()?;
        Ok(Self {
            id: NumberSessionId::from_uuid(row.id),
            account: AccountId::from_uuid(row.account_id),
            label: row.user_label,
            pool_number: PoolNumberId::from_uuid(row.pool_number_id),
            phone_number: row.phone_number,
            country: stored(&row.country_code)?,
            greeting: greeting(row.greeting_url, row.greeting_text)?,
            price: Money::new(Amount::from_micros(row.price), stored(&row.currency)?),
            started_at: row.started_at,
            expires_at: row.expires_at,
            told_end: row.ended_at.zip(reason),
        })
    }
}

pub(super) fn greeting(url: Option<String>, text: Option<String>) -> Result<Greeting, DbErr> {
    let play = url.map(Greeting::Play);
    play.or(text.map(Greeting::Say)).ok_or_else(|| DbErr::Type("a number session has no greeting".into()))
}

/// The values of [`COLUMNS`] without the number's.
pub(super) fn given(session: &NumberSession) -> [Value; 9] {
    let (url, text) = match &session.greeting {
        Greeting::Play(url) => (Some(url.clone()), None),
        Greeting::Say(text) => (None, Some(text.clone())),
    };
    [
        session.id.uuid().into(),
        session.account.uuid().into(),
        session.label.clone().into(),
        url.into(),
        text.into(),
        session.price.amount.micros().into(),
        session.price.currency.as_str().into(),
        session.started_at.into(),
        session.expires_at.into(),
    ]
}

/// Writes a session that has its number.
pub(in crate::sessions) async fn insert(tx: &Tx, session: &NumberSession) -> Result<(), DbErr> {
    let sql =
        format!("INSERT INTO number_sessions ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    let number: [Value; 3] =
        [session.pool_number.uuid().into(), session.phone_number.clone().into(), session.country.as_str().into()];
    exec(tx, &sql, given(session).into_iter().chain(number)).await.map(drop)
}

/// An account's session.
pub(in crate::sessions) async fn find(
    db: &impl ConnectionTrait,
    account: AccountId,
    id: NumberSessionId,
) -> Result<Option<NumberSession>, DbErr> {
    let sql = format!("SELECT {ALL} FROM number_sessions WHERE id = $1 AND account_id = $2");
    let row: Option<SessionRow> = one(db, &sql, [id.uuid().into(), account.uuid().into()]).await?;
    row.map(NumberSession::try_from).transpose()
}

/// An account's session, locked until the transaction ends.
pub(in crate::sessions) async fn lock(
    tx: &Tx,
    account: AccountId,
    id: NumberSessionId,
) -> Result<Option<NumberSession>, DbErr> {
    let lock = Dialect::of(tx).for_update();
    let sql = format!("SELECT {ALL} FROM number_sessions WHERE id = $1 AND account_id = $2{lock}");
    let row: Option<SessionRow> = one(tx, &sql, [id.uuid().into(), account.uuid().into()]).await?;
    row.map(NumberSession::try_from).transpose()
}

/// Gives a session another end, and its number with it; says whether the number is still the session's.
pub(in crate::sessions) async fn extend(
    tx: &Tx,
    session: &NumberSession,
    expires_at: DateTime<Utc>,
    free_again: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let sql = "UPDATE number_sessions SET expires_at = $2 WHERE id = $1 AND end_reason IS NULL";
    exec(tx, sql, [session.id.uuid().into(), expires_at.into()]).await?;
    let sql = "UPDATE pool_numbers SET free_from = $3 WHERE id = $1 AND session_id = $2";
    let values = [session.pool_number.uuid().into(), session.id.uuid().into(), free_again.into()];
    Ok(exec(tx, sql, values).await? == 1)
}

/// What a list of sessions is narrowed to.
#[derive(Debug, Clone, Default)]
pub(in crate::sessions) struct Filter {
    pub status: Option<SessionStatus>,
    pub label: Option<String>,
    pub phone_number: Option<String>,
}

struct Conditions {
    text: String,
    values: Vec<Value>,
}

impl Conditions {
    fn new(account: AccountId, filter: &Filter, now: DateTime<Utc>) -> Self {
        let mut all_of = Self { text: "account_id = $1".into(), values: vec![account.uuid().into()] };
        if let Some(status) = filter.status {
            let now = all_of.bind(now.into());
            all_of.text += &match status {
                SessionStatus::Active => format!(" AND ended_at IS NULL AND expires_at > {now}"),
                SessionStatus::Ended => format!(" AND (ended_at IS NOT NULL OR expires_at <= {now})"),
            };
        }
        for (column, wanted) in [("user_label", &filter.label), ("phone_number", &filter.phone_number)] {
            if let Some(wanted) = wanted {
                let wanted = all_of.bind(wanted.clone().into());
                all_of.text += &format!(" AND {column} = {wanted}");
            }
        }
        all_of
    }

    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }
}

/// A page of an account's sessions, the newest first, and one more row if there is one.
pub(in crate::sessions) async fn page(
    db: &impl ConnectionTrait,
    account: AccountId,
    filter: &Filter,
    now: DateTime<Utc>,
    page: &PageRequest,
) -> Result<Vec<NumberSession>, DbErr> {
    let mut all_of = Conditions::new(account, filter, now);
    if let PageRequest::After { cursor: Cursor { at, id }, .. } = page {
        let (at, id) = (all_of.bind((*at).into()), all_of.bind((*id).into()));
        all_of.text += &format!(" AND (started_at, id) < ({at}, {id})");
    }
    let limit = all_of.bind((i64::from(page.limit()) + 1).into());
    let offset = all_of.bind(i64::try_from(page.offset()).unwrap_or(i64::MAX).into());
    let sql = format!(
        "SELECT {ALL} FROM number_sessions WHERE {} ORDER BY started_at DESC, id DESC LIMIT {limit} OFFSET {offset}",
        all_of.text
    );
    let rows: Vec<SessionRow> = all(db, &sql, all_of.values).await?;
    rows.into_iter().map(NumberSession::try_from).collect()
}

/// How many sessions the filter leaves; stops counting at `cap`.
pub(in crate::sessions) async fn count(
    db: &impl ConnectionTrait,
    account: AccountId,
    filter: &Filter,
    now: DateTime<Utc>,
    cap: u64,
) -> Result<u64, DbErr> {
    let all_of = Conditions::new(account, filter, now);
    store::count(db, &format!("number_sessions WHERE {}", all_of.text), all_of.values, cap).await
}
