//! What a page of an account's numbers or orders asks of the database: the page, and beside each row what all of them
//! sum to.
//! Numbers that were called this month have their calls summed besides; those of the benchmark were not.

use super::{Line, run};

/// A page of numbers. The account is that of the variable `account`.
pub(crate) const LIST: &[Line] = &[run(
    "numbers/sql/list.rs page",
    "SELECT id, phone_number, friendly_name, country_code, region, locality, area_code, number_type, capabilities, status, \
     monthly_price, setup_price, currency, tags, notes, total_calls, last_used_at, purchased_at, created_at, updated_at, \
     sums.* FROM numbers \
     CROSS JOIN (SELECT CASE WHEN numbers > 10001 THEN 10001 ELSE numbers END AS total, totals.* FROM \
     (SELECT COUNT(*) AS numbers, \
     CAST(COALESCE(SUM(CASE WHEN status = 'ACTIVE' THEN 1 ELSE 0 END), 0) AS bigint) AS active, \
     CAST(COALESCE(SUM(CASE WHEN status <> 'RELEASING' THEN monthly_price ELSE 0 END), 0) AS bigint) AS monthly \
     FROM numbers WHERE account_id = $1 AND status <> 'RELEASED') AS totals) AS sums \
     WHERE account_id = $1 AND status <> 'RELEASED' ORDER BY created_at DESC, id DESC LIMIT 21",
    &[":account::uuid"],
)];

/// A page of orders with their items.
pub(crate) const ORDERS: &[Line] = &[run(
    "orders/sql/list.rs page",
    "SELECT o.id, o.order_number, o.status, o.currency, o.total, o.refunded, o.created_at, o.completed_at, \
     o.counted, o.orders, o.pending, o.spent, i.id, i.order_id, i.item_type, i.state, i.description, i.quantity, \
     i.unit_price, i.total_price, i.subject, i.detail -> 'metadata' AS metadata, i.error_code, i.error_message \
     FROM (SELECT id, order_number, status, currency, total, refunded, created_at, completed_at, \
     sums.* FROM orders CROSS JOIN (SELECT (SELECT COUNT(*) FROM (SELECT 1 \
     FROM orders WHERE account_id = $1 AND archived_at IS NULL LIMIT 10001) AS known) AS counted, totals.* FROM \
     (SELECT (SELECT COUNT(*) FROM orders WHERE account_id = $1 AND archived_at IS NULL) + (SELECT COUNT(*) FROM \
     orders WHERE account_id = $1 AND archived_at IS NOT NULL) AS orders, (SELECT COUNT(*) FROM orders WHERE \
     account_id = $1 AND archived_at IS NULL AND status IN ('PENDING', 'PROCESSING')) AS pending, (SELECT \
     CAST(COALESCE(SUM(i.total_price), 0) AS bigint) FROM orders o JOIN order_items i ON i.order_id = o.id WHERE \
     o.account_id = $1 AND i.state = 'DELIVERED') AS spent) AS totals) AS sums WHERE account_id = $1 AND \
     archived_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 21) AS o LEFT JOIN order_items i ON i.order_id = \
     o.id AND i.account_id = $1 ORDER BY o.created_at DESC, o.id DESC, i.position",
    &[":account::uuid"],
)];
