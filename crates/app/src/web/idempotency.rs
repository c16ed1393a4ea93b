//! Idempotency keys: a row that commits with the effect and names the resource (product.md, law 7).
//!
//! A refusal that rolls back stores nothing. A replay renders the resource as it now stands.

use sha2::{Digest, Sha256};
use store::{Bound, ConnectionTrait, DbErr, Dialect, FromQueryResult, Store, Tx, dialect::is_lock_timeout, one};
use vocab::{Ambient, id::AccountId};

use super::error::{ApiError, ErrorCode};

/// What a key is scoped to, and what was asked under it.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Whose key.
    pub account: AccountId,
    /// Which operation; an alias path is the same operation.
    pub operation: &'static str,
    /// The client's key: 1–255 printable ASCII characters.
    pub key: String,
    /// SHA-256 of the request, by [`fingerprint`].
    pub fingerprint: Vec<u8>,
}

impl Scope {
    /// That of a request with this body; none without a key.
    pub fn of(
        account: AccountId,
        operation: &'static str,
        key: Option<String>,
        body: &impl serde::Serialize,
    ) -> Option<Self> {
        key.map(|key| Self { account, operation, key, fingerprint: fingerprint(body) })
    }
}

/// Why a request under a key was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    /// The key was used for this very request; here is what came of it.
    #[error("already done: {0}")]
    Replay(String),
    /// The key was used for another request.
    #[error("this Idempotency-Key was used with another request body")]
    Mismatch,
    /// The first request has been at it for more than five seconds.
    #[error("the first request with this Idempotency-Key is still being processed")]
    InProgress,
    /// The database failed.
    #[error(transparent)]
    Database(DbErr),
}

impl From<DbErr> for IdempotencyError {
    fn from(error: DbErr) -> Self {
        if is_lock_timeout(&error) { Self::InProgress } else { Self::Database(error) }
    }
}

#[derive(FromQueryResult)]
struct KeyRow {
    fingerprint: Vec<u8>,
    resource: String,
}

/// The digest of a request, from its parsed form: white space and the order of fields do not matter.
pub fn fingerprint(request: &impl serde::Serialize) -> Vec<u8> {
    let text = serde_json::to_vec(request).expect("a request that was read as JSON can be written as JSON");
    Sha256::digest(&text).to_vec()
}

/// Whether the key is known, before anything is done. `Ok` means that it is not.
pub async fn look_up(store: &Store, scope: &Scope) -> Result<(), IdempotencyError> {
    known(store.fresh(), scope).await
}

/// Takes the key for `resource` in the transaction of the effect. Waits for an open transaction with the
/// same key, five seconds at most.
pub async fn begin(tx: &Tx, ambient: &Ambient, scope: &Scope, resource: &str) -> Result<(), IdempotencyError> {
    if taking(Dialect::of(tx), ambient, scope, resource).exec(tx).await? == 1 {
        return Ok(());
    }
    known(tx, scope).await?;
    // The row that was in the way is gone again: its transaction rolled back after our statement.
    Err(IdempotencyError::InProgress)
}

/// The statement that takes the key, where nobody has it: one that must change a row of [`Several`](store::Several).
pub fn taking(dialect: Dialect, ambient: &Ambient, scope: &Scope, resource: &str) -> Bound {
    let sql = format!(
        "INSERT INTO idempotency_keys (account_id, operation, idempotency_key, fingerprint, resource, created_at) \
         SELECT $1, $2, $3, $4, $5, $6 WHERE {} ON CONFLICT DO NOTHING",
        dialect.bounded_wait()
    );
    let values = [
        scope.account.uuid().into(),
        scope.operation.into(),
        scope.key.clone().into(),
        scope.fingerprint.clone().into(),
        resource.into(),
        ambient.wall().into(),
    ];
    Bound::new(sql, values)
}

async fn known(db: &impl ConnectionTrait, scope: &Scope) -> Result<(), IdempotencyError> {
    let sql = "SELECT fingerprint, resource FROM idempotency_keys \
               WHERE account_id = $1 AND operation = $2 AND idempotency_key = $3";
    let values = [scope.account.uuid().into(), scope.operation.into(), scope.key.clone().into()];
    match one::<KeyRow>(db, sql, values).await? {
        None => Ok(()),
        Some(row) if row.fingerprint == scope.fingerprint => Err(IdempotencyError::Replay(row.resource)),
        Some(_) => Err(IdempotencyError::Mismatch),
    }
}

/// Forgets keys older than `keep` (at least a day). Run by a schedule.
pub async fn forget_old(store: &Store, ambient: &Ambient, keep: chrono::TimeDelta) -> Result<u64, DbErr> {
    let before = ambient.wall() - keep;
    let sql = "DELETE FROM idempotency_keys WHERE (account_id, operation, idempotency_key) IN \
               (SELECT account_id, operation, idempotency_key FROM idempotency_keys WHERE created_at < $1 LIMIT $2)";
    store.write_in_batches(sql, before.into(), []).await
}

impl From<IdempotencyError> for ApiError {
    fn from(error: IdempotencyError) -> Self {
        match error {
            // Commands that can render the resource do; this is for those whose answer carries a secret.
            IdempotencyError::Replay(resource) => Self::new(
                ErrorCode::Conflict,
                format!("This was done before and made {resource}; its secret is not shown again."),
            )
            .details(serde_json::json!({ "id": resource })),
            IdempotencyError::Mismatch => Self::new(ErrorCode::IdempotencyMismatch, error.to_string()),
            IdempotencyError::InProgress => Self::new(ErrorCode::IdempotencyInProgress, error.to_string()),
            IdempotencyError::Database(error) => Self::internal(error),
        }
    }
}
