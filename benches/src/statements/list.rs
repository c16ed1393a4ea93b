//! What a page of an account's numbers asks of the database: the page, what all of them sum to, and this
//! month's calls of those on the page.

use super::{Line, run};

/// How many numbers are on the page.
pub(crate) const PAGE: usize = 20;

/// numbers/view.rs `page`. The account and the numbers are those of the variables `account`, `number0`, `number1`, …
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
    run(
        "voice/calls.rs sums",
        "SELECT number_id, COUNT(*) AS calls, \
         CAST(COALESCE(SUM((COALESCE(duration_seconds, 0) + 59) / 60), 0) AS bigint) AS minutes, \
         CAST(COALESCE(SUM(cost), 0) AS bigint) AS cost FROM calls WHERE account_id = $1 AND created_at >= $2 \
         AND created_at < $3 AND number_id IN ($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
         $20, $21, $22, $23) GROUP BY number_id",
        &[
            ":account::uuid",
            "date_trunc('month', now())",
            "date_trunc('month', now()) + interval '1 month'",
            ":number0::uuid",
            ":number1::uuid",
            ":number2::uuid",
            ":number3::uuid",
            ":number4::uuid",
            ":number5::uuid",
            ":number6::uuid",
            ":number7::uuid",
            ":number8::uuid",
            ":number9::uuid",
            ":number10::uuid",
            ":number11::uuid",
            ":number12::uuid",
            ":number13::uuid",
            ":number14::uuid",
            ":number15::uuid",
            ":number16::uuid",
            ":number17::uuid",
            ":number18::uuid",
            ":number19::uuid",
        ],
    ),
];
