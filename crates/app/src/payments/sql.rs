//! The tables `payments`, `payment_methods`, `processor_customers` and `inbound_messages`.

use chrono::{DateTime, Utc};
use ports::processor::MethodDetails;
use store::{Bound, Columns, ConnectionTrait, DbErr, Dialect, FromQueryResult, Store, Tx, exec, one};
use uuid::Uuid;
use vocab::{
    Amount, Money,
    id::{AccountId, PaymentId, PaymentMethodId, UserId},
};

use super::{Payment, PaymentProcessor};

pub(super) const COLUMNS: &str = "id, account_id, user_id, amount, currency, status, processor, reference, opened_at, \
    in_doubt, method_token, customer_reference, keep_method, return_url, method_id, method_label, failure_code, \
    created_at, processed_at";

/// A payment from its [`COLUMNS`].
pub(super) fn read(row: &mut Columns<'_>) -> Result<Payment, DbErr> {
    Ok(Payment {
        id: PaymentId::from_uuid(row.take()?),
        account: AccountId::from_uuid(row.take()?),
        user: UserId::from_uuid(row.take()?),
        money: Money::new(Amount::from_micros(row.take()?), row.word()?),
        status: row.word()?,
        processor: row.word()?,
        reference: row.take()?,
        opened_at: row.take()?,
        in_doubt: row.take()?,
        method_token: row.take()?,
        customer_reference: row.take()?,
        keep_method: row.take()?,
        return_url: row.take()?,
        method_id: row.take::<Option<Uuid>>()?.map(PaymentMethodId::from_uuid),
        method_label: row.take()?,
        failure_code: row.take()?,
        created_at: row.take()?,
        processed_at: row.take()?,
    })
}

/// A payment of this account.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    account: AccountId,
    id: PaymentId,
) -> Result<Option<Payment>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM payments WHERE id = $1 AND account_id = $2");
    Bound::new(sql, [id.uuid().into(), account.uuid().into()]).row(db, read).await
}

/// A payment of whatever account, for the work on it.
pub(super) async fn any(db: &impl ConnectionTrait, id: PaymentId) -> Result<Option<Payment>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM payments WHERE id = $1");
    Bound::new(sql, [id.uuid().into()]).row(db, read).await
}

/// The same, and nobody else changes it before this transaction ends.
pub(super) async fn lock(tx: &Tx, id: PaymentId) -> Result<Option<Payment>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM payments WHERE id = $1{}", Dialect::of(tx).for_update());
    Bound::new(sql, [id.uuid().into()]).row(tx, read).await
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// The payment whose charge this is.
pub(super) async fn by_reference(
    tx: &Tx,
    processor: PaymentProcessor,
    reference: &str,
) -> Result<Option<PaymentId>, DbErr> {
    let sql = "SELECT id FROM payments WHERE processor = $1 AND reference = $2";
    let row: Option<IdRow> = one(tx, sql, [processor.as_str().into(), reference.into()]).await?;
    Ok(row.map(|row| PaymentId::from_uuid(row.id)))
}

pub(super) async fn insert(tx: &Tx, payment: &Payment) -> Result<(), DbErr> {
    let sql = "INSERT INTO payments (id, account_id, user_id, amount, currency, status, status_since, processor, \
               reference, opened_at, in_doubt, method_token, customer_reference, keep_method, return_url, method_id, \
               method_label, failure_code, created_at, updated_at, processed_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $7, $7, $19)";
    let values = [
        payment.id.uuid().into(),
        payment.account.uuid().into(),
        payment.user.uuid().into(),
        payment.money.amount.micros().into(),
        payment.money.currency.as_str().into(),
        payment.status.as_str().into(),
        payment.created_at.into(),
        payment.processor.as_str().into(),
        payment.reference.clone().into(),
        payment.opened_at.into(),
        payment.in_doubt.into(),
        payment.method_token.clone().into(),
        payment.customer_reference.clone().into(),
        payment.keep_method.into(),
        payment.return_url.clone().into(),
        payment.method_id.map(vocab::Id::uuid).into(),
        payment.method_label.clone().into(),
        payment.failure_code.clone().into(),
        payment.processed_at.into(),
    ];
    exec(tx, sql, values).await.map(drop)
}

/// Writes what may change in a payment's life; `entered` is the time of a move to another status.
pub(super) async fn update(
    tx: &Tx,
    payment: &Payment,
    now: DateTime<Utc>,
    entered: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    let sql = "UPDATE payments SET status = $2, status_since = COALESCE($3, status_since), reference = $4, \
               in_doubt = $5, customer_reference = $6, method_id = $7, method_label = $8, failure_code = $9, \
               processed_at = $10, updated_at = $11, amount = $12 WHERE id = $1";
    let values = [
        payment.id.uuid().into(),
        payment.status.as_str().into(),
        entered.into(),
        payment.reference.clone().into(),
        payment.in_doubt.into(),
        payment.customer_reference.clone().into(),
        payment.method_id.map(vocab::Id::uuid).into(),
        payment.method_label.clone().into(),
        payment.failure_code.clone().into(),
        payment.processed_at.into(),
        now.into(),
        payment.money.amount.micros().into(),
    ];
    match exec(tx, sql, values).await? {
        1 => Ok(()),
        _ => Err(DbErr::RecordNotUpdated),
    }
}

