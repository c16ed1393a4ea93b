//! `supplier_credentials`: what an operator has stored, sealed.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, FromQueryResult, Tx, all, exec};

/// A stored part of a supplier's credentials.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::suppliers) struct CredentialRow {
    pub supplier: String,
    pub field: String,
    pub sealed: String,
    pub hint: Option<String>,
    pub set_at: DateTime<Utc>,
}

/// A supplier with the version of its stored credentials, and a part of them if there is one.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::suppliers) struct VersionRow {
    pub supplier: String,
    pub version: i64,
    pub field: Option<String>,
    pub sealed: Option<String>,
}

/// Everything that is stored for one supplier, or for all.
pub(in crate::suppliers) async fn list(
    db: &impl ConnectionTrait,
    supplier: Option<&str>,
) -> Result<Vec<CredentialRow>, DbErr> {
    let sql = "SELECT supplier, field, sealed, hint, set_at FROM supplier_credentials \
               WHERE $1 IS NULL OR supplier = $1 ORDER BY supplier, field LIMIT 1000";
    all(db, sql, [supplier.map(str::to_owned).into()]).await
}

/// Every supplier's version with what is stored in it, read at once.
pub(in crate::suppliers) async fn versions(db: &impl ConnectionTrait) -> Result<Vec<VersionRow>, DbErr> {
    let sql = "SELECT s.name AS supplier, s.credentials_version AS version, c.field, c.sealed FROM suppliers s \
               LEFT JOIN supplier_credentials c ON c.supplier = s.name ORDER BY s.name, c.field LIMIT 1000";
    all(db, sql, []).await
}

/// Stores a part, in the place of what was there.
pub(in crate::suppliers) async fn put(tx: &Tx, row: &CredentialRow) -> Result<(), DbErr> {
    let sql = "INSERT INTO supplier_credentials (supplier, field, sealed, hint, set_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (supplier, field) DO UPDATE SET sealed = excluded.sealed, hint = excluded.hint, \
               set_at = excluded.set_at";
    let values = [
        row.supplier.clone().into(),
        row.field.clone().into(),
        row.sealed.clone().into(),
        row.hint.clone().into(),
        row.set_at.into(),
    ];
    exec(tx, sql, values).await.map(drop)
}

/// Removes a part.
pub(in crate::suppliers) async fn remove(tx: &Tx, supplier: &str, field: &str) -> Result<(), DbErr> {
    let sql = "DELETE FROM supplier_credentials WHERE supplier = $1 AND field = $2";
    exec(tx, sql, [supplier.into(), field.into()]).await.map(drop)
}

/// Tells every process that what is stored has changed.
pub(in crate::suppliers) async fn grow_version(tx: &Tx, supplier: &str) -> Result<(), DbErr> {
    let sql = "UPDATE suppliers SET credentials_version = credentials_version + 1 WHERE name = $1";
    exec(tx, sql, [supplier.into()]).await.map(drop)
}
