//! An account's orders, page by page and in figures.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, FromQueryResult, Value, all, one, placeholders};
use vocab::{Cursor, PageRequest, id::AccountId};

use super::rows::{ORDER, OrderRow};
use crate::orders::OrderStatus;

/// What a list of orders is narrowed to.
#[derive(Debug, Clone, Default)]
pub(in crate::orders) struct Filter {
    pub statuses: Vec<OrderStatus>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    /// Those that were archived, instead of those that were not.
    pub archived: bool,
    /// `created_at`, `total` or `status`, and whether upwards.
    pub sort: (&'static str, bool),
}

/// Which of the two indexes of orders a list goes by.
pub(in crate::orders) const fn shelf(archived: bool) -> &'static str {
    if archived { "archived_at IS NOT NULL" } else { "archived_at IS NULL" }
}

impl Filter {
    fn conditions(&self, account: AccountId) -> (String, Vec<Value>) {
        let mut text = format!("account_id = $1 AND {}", shelf(self.archived));
        let mut values: Vec<Value> = vec![account.uuid().into()];
        if !self.statuses.is_empty() {
            text += &format!(" AND status IN ({})", placeholders(values.len() + 1, self.statuses.len()));
            values.extend(self.statuses.iter().map(|status| status.as_str().into()));
        }
        for (operator, bound) in [(">=", self.from), ("<", self.to)] {
            if let Some(bound) = bound {
                values.push(bound.into());
                text += &format!(" AND created_at {operator} ${}", values.len());
            }
        }
        (text, values)
    }
}

pub(in crate::orders) async fn list(
    db: &impl ConnectionTrait,
    account: AccountId,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Vec<OrderRow>, DbErr> {
    let (mut conditions, mut values) = filter.conditions(account);
    let (column, ascending) = filter.sort;
    let direction = if ascending { "ASC" } else { "DESC" };
    let mut order = format!("{column} {direction}, id {direction}");
    if let PageRequest::After { cursor: Cursor { at, id }, .. } = page {
        values.push((*at).into());
        values.push((*id).into());
        conditions += &format!(" AND (created_at, id) < (${}, ${})", values.len() - 1, values.len());
        order = "created_at DESC, id DESC".into();
    }
    // One row more than asked for tells whether there is a next page.
    values.push((i64::from(page.limit()) + 1).into());
    values.push(i64::try_from(page.offset()).unwrap_or(i64::MAX).into());
    let sql = format!(
        "SELECT {ORDER} FROM orders WHERE {conditions} ORDER BY {order} LIMIT ${} OFFSET ${}",
        values.len() - 1,
        values.len()
    );
    all(db, &sql, values).await
}

/// How many orders the filter leaves; stops counting at `cap`.
pub(in crate::orders) async fn count(
    db: &impl ConnectionTrait,
    account: AccountId,
    filter: &Filter,
    cap: u64,
) -> Result<u64, DbErr> {
    let (conditions, values) = filter.conditions(account);
    store::count(db, &format!("orders WHERE {conditions}"), values, cap).await
}

/// An account's orders in figures.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub(in crate::orders) struct Totals {
    pub orders: i64,
    pub pending: i64,
    pub spent: i64,
}

pub(in crate::orders) async fn totals(db: &impl ConnectionTrait, account: AccountId) -> Result<Totals, DbErr> {
    let sql = "SELECT (SELECT COUNT(*) FROM orders WHERE account_id = $1 AND archived_at IS NULL) \
               + (SELECT COUNT(*) FROM orders WHERE account_id = $1 AND archived_at IS NOT NULL) AS orders, \
               (SELECT COUNT(*) FROM orders WHERE account_id = $1 AND archived_at IS NULL \
                AND status IN ('PENDING', 'PROCESSING')) AS pending, \
               (SELECT CAST(COALESCE(SUM(i.total_price), 0) AS bigint) FROM orders o JOIN order_items i \
                ON i.order_id = o.id WHERE o.account_id = $1 AND i.state = 'DELIVERED') AS spent";
    let row = one(db, sql, [account.uuid().into()]).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("totals".into()))
}
