//! What a page of an account's numbers asks of the database: the page, and what all of them sum to. Numbers that were
//! called this month have their calls summed besides; those of the benchmark were not.

use super::{Line, run};

/// numbers/view.rs `page`. The account is that of the variable `account`.
pub(crate) const LIST: &[Line] = &[
    run(
        "numbers/sql/list.rs page",
        "SELECT id, account_id, phone_number, friendly_name, country_code, region, locality, area_code, number_type, \
         capabilities, status, carrier, carrier_sid, monthly_price, setup_price, currency, tags, notes, \
         configuration_id, total_calls, last_used_at, purchased_at, created_at, updated_at FROM numbers \
         WHERE account_id = $1 AND status <> 'RELEASED' ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3",
        &[":account::uuid", "21", "0"],
    ),
    run(
        "numbers/sql/list.rs totals",
        "SELECT COUNT(*) AS numbers, \
         CAST(COALESCE(SUM(CASE WHEN status = 'ACTIVE' THEN 1 ELSE 0 END), 0) AS bigint) AS active, \
         CAST(COALESCE(SUM(CASE WHEN status <> 'RELEASING' THEN monthly_price ELSE 0 END), 0) AS bigint) AS monthly \
         FROM numbers WHERE account_id = $1 AND status <> 'RELEASED'",
        &[":account::uuid"],
    ),
];
