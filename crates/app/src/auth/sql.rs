//! The tables `login_sessions` and `refresh_tokens`.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, Dialect, FromQueryResult, Tx, all, exec, one};
use uuid::Uuid;
use vocab::id::{LoginSessionId, UserId};

use super::{
    model::{Ending, NewSession, NewToken, Who},
    token::Salt,
};
use crate::accounts::{STANDING_COLUMNS, Standing, StandingRow};

pub(super) async fn insert_session(tx: &Tx, new: &NewSession<'_>) -> Result<(), DbErr> {
    let sql = "INSERT INTO login_sessions \
               (id, user_id, account_id, remember, ip, user_agent, device, created_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let device = new.device.info.as_ref().map(|info| serde_json::json!(info));
    let values = [
        new.id.uuid().into(),
        new.who.user.uuid().into(),
        new.who.account.uuid().into(),
        new.remember.into(),
        new.device.ip.clone().into(),
        new.device.user_agent.clone().into(),
        device.into(),
        new.now.into(),
        new.expires_at.into(),
    ];
    exec(tx, sql, values).await.map(drop)
}

pub(super) async fn insert_token(tx: &Tx, new: &NewToken) -> Result<(), DbErr> {
    let sql = "INSERT INTO refresh_tokens (token_hash, session_id, issued_at, expires_at) VALUES ($1, $2, $3, $4)";
    let values = [new.digest.clone().into(), new.session.uuid().into(), new.now.into(), new.expires_at.into()];
    exec(tx, sql, values).await.map(drop)
}

#[derive(FromQueryResult)]
struct LockedRow {
    id: Uuid,
    remember: bool,
    revoked_at: Option<DateTime<Utc>>,
}

/// A session that nobody else can change before this transaction ends.
pub(super) struct LockedSession {
    pub id: LoginSessionId,
    pub remember: bool,
    pub revoked: bool,
    pub standing: Standing,
}

impl LockedSession {
    pub(super) fn who(&self) -> Who {
        Who { account: self.standing.account, user: self.standing.user, role: self.standing.role }
    }
}

/// Locks the session of the token with this digest.
pub(super) async fn lock_session_of(tx: &Tx, digest: &[u8]) -> Result<Option<LockedSession>, DbErr> {
    let sql = format!(
        "SELECT id, remember, revoked_at FROM login_sessions \
         WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1){}",
        Dialect::of(tx).for_update(),
    );
    let Some(row) = one::<LockedRow>(tx, &sql, [digest.to_vec().into()]).await? else { return Ok(None) };
    let sql = format!(
        "SELECT {STANDING_COLUMNS} FROM login_sessions s JOIN users u ON u.id = s.user_id \
         JOIN accounts a ON a.id = u.account_id WHERE s.id = $1"
    );
    let Some(standing) = one::<StandingRow>(tx, &sql, [row.id.into()]).await? else { return Ok(None) };
    Ok(Some(LockedSession {
        id: LoginSessionId::from_uuid(row.id),
        remember: row.remember,
        revoked: row.revoked_at.is_some(),
        standing: standing.try_into()?,
    }))
}

#[derive(FromQueryResult)]
struct TokenRow {
    expires_at: DateTime<Utc>,
    rotated_at: Option<DateTime<Utc>>,
    successor_salt: Option<Vec<u8>>,
}

pub(super) struct Token {
    pub expires_at: DateTime<Utc>,
    pub rotated_at: Option<DateTime<Utc>>,
    pub successor_salt: Option<Salt>,
}

pub(super) async fn token(tx: &Tx, digest: &[u8]) -> Result<Option<Token>, DbErr> {
    let sql = "SELECT expires_at, rotated_at, successor_salt FROM refresh_tokens WHERE token_hash = $1";
    let row: Option<TokenRow> = one(tx, sql, [digest.to_vec().into()]).await?;
    let token = |row: TokenRow| {
        let salt = row.successor_salt.map(|salt| {
            Salt::try_from(salt.as_slice()).map_err(|_| DbErr::Type("a refresh token's salt has no 32 bytes".into()))
        });
        Ok(Token { expires_at: row.expires_at, rotated_at: row.rotated_at, successor_salt: salt.transpose()? })
    };
    row.map(token).transpose()
}

