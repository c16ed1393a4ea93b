//! What became of the rentals of a service in a country.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, FromQueryResult, all};
use vocab::CountryCode;

/// What a measured rental came to.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::verifications) struct Measured {
    pub supplier: String,
    pub bought_at: DateTime<Utc>,
    pub code_at: Option<DateTime<Utc>>,
}

/// The latest rentals of a service in a country since then, without those that still wait and those that were given
/// up within a minute.
pub(in crate::verifications) async fn measured(
    db: &impl ConnectionTrait,
    service: &str,
    country: CountryCode,
    since: DateTime<Utc>,
) -> Result<Vec<Measured>, DbErr> {
    let sql = "SELECT supplier, bought_at, code_at, status, status_since FROM verifications \
               WHERE service_code = $1 AND country = $2 AND bought_at >= $3 AND supplier IS NOT NULL \
                 AND status IN ('COMPLETED', 'EXPIRED', 'CANCELLED', 'FAILED') ORDER BY bought_at DESC LIMIT 2000";
    #[derive(FromQueryResult)]
    struct Row {
        supplier: String,
        bought_at: DateTime<Utc>,
        code_at: Option<DateTime<Utc>>,
        status: String,
        status_since: DateTime<Utc>,
    }
    let rows: Vec<Row> = all(db, sql, [service.into(), country.as_str().into(), since.into()]).await?;
    let counts = |row: &Row| row.status != "CANCELLED" || (row.status_since - row.bought_at).num_seconds() >= 60;
    let measured = |row: Row| Measured { supplier: row.supplier, bought_at: row.bought_at, code_at: row.code_at };
    Ok(rows.into_iter().filter(counts).map(measured).collect())
}
