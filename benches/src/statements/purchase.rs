//! What the order of one number asks of the database, when the buyer sends an Idempotency-Key and nothing has to be
//! read again that the process remembers (who the caller is, for 3 s; the pricing rules, for 5 s).
//!
//! Between the two statements that write the product asks the carrier; no transaction is open then.

use std::sync::LazyLock;

use store::{Bound, Several};

use super::{Line, Statement, run};

/// Ids that follow from the transaction's number, one for each kind of row.
macro_rules! id {
    ($kind:literal) => {
        concat!("(lpad(:n, 30, '0') || '", $kind, "')::uuid")
    };
}

/// The buyer: each client has an account of its own, whose user has the same id.
pub(crate) const BUYER: &str = "lpad(:client_id, 32, '0')::uuid";

const ORDER_ID: &str = id!("01");
const ITEM: &str = id!("02");
const NUMBER: &str = id!("03");
const POSTING: &str = id!("04");
const PHONE: &str = "'+2' || lpad(:n, 11, '0')";
const SID: &str = "'PN' || lpad(:n, 32, '0')";
const PRICE: &str = "1380000";
const EVENT: &str =
    "INSERT INTO events (id, kind, account_id, subject, data, occurred_at) VALUES ($1, $2, $3, $4, $5, $6)";

