//! `verification_texts` and `verification_timeline`.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, FromQueryResult, Store, Tx, Value, all, exec, placeholders};
use uuid::Uuid;
use vocab::id::VerificationId;

use crate::verifications::model::VerificationStatus;

/// A text as it is stored: sealed, or erased.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::verifications) struct TextRow {
    pub id: Uuid,
    pub verification_id: Uuid,
    pub sealed_text: Option<String>,
    pub sealed_code: Option<String>,
    pub received_at: DateTime<Utc>,
    /// The rental's version with it.
    pub version: i64,
}

/// A text to be stored.
#[derive(Debug)]
pub(in crate::verifications) struct NewText<'a> {
    pub id: Uuid,
    pub verification: VerificationId,
    pub text_id: &'a str,
    pub sealed_text: Option<String>,
    pub sealed_code: Option<String>,
    /// The version that the rental gets by it.
    pub version: i64,
}

/// Stores a text; says whether it is new.
pub(in crate::verifications) async fn insert(tx: &Tx, text: &NewText<'_>, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let sql = "INSERT INTO verification_texts (id, verification_id, text_id, sealed_text, sealed_code, received_at, \
               version) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (verification_id, text_id) DO NOTHING";
    let values = [
        text.id.into(),
        text.verification.uuid().into(),
        text.text_id.into(),
        text.sealed_text.clone().into(),
        text.sealed_code.clone().into(),
        now.into(),
        text.version.into(),
    ];
    Ok(exec(tx, sql, values).await? == 1)
}

/// The texts of these rentals, oldest first.
pub(in crate::verifications) async fn of_rentals(
    db: &impl ConnectionTrait,
    rentals: &[VerificationId],
) -> Result<Vec<TextRow>, DbErr> {
    if rentals.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT id, verification_id, sealed_text, sealed_code, received_at, version FROM verification_texts \
         WHERE verification_id IN ({}) ORDER BY received_at, id LIMIT 10000",
        placeholders(1, rentals.len())
    );
    let values: Vec<Value> = rentals.iter().map(|id| id.uuid().into()).collect();
    all(db, &sql, values).await
}

/// Erases words and codes that are older than this; says how many.
pub(in crate::verifications) async fn erase(store: &Store, before: DateTime<Utc>) -> Result<u64, DbErr> {
    let sql = "UPDATE verification_texts SET sealed_text = NULL, sealed_code = NULL \
               WHERE id IN (SELECT id FROM verification_texts WHERE received_at < $1 \
                            AND (sealed_text IS NOT NULL OR sealed_code IS NOT NULL) LIMIT $2)";
    store.write_in_batches(sql, before.into(), []).await
}

/// A line of the timeline.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::verifications) struct TimelineRow {
    pub status: String,
    pub note: String,
    pub at: DateTime<Utc>,
}

/// Adds a line to the timeline. The order is locked, so positions are taken one after another.
pub(in crate::verifications) async fn note(
    tx: &Tx,
    id: VerificationId,
    status: VerificationStatus,
    note: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO verification_timeline (verification_id, position, status, note, at) \
               VALUES ($1, (SELECT COUNT(*) FROM verification_timeline WHERE verification_id = $1), $2, $3, $4)";
    exec(tx, sql, [id.uuid().into(), status.as_str().into(), note.into(), now.into()]).await.map(drop)
}

pub(in crate::verifications) async fn timeline(
    db: &impl ConnectionTrait,
    id: VerificationId,
) -> Result<Vec<TimelineRow>, DbErr> {
    let sql =
        "SELECT status, note, at FROM verification_timeline WHERE verification_id = $1 ORDER BY position LIMIT 1000";
    all(db, sql, [id.uuid().into()]).await
}