#[derive(FromQueryResult)]
struct ReferenceRow {
    reference: String,
}

/// The processor's id of a means of payment that this account has saved.
pub(super) async fn saved_method(
    tx: &Tx,
    account: AccountId,
    id: PaymentMethodId,
    processor: PaymentProcessor,
) -> Result<Option<String>, DbErr> {
    let sql = "SELECT reference FROM payment_methods WHERE id = $1 AND account_id = $2 AND processor = $3";
    let values = [id.uuid().into(), account.uuid().into(), processor.as_str().into()];
    let row: Option<ReferenceRow> = one(tx, sql, values).await?;
    Ok(row.map(|row| row.reference))
}

/// Saves a means of payment, or brings what is known of it up to date, and says under which id.
pub(super) async fn save_method(
    tx: &Tx,
    new_id: PaymentMethodId,
    account: AccountId,
    processor: PaymentProcessor,
    method: &MethodDetails,
    now: DateTime<Utc>,
) -> Result<PaymentMethodId, DbErr> {
    let sql = "INSERT INTO payment_methods (id, account_id, processor, reference, brand, last4, expiry_month, \
               expiry_year, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
               ON CONFLICT (account_id, processor, reference) DO UPDATE SET \
               brand = COALESCE(excluded.brand, payment_methods.brand), \
               last4 = COALESCE(excluded.last4, payment_methods.last4), \
               expiry_month = COALESCE(excluded.expiry_month, payment_methods.expiry_month), \
               expiry_year = COALESCE(excluded.expiry_year, payment_methods.expiry_year) RETURNING id";
    let values = [
        new_id.uuid().into(),
        account.uuid().into(),
        processor.as_str().into(),
        method.reference.clone().into(),
        method.brand.clone().into(),
        method.last4.clone().into(),
        method.expiry.map(|(month, _)| i64::from(month)).into(),
        method.expiry.map(|(_, year)| i64::from(year)).into(),
        now.into(),
    ];
    let row: Option<IdRow> = one(tx, sql, values).await?;
    row.map(|row| PaymentMethodId::from_uuid(row.id)).ok_or(DbErr::RecordNotInserted)
}

/// The processor's customer for this account.
pub(super) async fn customer(
    db: &impl ConnectionTrait,
    account: AccountId,
    processor: PaymentProcessor,
) -> Result<Option<String>, DbErr> {
    let sql = "SELECT reference FROM processor_customers WHERE account_id = $1 AND processor = $2";
    let row: Option<ReferenceRow> = one(db, sql, [account.uuid().into(), processor.as_str().into()]).await?;
    Ok(row.map(|row| row.reference))
}

/// Keeps the processor's customer for this account; the first one stays.
pub(super) async fn keep_customer(
    tx: &Tx,
    account: AccountId,
    processor: PaymentProcessor,
    reference: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO processor_customers (account_id, processor, reference, created_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    exec(tx, sql, [account.uuid().into(), processor.as_str().into(), reference.into(), now.into()]).await.map(drop)
}

/// Notes a vendor's message and says whether it is the first with this id.
pub(super) async fn is_news(tx: &Tx, sender: &str, message: &str, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let sql = "INSERT INTO inbound_messages (sender, message_id, received_at) VALUES ($1, $2, $3) \
               ON CONFLICT DO NOTHING";
    Ok(exec(tx, sql, [sender.into(), message.into(), now.into()]).await? == 1)
}

/// Forgets vendors' messages that came before then, and says how many.
pub(super) async fn forget_messages(store: &Store, before: DateTime<Utc>) -> Result<u64, DbErr> {
    let sql = "DELETE FROM inbound_messages WHERE (sender, message_id) IN \
               (SELECT sender, message_id FROM inbound_messages WHERE received_at < $1 LIMIT $2)";
    store.write_in_batches(sql, before.into(), []).await
}

#[derive(FromQueryResult)]
struct EmailRow {
    email: String,
}

/// Where the processor may write to about a charge.
pub(super) async fn email(db: &impl ConnectionTrait, account: AccountId, user: UserId) -> Result<String, DbErr> {
    let sql = "SELECT email FROM users WHERE id = $1 AND account_id = $2";
    let row: Option<EmailRow> = one(db, sql, [user.uuid().into(), account.uuid().into()]).await?;
    row.map(|row| row.email).ok_or_else(|| DbErr::RecordNotFound("the payment's user".into()))
}

#[derive(FromQueryResult)]
pub(super) struct AccountRow {
    pub company: Option<String>,
    pub status: String,
    pub status_reason: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Whom the money belongs to.
pub(super) async fn account(db: &impl ConnectionTrait, account: AccountId) -> Result<Option<AccountRow>, DbErr> {
    let sql = "SELECT company, status, status_reason, created_at, updated_at FROM accounts WHERE id = $1";
    one(db, sql, [account.uuid().into()]).await
}
