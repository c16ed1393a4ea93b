//! `verifications`.

use chrono::{DateTime, Utc};
use store::{Bound, Columns, ConnectionTrait, DbErr, Tx, Value, exec};
use vocab::{
    Amount, Money,
    id::{AccountId, ItemId, OrderId, VerificationId},
};

use super::stored;
use crate::{
    orders,
    verifications::model::{Rental, Verification, VerificationStatus},
};

pub(super) const COLUMNS: &str = "supplier, reference, phone_number, cost, bought_at, expires_at, locked_until, rounds, id, \
                       activation, account_id, order_id, item_id, service_code, country, status, status_reason, price, \
                       currency, code_at, awaits_more, owed_back, refunded_at, version, created_at, updated_at";

/// A rental from its [`COLUMNS`].
pub(super) fn read(row: &mut Columns<'_>) -> Result<Verification, DbErr> {
    Ok(Verification {
        rental: rented(row)?,
        id: VerificationId::from_uuid(row.take()?),
        activation: row.take()?,
        account: AccountId::from_uuid(row.take()?),
        order: OrderId::from_uuid(row.take()?),
        item: ItemId::from_uuid(row.take()?),
        service_code: row.take()?,
        country: row.word()?,
        status: row.word()?,
        status_reason: row.take()?,
        price: Money::new(Amount::from_micros(row.take()?), row.word()?),
        code_at: row.take()?,
        awaits_more: row.take()?,
        owed_back: row.take()?,
        refunded_at: row.take()?,
        version: row.take()?,
        created_at: row.take()?,
        updated_at: row.take()?,
    })
}

/// What was bought at a supplier, if something was.
fn rented(row: &mut Columns<'_>) -> Result<Option<Rental>, DbErr> {
    let (supplier, reference, number): (Option<String>, Option<String>, Option<&str>) =
        (row.take()?, row.take()?, row.take()?);
    let cost: Option<i64> = row.take()?;
    let (bought_at, expires_at, locked_until, rounds) = (row.take()?, row.take()?, row.take()?, row.take()?);
    let (Some(supplier), Some(reference), Some(number), Some(bought_at), Some(expires_at)) =
        (supplier, reference, number, bought_at, expires_at)
    else {
        return Ok(None);
    };
    let (number, cost) = (stored(number)?, cost.map(Amount::from_micros));
    Ok(Some(Rental { supplier, reference, number, cost, bought_at, expires_at, locked_until, rounds }))
}

async fn first(db: &impl ConnectionTrait, condition: &str, values: Vec<Value>) -> Result<Option<Verification>, DbErr> {
    Bound::new(format!("SELECT {COLUMNS} FROM verifications WHERE {condition}"), values).row(db, read).await
}

/// An account's rental.
pub(in crate::verifications) async fn of_account(
    db: &impl ConnectionTrait,
    account: AccountId,
    id: VerificationId,
) -> Result<Option<Verification>, DbErr> {
    first(db, "id = $1 AND account_id = $2", vec![id.uuid().into(), account.uuid().into()]).await
}

/// An account's rental, by its number in the market's own protocol.
pub(in crate::verifications) async fn of_activation(
    db: &impl ConnectionTrait,
    account: AccountId,
    activation: i64,
) -> Result<Option<Verification>, DbErr> {
    first(db, "activation = $1 AND account_id = $2", vec![activation.into(), account.uuid().into()]).await
}

/// Anybody's rental, for the machinery.
pub(in crate::verifications) async fn any(
    db: &impl ConnectionTrait,
    id: VerificationId,
) -> Result<Option<Verification>, DbErr> {
    first(db, "id = $1", vec![id.uuid().into()]).await
}

/// The rental of an item.
pub(in crate::verifications) async fn of_item(
    db: &impl ConnectionTrait,
    item: ItemId,
) -> Result<Option<Verification>, DbErr> {
    first(db, "item_id = $1", vec![item.uuid().into()]).await
}