/// One of several statements that are one ([`Several`]): its text, what stands for `$1`, `$2`, …, and whether it must
/// change a row.
type Part = (&'static str, &'static [&'static str], bool);

/// orders/at_once.rs open_at_once: the key, the claim, the hold, the order and the intent to place it.
const OPEN: &[Part] = &[
    (
        "INSERT INTO idempotency_keys (account_id, operation, idempotency_key, fingerprint, resource, created_at) \
         SELECT $1, $2, $3, $4, $5, $6 WHERE set_config('lock_timeout', '5s', true) <> '' ON CONFLICT DO NOTHING",
        &[BUYER, "'orders.create'", "lpad(:n, 24, 'k')", "sha256('a request')", "'ord_' || lpad(:n, 32, '0')", "now()"],
        true,
    ),
    (
        "INSERT INTO number_claims (phone_number, kind, account_id, item_id, created_at) \
         VALUES ($1, 'ORDER', $2, $3, $4)",
        &[PHONE, BUYER, ITEM, "now()"],
        true,
    ),
    (
        "UPDATE wallets SET held = held + $3, updated_at = $4 \
         WHERE account_id = $1 AND currency = $2 AND balance - held - $3 >= -credit_limit",
        &[BUYER, "'USD'", PRICE, "now()"],
        true,
    ),
    (
        "INSERT INTO holds (id, account_id, currency, amount, subject, state, created_at) \
         VALUES ($1, $2, $3, $4, $5, 'OPEN', $6)",
        &[id!("05"), BUYER, "'USD'", PRICE, ITEM, "now()"],
        true,
    ),
    (
        "INSERT INTO orders (id, account_id, user_id, order_number, status, currency, subtotal, tax, discount, \
         total, billing_address, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $9, $5, $6, 0, 0, $6, $7, $8, $8)",
        &[
            ORDER_ID,
            BUYER,
            BUYER,
            "'NL-20260101-' || lpad(:n, 12, '0')",
            "'USD'",
            PRICE,
            "NULL",
            "now()",
            "'PROCESSING'",
        ],
        true,
    ),
    (
        "INSERT INTO order_items (id, order_id, account_id, position, item_type, state, state_since, \
         description, quantity, unit_price, total_price, currency, subject, detail, error_code, error_message, \
         placing_since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10, $11, $12, $13, $14, $15)",
        &[
            ITEM,
            ORDER_ID,
            BUYER,
            "0",
            "'PHONE_NUMBER'",
            "'PLACING'",
            "now()",
            "'Phone number +14155300001, first month'",
            PRICE,
            "'USD'",
            PHONE,
            r#"'{"country": "US", "numberType": "LOCAL"}'"#,
            "NULL",
            "NULL",
            "now()",
        ],
        true,
    ),
    (
        "INSERT INTO steps (kind, subject, next_attempt_at, attempts, lease_owner, lease_until, created_at) \
         VALUES ($1, $2, $3, 0, $4, $5, $6)",
        &["'order_item'", ITEM, "now()", BUYER, "now() + interval '10 s'", "now()"],
        true,
    ),
];

/// orders/at_once.rs deliver_at_once: the number is the customer's, and paid.
const DELIVER: &[Part] = &[
    (
        "UPDATE orders SET status = 'COMPLETED', updated_at = $2, completed_at = $2 \
         WHERE id = $1 AND status = 'PROCESSING'",
        &[ORDER_ID, "now()"],
        true,
    ),
    (
        "INSERT INTO numbers (id, account_id, order_id, item_id, phone_number, friendly_name, country_code, \
         region, locality, area_code, number_type, capabilities, status, status_since, carrier, carrier_sid, \
         monthly_price, setup_price, currency, tags, total_calls, total_seconds, purchased_at, created_at, \
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
         $19, $20, 0, 0, $14, $14, $14) ON CONFLICT DO NOTHING",
        &[
            NUMBER,
            BUYER,
            ORDER_ID,
            ITEM,
            PHONE,
            "NULL",
            "'US'",
            "NULL",
            "NULL",
            "'415'",
            "'LOCAL'",
            r#"'["VOICE","SMS","MMS","FAX"]'"#,
            "'ACTIVE'",
            "now()",
            "'twilio'",
            SID,
            PRICE,
            "0",
            "'USD'",
            "'[]'",
        ],
        true,
    ),
    (
        "UPDATE number_claims SET kind = 'OWNED', number_id = $3 WHERE phone_number = $1 AND item_id = $2",
        &[PHONE, ITEM, NUMBER],
        true,
    ),
    (
        "UPDATE orphans SET resolved_at = $3 WHERE vendor = $1 AND reference = $2 AND resolved_at IS NULL",
        &["'twilio'", SID, "now()"],
        false,
    ),
    (
        "UPDATE order_items SET state = 'DELIVERED', state_since = $2, delivered_id = $3 \
         WHERE id = $1 AND state = 'PLACING'",
        &[ITEM, "now()", NUMBER],
        true,
    ),
    (
        "UPDATE holds SET state = 'CAPTURED', closed_at = $2 WHERE subject = $1 AND state = 'OPEN' \
         AND account_id = $3 AND currency = $4 AND amount = $5",
        &[ITEM, "now()", BUYER, "'USD'", PRICE],
        true,
    ),
    (
        "UPDATE wallets SET balance = balance + $3, held = held + $4, updated_at = $5 \
         WHERE account_id = $1 AND currency = $2",
        &[BUYER, "'USD'", "-1380000", "-1380000", "now()"],
        true,
    ),
    (
        "INSERT INTO ledger_postings (id, kind, subject, period, account_id, note, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind, subject, period) DO NOTHING",
        &[POSTING, "'CAPTURE'", "lpad(:n, 36, '0')", "''", BUYER, PHONE, "now()"],
        true,
    ),
    (
        "INSERT INTO ledger_entries (posting_id, line, debit, credit, amount, currency) \
         VALUES ($1, 1, $2, $3, $4, $5)",
        &[POSTING, "'wallet:' || lpad(:client_id, 32, '0')", "'revenue' || chr(58) || 'NUMBER'", PRICE, "'USD'"],
        true,
    ),
    (
        EVENT,
        &[
            id!("06"),
            "'NUMBER_PURCHASED'",
            BUYER,
            "'num_' || lpad(:n, 32, '0')",
            r#"'{"orderId": "ord_01a1fc33397c72b08c6cbd7c08a2a7b5", "currency": "USD", "numberId": "num_01a1fc33398a72c0bf887bec0c6390d5", "phoneNumber": "+14155300001", "monthlyPrice": 1.38}'"#,
            "now()",
        ],
        true,
    ),
    (
        EVENT,
        &[
            id!("07"),
            "'ORDER_COMPLETED'",
            BUYER,
            "'ord_' || lpad(:n, 32, '0')",
            r#"'{"status": "COMPLETED", "orderId": "ord_01a1fc33397c72b08c6cbd7c08a2a7b5"}'"#,
            "now()",
        ],
        true,
    ),
    ("DELETE FROM steps WHERE kind = $1 AND subject = $2", &["'order_item'", ITEM], false),
];

/// An order, from the request to its answer. No letter may follow a colon: pgbench would take it for a variable.
pub(crate) static ORDER: LazyLock<Vec<Line>> = LazyLock::new(|| {
    vec![
        // orders/open.rs: the key
        run(
            "web/idempotency.rs look_up",
            "SELECT fingerprint, resource FROM idempotency_keys \
             WHERE account_id = $1 AND operation = $2 AND idempotency_key = $3",
            &[BUYER, "'orders.create'", "lpad(:n, 24, 'k')"],
        ),
        in_one("orders/at_once.rs open_at_once", OPEN),
        in_one("orders/at_once.rs deliver_at_once", DELIVER),
        // orders/render.rs details: the answer
        run("orders/sql/orders.rs whole", WHOLE, &[ORDER_ID, BUYER]),
    ]
});

const WHOLE: &str = "SELECT o.id AS o_id, o.order_number AS o_order_number, o.status AS o_status, \
    o.currency AS o_currency, o.subtotal AS o_subtotal, o.tax AS o_tax, o.discount AS o_discount, o.total AS o_total, \
    o.billing_address AS o_billing_address, o.created_at AS o_created_at, o.updated_at AS o_updated_at, \
    o.completed_at AS o_completed_at, o.cancelled_at AS o_cancelled_at, o.refunded AS o_refunded, \
    o.archived_at AS o_archived_at, i.id AS i_id, i.order_id AS i_order_id, i.account_id AS i_account_id, \
    i.item_type AS i_item_type, i.state AS i_state, i.state_since AS i_state_since, \
    i.placing_since AS i_placing_since, i.description AS i_description, i.quantity AS i_quantity, \
    i.unit_price AS i_unit_price, i.total_price AS i_total_price, i.currency AS i_currency, i.subject AS i_subject, \
    i.detail AS i_detail, i.delivered_id AS i_delivered_id, i.error_code AS i_error_code, \
    i.error_message AS i_error_message, (SELECT COUNT(*) FROM order_timeline WHERE order_id = o.id) AS told \
    FROM orders o JOIN order_items i ON i.order_id = o.id WHERE o.id = $1 AND o.account_id = $2 ORDER BY i.position";

/// Several statements as the product sends them.
fn in_one(source: &'static str, parts: &[Part]) -> Line {
    let (mut several, mut values) = (Several::default(), Vec::new());
    for (sql, given, must) in parts {
        // Only how many there are counts for the text.
        let bound = Bound::new(*sql, given.iter().map(|_| 0.into()));
        if *must {
            several.must(bound)
        } else {
            several.may(bound)
        }
        values.extend_from_slice(given);
    }
    // Once a run, and used to its end.
    let (sql, values) = (String::leak(several.in_one().0), Vec::leak(values));
    Line::Run(Statement { source, sql, values, kept: false })
}
