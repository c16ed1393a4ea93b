//! `number_sessions`: who has, or had, which number.

use chrono::{DateTime, Utc};
use store::{
    Bound, Columns, ConnectionTrait, DbErr, Dialect, FromQueryResult, Listed, Listing, Narrowed, QueryResult, Tx,
    Value, exec,
};
use vocab::{
    Amount, Money, PageRequest,
    id::{AccountId, NumberSessionId, PoolNumberId},
};

use super::stored;
use crate::sessions::{EndReason, Greeting, NumberSession, SessionStatus};

/// The columns of a new session; the last three are the number's.
pub(super) const COLUMNS: &str = "id, account_id, user_label, greeting_url, greeting_text, price, currency, started_at, \
                                  expires_at, pool_number_id, phone_number, country_code";

/// Every column.
pub(super) const ALL: &str = "id, account_id, user_label, greeting_url, greeting_text, price, currency, started_at, \
                              expires_at, pool_number_id, phone_number, country_code, ended_at, end_reason";

/// A session from its columns, [`ALL`] of them.
pub(super) fn read(row: &mut Columns<'_>) -> Result<NumberSession, DbErr> {
    Ok(NumberSession {
        id: NumberSessionId::from_uuid(row.take()?),
        account: AccountId::from_uuid(row.take()?),
        label: row.take()?,
        greeting: greeting(row.take()?, row.take()?)?,
        price: Money::new(Amount::from_micros(row.take()?), row.word()?),
        started_at: row.take()?,
        expires_at: row.take()?,
        pool_number: PoolNumberId::from_uuid(row.take()?),
        phone_number: row.take()?,
        country: row.word()?,
        told_end: ended(row.take()?, row.take()?)?,
    })
}

/// A session as a statement returns it that changes it.
pub(super) struct Changed(pub(super) NumberSession);

impl FromQueryResult for Changed {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        read(&mut Columns::of(row)).map(Self)
    }
}

fn ended(at: Option<DateTime<Utc>>, reason: Option<&str>) -> Result<Option<(DateTime<Utc>, EndReason)>, DbErr> {
    Ok(at.zip(reason.map(stored).transpose()?))
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
    Bound::new(sql, [id.uuid().into(), account.uuid().into()]).row(db, read).await
}

/// An account's session, locked until the transaction ends.
pub(in crate::sessions) async fn lock(
    tx: &Tx,
    account: AccountId,
    id: NumberSessionId,
) -> Result<Option<NumberSession>, DbErr> {
    let lock = Dialect::of(tx).for_update();
    let sql = format!("SELECT {ALL} FROM number_sessions WHERE id = $1 AND account_id = $2{lock}");
    Bound::new(sql, [id.uuid().into(), account.uuid().into()]).row(tx, read).await
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

/// A page of an account's sessions.
pub(in crate::sessions) async fn page(
    db: &impl ConnectionTrait,
    account: AccountId,
    filter: &Filter,
    now: DateTime<Utc>,
    page: &PageRequest,
) -> Result<Listed<NumberSession>, DbErr> {
    let mut narrowed = Narrowed::to("account_id = $1", [account.uuid().into()]);
    if let Some(status) = filter.status {
        let now = narrowed.bind(now);
        narrowed.and(&match status {
            SessionStatus::Active => format!("ended_at IS NULL AND expires_at > {now}"),
            SessionStatus::Ended => format!("(ended_at IS NOT NULL OR expires_at <= {now})"),
        });
    }
    narrowed.and_is("user_label", filter.label.clone());
    narrowed.and_is("phone_number", filter.phone_number.clone());
    let list = Listing { columns: ALL, from: "number_sessions", newest: ("started_at", "id"), narrowed };
    list.page(db, page, read).await
}
