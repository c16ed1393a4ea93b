//! `number_claims`: who has which number, over all accounts. One row a number, so one owner a number (product.md, law 9).

use chrono::{DateTime, Utc};
use store::{Bound, ConnectionTrait, DbErr, FromQueryResult, Tx, Value, all, exec, placeholders};
use uuid::Uuid;
use vocab::{
    E164,
    id::{AccountId, ItemId, NumberId},
};

#[derive(FromQueryResult)]
struct PhoneRow {
    phone_number: String,
}

/// Claims for an item a number that nobody has or had. Where somebody did, its row is in the way.
pub(crate) fn claiming(number: &str, account: AccountId, item: ItemId, now: DateTime<Utc>) -> Bound {
    Bound::new(CLAIM, claimed_by(number, account, item, now))
}

const CLAIM: &str = "INSERT INTO number_claims (phone_number, kind, account_id, item_id, created_at) \
                     VALUES ($1, 'ORDER', $2, $3, $4)";

fn claimed_by(number: &str, account: AccountId, item: ItemId, now: DateTime<Utc>) -> [Value; 4] {
    [number.into(), account.uuid().into(), item.uuid().into(), now.into()]
}

/// Claims a number for an item; says whether it won. A number that has cooled down is free.
pub(crate) async fn claim(
    tx: &Tx,
    number: &str,
    account: AccountId,
    item: ItemId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let sql = format!(
        "{CLAIM} ON CONFLICT (phone_number) DO UPDATE SET kind = excluded.kind, account_id = excluded.account_id, \
         item_id = excluded.item_id, number_id = NULL, cooling_until = NULL, created_at = excluded.created_at \
         WHERE number_claims.kind = 'COOLING' AND number_claims.cooling_until <= $4"
    );
    Ok(exec(tx, &sql, claimed_by(number, account, item, now)).await? == 1)
}

/// The item's claim becomes its number's, which changes a row where the claim is there.
pub(crate) fn owning(number: &str, item: ItemId, id: NumberId) -> Bound {
    let sql = "UPDATE number_claims SET kind = 'OWNED', number_id = $3 WHERE phone_number = $1 AND item_id = $2";
    Bound::new(sql, [number.into(), item.uuid().into(), id.uuid().into()])
}

/// Gives up what this very item claimed and nothing else.
pub(crate) async fn give_up(tx: &Tx, number: &str, item: ItemId) -> Result<(), DbErr> {
    let sql = "DELETE FROM number_claims WHERE phone_number = $1 AND item_id = $2 AND kind = 'ORDER'";
    exec(tx, sql, [number.into(), item.uuid().into()]).await.map(drop)
}

/// A released number cools down until then (business time).
pub(crate) async fn cool(tx: &Tx, number: &E164, id: NumberId, until: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "UPDATE number_claims SET kind = 'COOLING', account_id = NULL, item_id = NULL, cooling_until = $3 \
               WHERE phone_number = $1 AND number_id = $2 AND kind = 'OWNED'";
    exec(tx, sql, [number.as_str().into(), id.uuid().into(), until.into()]).await.map(drop)
}

/// The item's claim becomes the pool's; says whether the claim was there.
pub(crate) async fn pool(tx: &Tx, number: &str, item: ItemId, pool_number: Uuid) -> Result<bool, DbErr> {
    let sql = "UPDATE number_claims SET kind = 'POOL', number_id = $3 WHERE phone_number = $1 AND item_id = $2";
    Ok(exec(tx, sql, [number.into(), item.uuid().into(), pool_number.into()]).await? == 1)
}

/// Claims for the pool what nobody has, or what left the pool and stayed ours; says whether it won.
pub(crate) async fn adopt(tx: &Tx, number: &str, pool_number: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let sql = "INSERT INTO number_claims (phone_number, kind, number_id, created_at) VALUES ($1, 'POOL', $2, $3) \
               ON CONFLICT (phone_number) DO UPDATE SET kind = excluded.kind, account_id = NULL, item_id = NULL, \
               number_id = excluded.number_id, cooling_until = NULL, created_at = excluded.created_at \
               WHERE (number_claims.kind = 'COOLING' AND number_claims.cooling_until <= $3) \
                  OR (number_claims.kind = 'POOL' AND number_claims.number_id IS NULL)";
    Ok(exec(tx, sql, [number.into(), pool_number.into(), now.into()]).await? == 1)
}

/// The number is the pool's no more, and still ours.
pub(crate) async fn reserve(tx: &Tx, number: &E164, pool_number: Uuid) -> Result<(), DbErr> {
    let sql = "UPDATE number_claims SET number_id = NULL WHERE phone_number = $1 AND number_id = $2 AND kind = 'POOL'";
    exec(tx, sql, [number.as_str().into(), pool_number.into()]).await.map(drop)
}

/// A number that was the pool's cools down until then (business time).
pub(crate) async fn leave(tx: &Tx, number: &E164, pool_number: Uuid, until: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "UPDATE number_claims SET kind = 'COOLING', account_id = NULL, item_id = NULL, cooling_until = $3 \
               WHERE phone_number = $1 AND number_id = $2 AND kind = 'POOL'";
    exec(tx, sql, [number.as_str().into(), pool_number.into(), until.into()]).await.map(drop)
}

/// Which of these nobody else may have now.
pub(crate) async fn taken(
    db: &impl ConnectionTrait,
    numbers: &[&E164],
    now: DateTime<Utc>,
) -> Result<Vec<E164>, DbErr> {
    claimed(db, numbers, Some(now)).await
}

/// Which of these we hold: ordered or owned, not released.
pub(crate) async fn held(db: &impl ConnectionTrait, numbers: &[&E164]) -> Result<Vec<E164>, DbErr> {
    claimed(db, numbers, None).await
}

/// The claims on these. Cooling ones only where they still cool at that time.
async fn claimed(
    db: &impl ConnectionTrait,
    numbers: &[&E164],
    cooling_at: Option<DateTime<Utc>>,
) -> Result<Vec<E164>, DbErr> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let list = placeholders(1, numbers.len());
    let mut values: Vec<Value> = numbers.iter().map(|number| number.as_str().into()).collect();
    let cooling = match cooling_at {
        None => String::new(),
        Some(now) => {
            values.push(now.into());
            format!(" OR cooling_until > ${}", values.len())
        }
    };
    let sql = format!(
        "SELECT phone_number FROM number_claims WHERE phone_number IN ({list}) AND (kind <> 'COOLING'{cooling})"
    );
    let rows: Vec<PhoneRow> = all(db, &sql, values).await?;
    rows.iter().map(|row| stored(&row.phone_number)).collect()
}

fn stored(number: &str) -> Result<E164, DbErr> {
    number.parse().map_err(|_| DbErr::Type(format!("a claim holds {number:?}")))
}
