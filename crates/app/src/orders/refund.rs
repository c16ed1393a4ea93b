//! Goodwill for what was delivered (product.md, law 3): an operator gives money back, the item stays delivered. At most
//! once an item, and never more than was paid for it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::{ConnectionTrait, DbErr, FromQueryResult, Tx, all, exec, one};
use utoipa::ToSchema;
use uuid::Uuid;
use vocab::{
    Amount, Currency, Money,
    id::{AccountId, ItemId, OrderId},
};

use super::{ItemState, Orders, render, sql};
use crate::{
    ledger::{self, LedgerError, Once},
    web::{
        error::{ApiError, ErrorCode},
        time::Timestamp,
    },
};

/// What is to be given back.
#[derive(Debug, Clone)]
pub struct Goodwill {
    /// For which item; for every delivered one that had nothing back yet unless said.
    pub item: Option<ItemId>,
    /// How much, for one item; all that was paid for it unless said.
    pub amount: Option<Amount>,
    /// Why: it stands in the ledger and in the order's timeline.
    pub reason: String,
}

/// Money that was given back for a delivered item.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "itemId": "itm_019bc0fd89c07c3a9d52b8e6f169746d", "amount": 1.38, "currency": "USD",
    "reason": "The number could not be reached for a day", "refundedAt": "2026-01-15T09:30:00.405Z",
}))]
pub struct Refund {
    /// The item.
    pub item_id: ItemId,
    /// How much.
    pub amount: Amount,
    /// In which currency.
    pub currency: Currency,
    /// Why.
    pub reason: String,
    /// When.
    pub refunded_at: Timestamp,
}

/// Why nothing was given back.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// The account has no such order.
    #[error("no such order")]
    NotFound,
    /// The order has no such item.
    #[error("the order has no item {0}")]
    NoSuchItem(ItemId),
    /// Nothing was paid that could be given back.
    #[error("{0}")]
    Nothing(&'static str),
    /// An amount was named, and it is not clear for which item.
    #[error("several items were delivered")]
    WhichItem,
    /// More than was paid.
    #[error("only {0} was paid")]
    TooMuch(Amount),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The ledger refused; nothing was changed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<RefundError> for ApiError {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::NotFound => Self::not_found(),
            RefundError::NoSuchItem(_) => Self::bad_field("itemId", "is not an item of this order"),
            RefundError::Nothing(why) => Self::new(ErrorCode::Conflict, why),
            RefundError::WhichItem => {
                Self::bad_field("itemId", "is required beside amount where several items were delivered")
            }
            RefundError::TooMuch(paid) => Self::bad_field("amount", format!("must be at most {paid}, which was paid")),
            RefundError::Database(error) => Self::internal(error),
            RefundError::Ledger(error) => Self::internal(error),
        }
    }
}

const DONE: &str = "Money was given back for it before: that happens once an item.";
const NOT_DELIVERED: &str = "Nothing was delivered that was paid for: what is not delivered is never taken.";

impl Orders {
    /// Gives money back for what an account's order delivered, as part of the caller's transaction.
    pub async fn refund_in(
        &self,
        tx: &Tx,
        account: AccountId,
        order: OrderId,
        goodwill: &Goodwill,
    ) -> Result<Vec<Refund>, RefundError> {
        if !sql::lock_order_of(tx, account, order).await? {
            return Err(RefundError::NotFound);
        }
        let before: Vec<ItemId> = refunds(tx, order).await?.into_iter().map(|refund| refund.item_id).collect();
        let items = sql::items(tx, account, order).await?;
        if let Some(item) = goodwill.item.filter(|item| items.iter().all(|row| row.id != item.uuid())) {
            return Err(RefundError::NoSuchItem(item));
        }
        let mut delivered = Vec::new();
        for row in items.iter().filter(|row| goodwill.item.is_none_or(|item| row.id == item.uuid())) {
            if row.state()? == ItemState::Delivered
                && let Some(paid) = paid(tx, row.id).await?
            {
                delivered.push((ItemId::from_uuid(row.id), paid));
            }
        }
        let due: Vec<_> = delivered.iter().filter(|(item, _)| !before.contains(item)).copied().collect();
        match (delivered.len(), due.len(), goodwill.amount) {
            (0, ..) => return Err(RefundError::Nothing(NOT_DELIVERED)),
            (_, 0, _) => return Err(RefundError::Nothing(DONE)),
            (_, 2.., Some(_)) => return Err(RefundError::WhichItem),
            _ => {}
        }
        let mut given = Vec::new();
        for (item, paid) in due {
            given.push(self.give_back(tx, account, order, item, paid, goodwill).await?);
        }
        let found = sql::order(tx, account, order).await?.ok_or(RefundError::NotFound)?;
        let sum = given.iter().try_fold(Amount::ZERO, |sum, refund| sum.checked_add(refund.amount));
        let sum = sum.ok_or_else(|| DbErr::Type("a sum of refunds is larger than an amount can be".into()))?;
        let note = format!("{sum} {} given back: {}", found.currency, goodwill.reason);
        let now = self.ambient.business();
        sql::add_refund(tx, order, sum, now).await?;
        sql::append_timeline(tx, order, found.status()?, Some(&note), now).await?;
        Ok(given)
    }

