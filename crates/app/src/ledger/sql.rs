//! The tables `wallets`, `holds`, `ledger_postings` and `ledger_entries`.

use chrono::{DateTime, Utc};
use store::{Bound, ConnectionTrait, DbErr, Dialect, FromQueryResult, Tx, all, exec, one};
use uuid::Uuid;
use vocab::{Ambient, Amount, Currency, Money, id::AccountId};

use super::{
    LedgerError, Wallet,
    model::{Posting, Transfer, wallet_code},
};

#[derive(FromQueryResult)]
struct WalletRow {
    balance: i64,
    held: i64,
    credit_limit: i64,
}

#[derive(FromQueryResult)]
struct CurrencyRow {
    currency: String,
}

#[derive(FromQueryResult)]
struct HoldRow {
    account_id: Uuid,
    currency: String,
    amount: i64,
}

#[derive(FromQueryResult)]
struct StateRow {
    state: String,
}

pub(super) struct Hold {
    pub account: AccountId,
    pub money: Money,
}

pub(super) enum Closed {
    Now(Hold),
    Before,
}

/// Makes the account's wallet in this currency, if it has none.
pub async fn open_wallet(tx: &Tx, ambient: &Ambient, account: AccountId, currency: Currency) -> Result<(), DbErr> {
    let sql = "INSERT INTO wallets (account_id, currency, code, balance, held, credit_limit, updated_at) \
               VALUES ($1, $2, $3, 0, 0, 0, $4) ON CONFLICT DO NOTHING";
    let values =
        [account.uuid().into(), currency.as_str().into(), wallet_code(account).into(), ambient.business().into()];
    exec(tx, sql, values).await.map(drop)
}

/// The account's wallet in this currency; an empty one if it has none.
pub async fn wallet(db: &impl ConnectionTrait, account: AccountId, currency: Currency) -> Result<Wallet, DbErr> {
    let sql = "SELECT balance, held, credit_limit FROM wallets WHERE account_id = $1 AND currency = $2";
    let row: Option<WalletRow> = one(db, sql, [account.uuid().into(), currency.as_str().into()]).await?;
    let amounts = row.map_or((0, 0, 0), |row| (row.balance, row.held, row.credit_limit));
    Ok(Wallet {
        balance: Amount::from_micros(amounts.0),
        held: Amount::from_micros(amounts.1),
        credit_limit: Amount::from_micros(amounts.2),
        currency,
    })
}

/// The currencies that the account has wallets in, in alphabetical order.
pub async fn currencies(db: &impl ConnectionTrait, account: AccountId) -> Result<Vec<Currency>, DbErr> {
    let sql = "SELECT currency FROM wallets WHERE account_id = $1 ORDER BY currency";
    let rows: Vec<CurrencyRow> = all(db, sql, [account.uuid().into()]).await?;
    let known = |row: CurrencyRow| row.currency.parse().map_err(|_| DbErr::Type(format!("currency {}", row.currency)));
    rows.into_iter().map(known).collect()
}

/// Adds to `held`, which changes a row if the money is there.
pub(super) fn setting_aside(account: AccountId, money: Money, now: DateTime<Utc>) -> Bound {
    let sql = "UPDATE wallets SET held = held + $3, updated_at = $4 \
               WHERE account_id = $1 AND currency = $2 AND balance - held - $3 >= -credit_limit";
    let values = [account.uuid().into(), money.currency.as_str().into(), money.amount.micros().into(), now.into()];
    Bound::new(sql, values)
}

pub(super) async fn lock_wallet(tx: &Tx, account: AccountId, currency: Currency) -> Result<(), DbErr> {
    let lock = Dialect::of(tx).for_update();
    let sql = format!("SELECT currency FROM wallets WHERE account_id = $1 AND currency = $2{lock}");
    one::<CurrencyRow>(tx, &sql, [account.uuid().into(), currency.as_str().into()]).await.map(drop)
}

pub(super) fn opening_hold(id: Uuid, account: AccountId, subject: Uuid, money: Money, now: DateTime<Utc>) -> Bound {
    let sql = "INSERT INTO holds (id, account_id, currency, amount, subject, state, created_at) \
               VALUES ($1, $2, $3, $4, $5, 'OPEN', $6)";
    let values = [
        id.into(),
        account.uuid().into(),
        money.currency.as_str().into(),
        money.amount.micros().into(),
        subject.into(),
        now.into(),
    ];
    Bound::new(sql, values)
}

