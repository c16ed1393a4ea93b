//! The table `api_keys`.

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};
use store::{Bound, Columns, ConnectionTrait, DbErr, FromQueryResult, Listed, Listing, Narrowed, Tx, Value, exec, one};
use uuid::Uuid;
use vocab::{
    PageRequest,
    id::{AccountId, ApiKeyId, UserId},
};

use super::Key;
use crate::{
    accounts::{STANDING_COLUMNS, Standing, StandingRow},
    web::Permissions,
};

const INSERT: &str = "INSERT INTO api_keys \
                      (id, account_id, user_id, name, description, key_prefix, key_hash, permissions, expires_at, \
                      created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

pub(super) async fn insert(tx: &Tx, account: AccountId, key: &Key, digest: &[u8; 32]) -> Result<(), DbErr> {
    exec(tx, INSERT, columns(account, key, digest)).await.map(drop)
}

/// Inserts the key, or makes the one that is there hold again, for whoever `key` says.
pub(super) async fn put(tx: &Tx, account: AccountId, key: &Key, digest: &[u8; 32]) -> Result<(), DbErr> {
    let sql = format!(
        "{INSERT} ON CONFLICT (key_hash) DO UPDATE SET account_id = excluded.account_id, user_id = excluded.user_id, \
         permissions = excluded.permissions, expires_at = excluded.expires_at, revoked_at = NULL"
    );
    exec(tx, &sql, columns(account, key, digest)).await.map(drop)
}

fn columns(account: AccountId, key: &Key, digest: &[u8; 32]) -> [Value; 10] {
    [
        key.id.uuid().into(),
        account.uuid().into(),
        key.user.uuid().into(),
        key.name.clone().into(),
        key.description.clone().into(),
        key.prefix.clone().into(),
        digest.to_vec().into(),
        json!(key.permissions.patterns()).into(),
        key.expires_at.into(),
        key.created_at.into(),
    ]
}

const COLUMNS: &str = "id, user_id, name, description, key_prefix, permissions, expires_at, last_used_at, revoked_at, \
                       created_at";

/// A key from its [`COLUMNS`].
fn read(row: &mut Columns<'_>) -> Result<Key, DbErr> {
    Ok(Key {
        id: ApiKeyId::from_uuid(row.take()?),
        user: UserId::from_uuid(row.take()?),
        name: row.take()?,
        description: row.take()?,
        prefix: row.take()?,
        permissions: stored(&row.json()?)?,
        expires_at: row.take()?,
        last_used_at: row.take()?,
        revoked_at: row.take()?,
        created_at: row.take()?,
    })
}

fn stored(permissions: &Json) -> Result<Permissions, DbErr> {
    let patterns = permissions.as_array().into_iter().flatten().filter_map(Json::as_str);
    Permissions::parse(patterns).map_err(|error| DbErr::Type(error.to_string()))
}

/// A page of the account's keys.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    account: AccountId,
    page: &PageRequest,
) -> Result<Listed<Key>, DbErr> {
    let narrowed = Narrowed::to("account_id = $1", [account.uuid().into()]);
    let list = Listing { columns: COLUMNS, from: "api_keys", newest: ("created_at", "id"), narrowed };
    list.page(db, page, read).await
}

pub(super) async fn find(db: &impl ConnectionTrait, account: AccountId, id: ApiKeyId) -> Result<Option<Key>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE account_id = $1 AND id = $2");
    Bound::new(sql, [account.uuid().into(), id.uuid().into()]).row(db, read).await
}

#[derive(FromQueryResult)]
struct RevokedRow {
    key_hash: Vec<u8>,
    revoked_at: DateTime<Utc>,
}

pub(super) struct Revoked {
    pub digest: [u8; 32],
    pub at: DateTime<Utc>,
}

/// Revokes the key unless it was revoked before, and says since when it does not hold.
pub(super) async fn revoke(
    tx: &Tx,
    account: AccountId,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<Option<Revoked>, DbErr> {
    let sql = "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $3) WHERE account_id = $1 AND id = $2 \
               RETURNING key_hash, revoked_at";
    let row: Option<RevokedRow> = one(tx, sql, [account.uuid().into(), id.uuid().into(), now.into()]).await?;
    let revoked = |row: RevokedRow| {
        let digest = row.key_hash.try_into().map_err(|_| DbErr::Type("a key's digest has no 32 bytes".into()))?;
        Ok(Revoked { digest, at: row.revoked_at })
    };
    row.map(revoked).transpose()
}

#[derive(FromQueryResult)]
struct HolderRow {
    key_id: Uuid,
    permissions: Json,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    #[sea_orm(nested)]
    standing: StandingRow,
}

pub(super) struct Holder {
    pub id: ApiKeyId,
    pub permissions: Permissions,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub standing: Standing,
}

/// The key with this digest and whose it is.
pub(super) async fn holder(db: &impl ConnectionTrait, digest: &[u8; 32]) -> Result<Option<Holder>, DbErr> {
    let sql = format!(
        "SELECT k.id AS key_id, k.permissions, k.expires_at, k.revoked_at, k.last_used_at, {STANDING_COLUMNS} FROM api_keys k \
         JOIN users u ON u.id = k.user_id JOIN accounts a ON a.id = u.account_id \
         WHERE k.key_hash = $1"
    );
    let row: Option<HolderRow> = one(db, &sql, [digest.to_vec().into()]).await?;
    let holder = |row: HolderRow| {
        Ok(Holder {
            id: ApiKeyId::from_uuid(row.key_id),
            permissions: stored(&row.permissions)?,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            standing: row.standing.try_into()?,
        })
    };
    row.map(holder).transpose()
}

/// Notes a use, unless one was noted after `before`.
pub(super) async fn used(tx: &Tx, id: ApiKeyId, now: DateTime<Utc>, before: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)";
    exec(tx, sql, [id.uuid().into(), now.into(), before.into()]).await.map(drop)
}