    async fn give_back(
        &self,
        tx: &Tx,
        account: AccountId,
        order: OrderId,
        item: ItemId,
        paid: Money,
        goodwill: &Goodwill,
    ) -> Result<Refund, RefundError> {
        let amount = goodwill.amount.unwrap_or(paid.amount);
        if amount > paid.amount {
            return Err(RefundError::TooMuch(paid.amount));
        }
        let (now, reason) = (self.ambient.business(), &goodwill.reason);
        let money = Money::new(amount, paid.currency);
        insert(tx, account, order, item, money, reason, now).await?;
        let key = format!("refund:{item}");
        match ledger::adjust(tx, &self.ambient, account, &key, money, reason).await? {
            Once::Done => {}
            Once::AlreadyDone => return Err(RefundError::Nothing(DONE)),
        }
        Ok(Refund { item_id: item, amount, currency: paid.currency, reason: reason.clone(), refunded_at: now.into() })
    }
}

#[derive(FromQueryResult)]
struct PaidRow {
    amount: i64,
    currency: String,
}

/// What was taken from the wallet for an item; `None` where it was for nothing.
async fn paid(tx: &Tx, item: Uuid) -> Result<Option<Money>, DbErr> {
    let sql = "SELECT amount, currency FROM holds WHERE subject = $1 AND state = 'CAPTURED' AND amount > 0";
    let row: Option<PaidRow> = one(tx, sql, [item.into()]).await?;
    row.map(|row| Ok(Money::new(Amount::from_micros(row.amount), render::currency(&row.currency)?))).transpose()
}

async fn insert(
    tx: &Tx,
    account: AccountId,
    order: OrderId,
    item: ItemId,
    money: Money,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO order_refunds (item_id, order_id, account_id, amount, currency, reason, refunded_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        item.uuid().into(),
        order.uuid().into(),
        account.uuid().into(),
        money.amount.micros().into(),
        money.currency.as_str().into(),
        reason.into(),
        now.into(),
    ];
    exec(tx, sql, values).await.map(drop)
}

#[derive(FromQueryResult)]
struct RefundRow {
    item_id: Uuid,
    amount: i64,
    currency: String,
    reason: String,
    refunded_at: DateTime<Utc>,
}

/// What was given back for an order's items.
pub(super) async fn refunds(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<Refund>, DbErr> {
    let sql = "SELECT item_id, amount, currency, reason, refunded_at FROM order_refunds WHERE order_id = $1 \
               ORDER BY refunded_at, item_id LIMIT 1000";
    let rows: Vec<RefundRow> = all(db, sql, [order.uuid().into()]).await?;
    let refund = |row: RefundRow| {
        Ok(Refund {
            item_id: ItemId::from_uuid(row.item_id),
            amount: Amount::from_micros(row.amount),
            currency: render::currency(&row.currency)?,
            reason: row.reason,
            refunded_at: row.refunded_at.into(),
        })
    };
    rows.into_iter().map(refund).collect()
}