/// Ends the hold in this state, or says that it had ended so before.
pub(super) async fn close_hold(tx: &Tx, subject: Uuid, state: &str, now: DateTime<Utc>) -> Result<Closed, LedgerError> {
    let sql = "UPDATE holds SET state = $2, closed_at = $3 WHERE subject = $1 AND state = 'OPEN' \
               RETURNING account_id, currency, amount";
    if let Some(row) = one::<HoldRow>(tx, sql, [subject.into(), state.into(), now.into()]).await? {
        let currency = stored_currency(&row.currency)?;
        let money = Money::new(Amount::from_micros(row.amount), currency);
        return Ok(Closed::Now(Hold { account: AccountId::from_uuid(row.account_id), money }));
    }
    let row: Option<StateRow> = one(tx, "SELECT state FROM holds WHERE subject = $1", [subject.into()]).await?;
    match row {
        Some(row) if row.state == state => Ok(Closed::Before),
        // Committed between the two statements: at the first it was not there.
        Some(row) if row.state == "OPEN" => Err(LedgerError::NoHold(subject)),
        Some(row) => Err(LedgerError::HoldEnded { subject, state: row.state }),
        None => Err(LedgerError::NoHold(subject)),
    }
}

/// Captures the hold, which changes a row if it is open and of this much.
pub(super) fn capturing(account: AccountId, subject: Uuid, money: Money, now: DateTime<Utc>) -> Bound {
    let sql = "UPDATE holds SET state = 'CAPTURED', closed_at = $2 WHERE subject = $1 AND state = 'OPEN' \
               AND account_id = $3 AND currency = $4 AND amount = $5";
    let values = [
        subject.into(),
        now.into(),
        account.uuid().into(),
        money.currency.as_str().into(),
        money.amount.micros().into(),
    ];
    Bound::new(sql, values)
}

pub(super) async fn move_wallet(
    tx: &Tx,
    account: AccountId,
    currency: Currency,
    balance: i64,
    held: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    match moving_wallet(account, currency, balance, held, now).exec(tx).await? {
        1 => Ok(()),
        _ => Err(DbErr::RecordNotUpdated),
    }
}

/// Adds to a wallet's balance and to what it holds.
pub(super) fn moving_wallet(
    account: AccountId,
    currency: Currency,
    balance: i64,
    held: i64,
    now: DateTime<Utc>,
) -> Bound {
    let sql = "UPDATE wallets SET balance = balance + $3, held = held + $4, updated_at = $5 \
               WHERE account_id = $1 AND currency = $2";
    let values = [account.uuid().into(), currency.as_str().into(), balance.into(), held.into(), now.into()];
    Bound::new(sql, values)
}

/// Writes a posting, which changes a row if it is new.
pub(super) fn inserting_posting(id: Uuid, now: DateTime<Utc>, posting: &Posting<'_>) -> Bound {
    let sql = "INSERT INTO ledger_postings (id, kind, subject, period, account_id, note, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind, subject, period) DO NOTHING";
    let values = [
        id.into(),
        posting.kind.as_str().into(),
        posting.subject.clone().into(),
        posting.period.into(),
        posting.account.map(vocab::Id::uuid).into(),
        posting.note.map(str::to_owned).into(),
        now.into(),
    ];
    Bound::new(sql, values)
}

pub(super) fn inserting_entry(posting: Uuid, transfer: &Transfer) -> Bound {
    let sql = "INSERT INTO ledger_entries (posting_id, line, debit, credit, amount, currency) \
               VALUES ($1, 1, $2, $3, $4, $5)";
    let values = [
        posting.into(),
        transfer.debit.code().into(),
        transfer.credit.code().into(),
        transfer.money.amount.micros().into(),
        transfer.money.currency.as_str().into(),
    ];
    Bound::new(sql, values)
}

/// A currency as it stands in a row.
pub(super) fn stored_currency(code: &str) -> Result<Currency, DbErr> {
    code.parse().map_err(|_| DbErr::Type(format!("the row's currency is {code:?}")))
}