/// The rental that a supplier knows by this.
pub(in crate::verifications) async fn of_reference(
    db: &impl ConnectionTrait,
    supplier: &str,
    reference: &str,
) -> Result<Option<Verification>, DbErr> {
    first(db, "supplier = $1 AND reference = $2", vec![supplier.into(), reference.into()]).await
}

/// The rentals of a supplier that can still get a text at this number, newest first.
pub(in crate::verifications) async fn at_number(
    db: &impl ConnectionTrait,
    supplier: &str,
    number: &str,
) -> Result<Vec<Verification>, DbErr> {
    let sql = format!(
        "SELECT {COLUMNS} FROM verifications WHERE supplier = $1 AND phone_number = $2 \
         AND status IN ('WAITING_FOR_SMS', 'CANCELLING', 'COMPLETED') ORDER BY bought_at DESC LIMIT 3"
    );
    Bound::new(sql, [supplier.into(), number.into()]).rows(db, read).await
}

/// Locks the rental's order, then reads the rental: whatever it becomes is decided by one transaction at a time.
pub(in crate::verifications) async fn lock(tx: &Tx, id: VerificationId) -> Result<Option<Verification>, DbErr> {
    let Some(seen) = any(tx, id).await? else { return Ok(None) };
    orders::lock(tx, seen.order).await?;
    any(tx, id).await
}

pub(in crate::verifications) async fn insert(tx: &Tx, new: &Verification) -> Result<(), DbErr> {
    let sql = "INSERT INTO verifications (id, activation, account_id, order_id, item_id, service_code, country, status, \
               status_since, price, currency, awaits_more, owed_back, version, created_at, updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, 0, $9, $9)";
    let values: [Value; 12] = [
        new.id.uuid().into(),
        new.activation.into(),
        new.account.uuid().into(),
        new.order.uuid().into(),
        new.item.uuid().into(),
        new.service_code.clone().into(),
        new.country.as_str().into(),
        new.status.as_str().into(),
        new.created_at.into(),
        new.price.amount.micros().into(),
        new.price.currency.as_str().into(),
        false.into(),
    ];
    exec(tx, sql, values).await.map(drop)
}

/// Writes what may change. `was` is the status that was read under the lock.
pub(in crate::verifications) async fn update(
    tx: &Tx,
    was: VerificationStatus,
    now_is: &Verification,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    debug_assert!(was == now_is.status || was.may_become(now_is.status), "a move that does not exist");
    let sql = "UPDATE verifications SET status = $2, \
               status_since = CASE WHEN status = $2 THEN status_since ELSE $3 END, status_reason = $4, supplier = $5, \
               reference = $6, phone_number = $7, cost = $8, bought_at = $9, expires_at = $10, locked_until = $11, \
               code_at = $12, awaits_more = $13, owed_back = $14, refunded_at = $15, version = version + 1, \
               updated_at = $3, rounds = $17 WHERE id = $1 AND status = $16";
    let rental = now_is.rental.as_ref();
    let values: [Value; 17] = [
        now_is.id.uuid().into(),
        now_is.status.as_str().into(),
        now.into(),
        now_is.status_reason.clone().into(),
        rental.map(|rental| rental.supplier.clone()).into(),
        rental.map(|rental| rental.reference.clone()).into(),
        rental.map(|rental| rental.number.to_string()).into(),
        rental.and_then(|rental| rental.cost).map(Amount::micros).into(),
        rental.map(|rental| rental.bought_at).into(),
        rental.map(|rental| rental.expires_at).into(),
        rental.and_then(|rental| rental.locked_until).into(),
        now_is.code_at.into(),
        now_is.awaits_more.into(),
        now_is.owed_back.into(),
        now_is.refunded_at.into(),
        was.as_str().into(),
        rental.map_or(0, |rental| rental.rounds).into(),
    ];
    match exec(tx, sql, values).await? {
        1 => Ok(()),
        _ => Err(DbErr::RecordNotUpdated),
    }
}