pub(super) async fn rotate_token(tx: &Tx, digest: &[u8], salt: &Salt, now: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "UPDATE refresh_tokens SET rotated_at = $2, successor_salt = $3 \
               WHERE token_hash = $1 AND rotated_at IS NULL";
    match exec(tx, sql, [digest.to_vec().into(), now.into(), salt.to_vec().into()]).await? {
        1 => Ok(()),
        _ => Err(DbErr::RecordNotUpdated),
    }
}

pub(super) async fn prolong_session(tx: &Tx, id: LoginSessionId, until: DateTime<Utc>) -> Result<(), DbErr> {
    exec(tx, "UPDATE login_sessions SET expires_at = $2 WHERE id = $1", [id.uuid().into(), until.into()])
        .await
        .map(drop)
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// The session of a token, if it is this user's.
pub(super) async fn session_of(tx: &Tx, digest: &[u8], user: UserId) -> Result<Option<LoginSessionId>, DbErr> {
    let sql = "SELECT s.id FROM login_sessions s JOIN refresh_tokens t ON t.session_id = s.id \
               WHERE t.token_hash = $1 AND s.user_id = $2";
    let row: Option<IdRow> = one(tx, sql, [digest.to_vec().into(), user.uuid().into()]).await?;
    Ok(row.map(|row| LoginSessionId::from_uuid(row.id)))
}

/// Ends a session; says whether it had not ended before.
pub(super) async fn end_session(tx: &Tx, id: LoginSessionId, why: Ending, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let sql = "UPDATE login_sessions SET revoked_at = $2, revoked_reason = $3 WHERE id = $1 AND revoked_at IS NULL";
    Ok(exec(tx, sql, [id.uuid().into(), now.into(), why.as_str().into()]).await? == 1)
}

/// Ends every session of a user that has not ended, and says which.
pub(super) async fn end_all_sessions(tx: &Tx, user: UserId, now: DateTime<Utc>) -> Result<Vec<LoginSessionId>, DbErr> {
    let sql = "UPDATE login_sessions SET revoked_at = $2, revoked_reason = $3 \
               WHERE user_id = $1 AND revoked_at IS NULL RETURNING id";
    let values = [user.uuid().into(), now.into(), Ending::LoggedOutEverywhere.as_str().into()];
    let rows: Vec<IdRow> = all(tx, sql, values).await?;
    Ok(rows.into_iter().map(|row| LoginSessionId::from_uuid(row.id)).collect())
}

/// Who a session is of, if it has not ended.
pub(super) async fn standing(db: &impl ConnectionTrait, id: LoginSessionId) -> Result<Option<Standing>, DbErr> {
    let sql = format!(
        "SELECT {STANDING_COLUMNS} FROM login_sessions s JOIN users u ON u.id = s.user_id \
         JOIN accounts a ON a.id = u.account_id WHERE s.id = $1 AND s.revoked_at IS NULL"
    );
    one::<StandingRow>(db, &sql, [id.uuid().into()]).await?.map(Standing::try_from).transpose()
}

/// Deletes up to `limit` refresh tokens and up to `limit` sessions that expired before `before`; says how many.
pub(super) async fn delete_expired(tx: &Tx, before: DateTime<Utc>, limit: i64) -> Result<u64, DbErr> {
    let tokens = "DELETE FROM refresh_tokens WHERE token_hash IN \
                  (SELECT token_hash FROM refresh_tokens WHERE expires_at < $1 LIMIT $2)";
    let deleted = exec(tx, tokens, [before.into(), limit.into()]).await?;
    let sessions = "DELETE FROM login_sessions WHERE id IN (SELECT id FROM login_sessions s WHERE expires_at < $1 \
                    AND NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.session_id = s.id) LIMIT $2)";
    Ok(deleted + exec(tx, sessions, [before.into(), limit.into()]).await?)
}
