//! What a page of an account's numbers asks of the database: the page, and beside each row what all of them sum to.
//! Numbers that were called this month have their calls summed besides; those of the benchmark were not.

use super::{Line, run};

/// A page of numbers. The account is that of the variable `account`.
pub(crate) const LIST: &[Line] = &[run(
    "numbers/sql/list.rs page",
    "SELECT id, account_id, phone_number, friendly_name, country_code, region, locality, area_code, number_type, \
     capabilities, status, carrier, carrier_sid, monthly_price, setup_price, currency, tags, notes, \
     configuration_id, total_calls, last_used_at, purchased_at, created_at, updated_at, sums.* FROM numbers \
     CROSS JOIN (SELECT CASE WHEN numbers > 10001 THEN 10001 ELSE numbers END AS total, totals.* FROM \
     (SELECT COUNT(*) AS numbers, \
     CAST(COALESCE(SUM(CASE WHEN status = 'ACTIVE' THEN 1 ELSE 0 END), 0) AS bigint) AS active, \
     CAST(COALESCE(SUM(CASE WHEN status <> 'RELEASING' THEN monthly_price ELSE 0 END), 0) AS bigint) AS monthly \
     FROM numbers WHERE account_id = $1 AND status <> 'RELEASED') AS totals) AS sums \
     WHERE account_id = $1 AND status <> 'RELEASED' ORDER BY created_at DESC, id DESC LIMIT 21",
    &[":account::uuid"],
)];
