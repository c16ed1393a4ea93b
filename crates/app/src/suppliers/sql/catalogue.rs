//! `supplier_offers`: what can be rented, where and for how much.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, FromQueryResult, Tx, Value, all, exec, one, placeholders};
use vocab::{Amount, CountryCode, Money};

use super::stored;
use crate::suppliers::model::{Candidate, Listed, Offer, Record};

const COLUMNS: usize = 10;

/// Puts offers down, over those of before. A few hundred at a time, so that nobody waits long for the writer.
pub(in crate::suppliers) async fn put(
    tx: &Tx,
    supplier: &str,
    offers: &[Offer],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let rows: Vec<String> =
        (0..offers.len()).map(|at| format!("({})", placeholders(at * COLUMNS + 1, COLUMNS))).collect();
    let sql = format!(
        "INSERT INTO supplier_offers (supplier, service_code, country, service_name, vendor_service, vendor_country, \
         cost, currency, stock, synced_at) VALUES {} ON CONFLICT (supplier, service_code, country) DO UPDATE SET \
         service_name = excluded.service_name, vendor_service = excluded.vendor_service, \
         vendor_country = excluded.vendor_country, cost = excluded.cost, currency = excluded.currency, \
         stock = excluded.stock, synced_at = excluded.synced_at",
        rows.join(", ")
    );
    let mut values: Vec<Value> = Vec::with_capacity(offers.len() * COLUMNS);
    for offer in offers {
        values.extend([
            supplier.into(),
            offer.service_code.clone().into(),
            offer.country.as_str().into(),
            offer.service_name.clone().into(),
            offer.vendor_service.clone().into(),
            offer.vendor_country.clone().into(),
            offer.cost.amount.micros().into(),
            offer.cost.currency.as_str().into(),
            i64::from(offer.stock).into(),
            now.into(),
        ]);
    }
    exec(tx, &sql, values).await.map(drop)
}

/// What a supplier no longer offers is out of stock.
pub(in crate::suppliers) async fn empty_others(tx: &Tx, supplier: &str, synced: DateTime<Utc>) -> Result<u64, DbErr> {
    let sql = "UPDATE supplier_offers SET stock = 0 WHERE supplier = $1 AND synced_at < $2 AND stock > 0";
    exec(tx, sql, [supplier.into(), synced.into()]).await
}

/// A supplier refuses to sell what stands here.
pub(in crate::suppliers) async fn refused(
    tx: &Tx,
    supplier: &str,
    service: &str,
    country: CountryCode,
    wall: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "UPDATE supplier_offers SET refused_at = $4 WHERE supplier = $1 AND service_code = $2 AND country = $3";
    exec(tx, sql, [supplier.into(), service.into(), country.as_str().into(), wall.into()]).await.map(drop)
}

/// Whether a service is or was on offer anywhere, whoever can be asked for it now.
pub(in crate::suppliers) async fn is_known(db: &impl ConnectionTrait, service: &str) -> Result<bool, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        #[allow(dead_code)] // that there is one is all
        supplier: String,
    }
    let sql = "SELECT supplier FROM supplier_offers WHERE service_code = $1 LIMIT 1";
    Ok(one::<Row>(db, sql, [service.into()]).await?.is_some())
}

/// Whether anything is or was on offer in a country, whoever can be asked for it now.
pub(in crate::suppliers) async fn is_known_country(
    db: &impl ConnectionTrait,
    country: CountryCode,
) -> Result<bool, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        #[allow(dead_code)] // that there is one is all
        supplier: String,
    }
    let sql = "SELECT supplier FROM supplier_offers WHERE country = $1 LIMIT 1";
    Ok(one::<Row>(db, sql, [country.as_str().into()]).await?.is_some())
}

#[derive(FromQueryResult)]
struct OfferRow {
    supplier: String,
    service_code: String,
    service_name: String,
    country: String,
    vendor_service: String,
    vendor_country: String,
    cost: i64,
    currency: String,
    stock: i64,
    refused_at: Option<DateTime<Utc>>,
    health: String,
    priority: i64,
}

/// What can be asked for. What our money at the supplier does not pay cannot.
const OFFER: &str = "SELECT o.supplier AS supplier, o.service_code AS service_code, o.service_name AS service_name, \
                     o.country AS country, o.vendor_service AS vendor_service, o.vendor_country AS vendor_country, \
                     o.cost AS cost, o.currency AS currency, o.stock AS stock, o.refused_at AS refused_at, \
                     s.health AS health, s.priority AS priority \
                     FROM supplier_offers o JOIN suppliers s ON s.name = o.supplier \
                     WHERE s.is_enabled = $1 AND s.health <> 'DOWN' AND (s.float_balance IS NULL \
                     OR s.float_currency <> o.currency OR o.cost <= s.float_balance)";

fn candidate(row: OfferRow) -> Result<Candidate, DbErr> {
    Ok(Candidate {
        supplier: row.supplier,
        vendor_service: row.vendor_service,
        vendor_country: row.vendor_country,
        cost: Money::new(Amount::from_micros(row.cost), stored(&row.currency)?),
        health: stored(&row.health)?,
        priority: row.priority,
        stock: row.stock,
        refused_at: row.refused_at,
        record: Record::default(),
    })
}

/// Who offers this and can be asked.
pub(in crate::suppliers) async fn candidates(
    db: &impl ConnectionTrait,
    service: &str,
    country: CountryCode,
) -> Result<Vec<Candidate>, DbErr> {
    let sql = format!("{OFFER} AND o.service_code = $2 AND o.country = $3 AND o.stock > 0 LIMIT 100");
    let rows: Vec<OfferRow> = all(db, &sql, [true.into(), service.into(), country.as_str().into()]).await?;
    rows.into_iter().map(candidate).collect()
}

/// The whole catalogue, or what it has of one service or country; out of stock too.
pub(in crate::suppliers) async fn list(
    db: &impl ConnectionTrait,
    service: Option<&str>,
    country: Option<CountryCode>,
) -> Result<Vec<Listed>, DbErr> {
    let mut sql = OFFER.to_owned();
    let mut values: Vec<Value> = vec![true.into()];
    for (column, value) in [("service_code", service), ("country", country.as_ref().map(CountryCode::as_str))] {
        if let Some(value) = value {
            values.push(value.into());
            sql += &format!(" AND o.{column} = ${}", values.len());
        }
    }
    sql += " ORDER BY o.country, o.service_code LIMIT 100000";
    let rows: Vec<OfferRow> = all(db, &sql, values).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Listed {
                service_code: row.service_code.clone(),
                service_name: row.service_name.clone(),
                country: stored(&row.country)?,
                candidate: candidate(row)?,
            })
        })
        .collect()
}

/// A country in a supplier's words, as far as its offers tell.
pub(in crate::suppliers) async fn vendor_country(
    db: &impl ConnectionTrait,
    supplier: &str,
    country: CountryCode,
) -> Result<Option<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        vendor_country: String,
    }
    let sql = "SELECT vendor_country FROM supplier_offers WHERE supplier = $1 AND country = $2 LIMIT 1";
    let row: Option<Row> = one(db, sql, [supplier.into(), country.as_str().into()]).await?;
    Ok(row.map(|row| row.vendor_country))
}
