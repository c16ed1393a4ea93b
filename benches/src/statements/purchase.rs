//! What the order of one number asks of the database, when the buyer sends an Idempotency-Key and nothing has to be
//! read again that the process remembers (who the caller is, for 3 s; the pricing rules, for 5 s).
//!
//! Between `begin_placing` and `deliver` the product asks the carrier; no transaction is open then.

use super::{Line, run};

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
const MOVE_WALLET: &str = "UPDATE wallets SET balance = balance + $3, held = held + $4, updated_at = $5 \
                           WHERE account_id = $1 AND currency = $2";
const TIMELINE: &str = "INSERT INTO order_timeline (order_id, position, status, note, at) \
                        VALUES ($1, (SELECT COUNT(*) FROM order_timeline WHERE order_id = $1), $2, $3, $4)";
const EVENT: &str =
    "INSERT INTO events (id, kind, account_id, subject, data, occurred_at) VALUES ($1, $2, $3, $4, $5, $6)";
const FINISH: &str = "DELETE FROM steps WHERE kind = $1 AND subject = $2";
const LOCK: &str = "SELECT id FROM orders WHERE id = $1 FOR UPDATE";

/// An order, from the request to its answer. No letter may follow a colon: pgbench would take it for a variable.
pub(crate) const ORDER: &[Line] = &[
    // orders/open.rs: the key, the quote
    run(
        "web/idempotency.rs look_up",
        "SELECT fingerprint, resource FROM idempotency_keys \
         WHERE account_id = $1 AND operation = $2 AND idempotency_key = $3",
        &[BUYER, "'orders.create'", "lpad(:n, 24, 'k')"],
    ),
    run(
        "numbers/sql/claims.rs taken",
        "SELECT phone_number FROM number_claims WHERE phone_number IN ($1) AND (kind <> 'COOLING' OR cooling_until > $2)",
        &[PHONE, "now()"],
    ),
    // orders/open.rs: the order and everything that must be true with it
    Line::Plain("BEGIN"),
    Line::Plain("SET LOCAL lock_timeout = '5s'"),
    run(
        "web/idempotency.rs begin",
        "INSERT INTO idempotency_keys (account_id, operation, idempotency_key, fingerprint, resource, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        &[BUYER, "'orders.create'", "lpad(:n, 24, 'k')", "sha256('a request')", "'ord_' || lpad(:n, 32, '0')", "now()"],
    ),
    run(
        "numbers/sql/claims.rs claim",
        "INSERT INTO number_claims (phone_number, kind, account_id, item_id, created_at) \
         VALUES ($1, 'ORDER', $2, $3, $4) ON CONFLICT (phone_number) DO UPDATE SET kind = excluded.kind, \
         account_id = excluded.account_id, item_id = excluded.item_id, number_id = NULL, cooling_until = NULL, \
         created_at = excluded.created_at \
         WHERE number_claims.kind = 'COOLING' AND number_claims.cooling_until <= $4",
        &[PHONE, BUYER, ITEM, "now()"],
    ),
    run(
        "ledger/sql.rs set_aside",
        "UPDATE wallets SET held = held + $3, updated_at = $4 \
         WHERE account_id = $1 AND currency = $2 AND balance - held - $3 >= -credit_limit",
        &[BUYER, "'USD'", PRICE, "now()"],
    ),
    run(
        "ledger/sql.rs insert_hold",
        "INSERT INTO holds (id, account_id, currency, amount, subject, state, created_at) \
         VALUES ($1, $2, $3, $4, $5, 'OPEN', $6)",
        &[id!("05"), BUYER, "'USD'", PRICE, ITEM, "now()"],
    ),
    run(
        "orders/sql/orders.rs insert_order",
        "INSERT INTO orders (id, account_id, user_id, order_number, status, currency, subtotal, tax, discount, total, \
         billing_address, created_at, updated_at) VALUES ($1, $2, $3, $4, 'PENDING', $5, $6, 0, 0, $6, $7, $8, $8)",
        &[ORDER_ID, BUYER, BUYER, "'NL-20260101-' || lpad(:n, 12, '0')", "'USD'", PRICE, "NULL", "now()"],
    ),
    run("orders/sql/orders.rs append_timeline", TIMELINE, &[ORDER_ID, "'PENDING'", "'order opened'", "now()"]),
    run(
        "orders/sql/items.rs insert_item",
        "INSERT INTO order_items (id, order_id, account_id, position, item_type, state, state_since, description, \
         quantity, unit_price, total_price, currency, subject, detail, error_code, error_message) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10, $11, $12, $13, $14)",
        &[
            ITEM,
            ORDER_ID,
            BUYER,
            "0",
            "'PHONE_NUMBER'",
            "'HELD'",
            "now()",
            "'Phone number +14155300001, first month'",
            PRICE,
            "'USD'",
            PHONE,
            r#"'{"region": null, "country": "US", "options": {}, "locality": null, "numberType": "LOCAL", "setupPrice": 0, "monthlyPrice": 1.38}'"#,
            "NULL",
            "NULL",
        ],
    ),
    run(
        "jobs/sql.rs enqueue",
        "INSERT INTO steps (kind, subject, next_attempt_at, attempts, lease_owner, lease_until, created_at) \
         VALUES ($1, $2, $3, 0, $4, $5, $6) ON CONFLICT (kind, subject) DO UPDATE SET next_attempt_at = \
         CASE WHEN steps.next_attempt_at < excluded.next_attempt_at \
         THEN steps.next_attempt_at ELSE excluded.next_attempt_at END, again_at = CASE WHEN steps.lease_owner IS NULL \
         THEN NULL WHEN steps.again_at < excluded.next_attempt_at THEN steps.again_at ELSE excluded.next_attempt_at END",
        &["'order_item'", ITEM, "now()", BUYER, "now() + interval '10 s'", "now()"],
    ),
    Line::Plain("COMMIT"),
    // orders/advance.rs: the step looks at its item
    run(
        "orders/sql/items.rs item",
        "SELECT id, order_id, account_id, item_type, state, state_since, placing_since, description, quantity, \
         unit_price, total_price, currency, subject, detail, delivered_id, error_code, error_message \
         FROM order_items WHERE id = $1",
        &[ITEM],
    ),
    // orders/settle.rs begin_placing: the intent, committed before the carrier hears of it
    Line::Plain("BEGIN"),
    run("orders/sql/orders.rs lock_order", LOCK, &[ORDER_ID]),
    run(
        "orders/sql/items.rs begin_placing",
        "UPDATE order_items SET state = 'PLACING', state_since = $2, placing_since = $3 \
         WHERE id = $1 AND state = 'HELD'",
        &[ITEM, "now()", "now()"],
    ),
    run(
        "orders/sql/orders.rs move_order",
        "UPDATE orders SET status = $3, updated_at = $4 WHERE id = $1 AND status = $2",
        &[ORDER_ID, "'PENDING'", "'PROCESSING'", "now()"],
    ),
    run("orders/sql/orders.rs append_timeline", TIMELINE, &[ORDER_ID, "'PROCESSING'", "NULL", "now()"]),
    Line::Plain("COMMIT"),
    // orders/settle.rs deliver: the number is the customer's, and paid
    Line::Plain("BEGIN"),
    run("orders/sql/orders.rs lock_order", LOCK, &[ORDER_ID]),
    run("orders/sql/items.rs item_state", "SELECT state FROM order_items WHERE id = $1", &[ITEM]),
    run(
        "numbers/sql/numbers.rs of_item",
        "SELECT id, account_id, phone_number, friendly_name, country_code, region, locality, area_code, number_type, \
         capabilities, status, carrier, carrier_sid, monthly_price, setup_price, currency, tags, notes, \
         configuration_id, total_calls, last_used_at, purchased_at, created_at, updated_at \
         FROM numbers WHERE item_id = $1",
        &[ITEM],
    ),
    run(
        "numbers/sql/numbers.rs insert",
        "INSERT INTO numbers (id, account_id, order_id, item_id, phone_number, friendly_name, country_code, region, \
         locality, area_code, number_type, capabilities, status, status_since, carrier, carrier_sid, monthly_price, \
         setup_price, currency, tags, total_calls, total_seconds, purchased_at, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 0, 0, \
         $14, $14, $14) ON CONFLICT DO NOTHING",
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
    ),
    run(
        "numbers/sql/claims.rs own",
        "UPDATE number_claims SET kind = 'OWNED', number_id = $3 WHERE phone_number = $1 AND item_id = $2",
        &[PHONE, ITEM, NUMBER],
    ),
    run(
        "orphans/sql.rs explain",
        "UPDATE orphans SET resolved_at = $3 WHERE vendor = $1 AND reference = $2 AND resolved_at IS NULL",
        &["'twilio'", SID, "now()"],
    ),
    run(
        "orders/sql/items.rs deliver_item",
        "UPDATE order_items SET state = 'DELIVERED', state_since = $2, delivered_id = $3 WHERE id = $1",
        &[ITEM, "now()", NUMBER],
    ),
    run(
        "ledger/sql.rs close_hold",
        "UPDATE holds SET state = $2, closed_at = $3 WHERE subject = $1 AND state = 'OPEN' \
         RETURNING account_id, currency, amount",
        &[ITEM, "'CAPTURED'", "now()"],
    ),
    run("ledger/sql.rs move_wallet", MOVE_WALLET, &[BUYER, "'USD'", "0", "-1380000", "now()"]),
    run(
        "ledger/sql.rs insert_posting",
        "INSERT INTO ledger_postings (id, kind, subject, period, account_id, note, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind, subject, period) DO NOTHING",
        &[POSTING, "'CAPTURE'", "lpad(:n, 36, '0')", "''", BUYER, PHONE, "now()"],
    ),
    run(
        "ledger/sql.rs insert_entry",
        "INSERT INTO ledger_entries (posting_id, line, debit, credit, amount, currency) VALUES ($1, 1, $2, $3, $4, $5)",
        &[POSTING, "'wallet:' || lpad(:client_id, 32, '0')", "'revenue' || chr(58) || 'NUMBER'", PRICE, "'USD'"],
    ),
    run("ledger/sql.rs move_wallet", MOVE_WALLET, &[BUYER, "'USD'", "-1380000", "0", "now()"]),
    run(
        "events/sql.rs insert",
        EVENT,
        &[
            id!("06"),
            "'NUMBER_PURCHASED'",
            BUYER,
            "'num_' || lpad(:n, 32, '0')",
            r#"'{"orderId": "ord_01a1fc33397c72b08c6cbd7c08a2a7b5", "currency": "USD", "numberId": "num_01a1fc33398a72c0bf887bec0c6390d5", "phoneNumber": "+14155300001", "monthlyPrice": 1.38}'"#,
            "now()",
        ],
    ),
    run("jobs/sql.rs finish", FINISH, &["'order_item'", ITEM]),
    run("orders/sql/items.rs item_states", "SELECT state FROM order_items WHERE order_id = $1", &[ORDER_ID]),
    run(
        "orders/sql/orders.rs end_order",
        "UPDATE orders SET status = $2, updated_at = $3, completed_at = $3 WHERE id = $1",
        &[ORDER_ID, "'COMPLETED'", "now()"],
    ),
    run("orders/sql/orders.rs append_timeline", TIMELINE, &[ORDER_ID, "'COMPLETED'", "NULL", "now()"]),
    run(
        "events/sql.rs insert",
        EVENT,
        &[
            id!("07"),
            "'ORDER_COMPLETED'",
            BUYER,
            "'ord_' || lpad(:n, 32, '0')",
            r#"'{"status": "COMPLETED", "orderId": "ord_01a1fc33397c72b08c6cbd7c08a2a7b5"}'"#,
            "now()",
        ],
    ),
    Line::Plain("COMMIT"),
    // orders/render.rs details: the answer
    run(
        "orders/sql/orders.rs order",
        "SELECT id, order_number, status, currency, subtotal, tax, discount, total, billing_address, created_at, \
         updated_at, completed_at, cancelled_at, refunded, archived_at FROM orders WHERE id = $1 AND account_id = $2",
        &[ORDER_ID, BUYER],
    ),
    run(
        "orders/sql/items.rs items",
        "SELECT id, order_id, account_id, item_type, state, state_since, placing_since, description, quantity, \
         unit_price, total_price, currency, subject, detail, delivered_id, error_code, error_message \
         FROM order_items WHERE order_id = $1 AND account_id = $2 ORDER BY position",
        &[ORDER_ID, BUYER],
    ),
    run(
        "orders/sql/orders.rs timeline",
        "SELECT status, note, at FROM order_timeline WHERE order_id = $1 ORDER BY position",
        &[ORDER_ID],
    ),
];
