//! An account's orders, page by page and in figures.

use chrono::{DateTime, Utc};
use store::{Bound, Columns, ConnectionTrait, DbErr, Value, placeholders};
use vocab::{Cursor, PageRequest, id::AccountId};

use super::shown::{ShownItem, ShownOrder};
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

/// A page of an account's orders with what all of them sum to.
pub(in crate::orders) struct Page {
    /// The page's orders with their items, and one more if there is one.
    pub orders: Vec<(ShownOrder, Vec<ShownItem>)>,
    /// How many the filter leaves, counted no further than was asked.
    pub total: Option<u64>,
    pub totals: Totals,
}

/// An account's orders in figures.
#[derive(Debug, Clone, Copy)]
pub(in crate::orders) struct Totals {
    pub orders: i64,
    pub pending: i64,
    pub spent: i64,
}

const TOTALS: &str = "SELECT (SELECT COUNT(*) FROM orders WHERE account_id = $1 AND archived_at IS NULL) \
                      + (SELECT COUNT(*) FROM orders WHERE account_id = $1 AND archived_at IS NOT NULL) AS orders, \
                      (SELECT COUNT(*) FROM orders WHERE account_id = $1 AND archived_at IS NULL \
                      AND status IN ('PENDING', 'PROCESSING')) AS pending, \
                      (SELECT CAST(COALESCE(SUM(i.total_price), 0) AS bigint) FROM orders o JOIN order_items i \
                      ON i.order_id = o.id WHERE o.account_id = $1 AND i.state = 'DELIVERED') AS spent";

/// How many columns the sums have.
const SUMS: usize = 4;

/// A page of an account's orders; how many there are is counted to `most` where the list has pages. One statement, whose
/// rows are the items: beside each stand its order and the sums.
pub(in crate::orders) async fn page(
    db: &impl ConnectionTrait,
    account: AccountId,
    filter: &Filter,
    page: &PageRequest,
    most: u64,
) -> Result<Page, DbErr> {
    let (mut conditions, mut values) = filter.conditions(account);
    // With what the sums bind when they stand alone.
    let (counted, of_sums) = match page {
        PageRequest::After { .. } => ("CAST(NULL AS bigint)".to_owned(), values[..1].to_vec()),
        PageRequest::Page { .. } => {
            let known = format!("SELECT 1 FROM orders WHERE {conditions} LIMIT {most}");
            (format!("(SELECT COUNT(*) FROM ({known}) AS known)"), values.clone())
        }
    };
    let sums = format!("SELECT {counted} AS counted, totals.* FROM ({TOTALS}) AS totals");
    let (mut column, ascending) = filter.sort;
    let mut direction = if ascending { "ASC" } else { "DESC" };
    if let PageRequest::After { cursor: Cursor { at, id }, .. } = page {
        values.push((*at).into());
        values.push((*id).into());
        conditions += &format!(" AND (created_at, id) < (${}, ${})", values.len() - 1, values.len());
        (column, direction) = ("created_at", "DESC");
    }
    // As text: with a parameter the planner would have to guess how many.
    let mut limit = (page.limit() + 1).to_string();
    if page.offset() > 0 {
        values.push(i64::try_from(page.offset()).unwrap_or(i64::MAX).into());
        limit += &format!(" OFFSET ${}", values.len());
    }
    let (shown, order) = (ShownOrder::COLUMNS, of("o", ShownOrder::COLUMNS));
    let item = of("i", ShownItem::COLUMNS);
    let sql = format!(
        "SELECT {order}, o.counted, o.orders, o.pending, o.spent, {item} FROM (SELECT {shown}, sums.* FROM orders \
         CROSS JOIN ({sums}) AS sums WHERE {conditions} ORDER BY {column} {direction}, id {direction} LIMIT {limit}) AS o \
         LEFT JOIN order_items i ON i.order_id = o.id AND i.account_id = $1 \
         ORDER BY o.{column} {direction}, o.id {direction}, i.position"
    );
    let mut known = None;
    let mut orders: Vec<(ShownOrder, Vec<ShownItem>)> = Vec::new();
    let read = |row: &mut Columns<'_>| {
        let order = ShownOrder::read(row)?;
        // The same beside each.
        match known {
            Some(_) => row.skip(SUMS),
            None => known = Some(beside(row)?),
        }
        let item = ShownItem::read(row)?;
        match orders.last_mut() {
            Some((last, items)) if last.id == order.id => items.extend(item),
            _ => orders.push((order, item.into_iter().collect())),
        }
        Ok(())
    };
    Bound::new(sql, values).rows(db, read).await?;
    let known = match known {
        Some(known) => Some(known),
        // A page without rows says nothing beside them.
        None => Bound::new(sums, of_sums).row(db, beside).await?,
    };
    let (total, totals) = known.ok_or_else(|| DbErr::RecordNotFound("totals".into()))?;
    Ok(Page { orders, total: total.and_then(|total| u64::try_from(total).ok()), totals })
}

fn beside(row: &mut Columns<'_>) -> Result<(Option<i64>, Totals), DbErr> {
    let counted = row.take()?;
    Ok((counted, Totals { orders: row.take()?, pending: row.take()?, spent: row.take()? }))
}

/// `o.id, …`: columns of one of several tables.
fn of(table: &str, columns: &str) -> String {
    columns.split(", ").map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", ")
}
