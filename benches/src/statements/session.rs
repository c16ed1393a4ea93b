//! What borrowing a pool number asks of the database, and what giving it back does: one statement each on PostgreSQL,
//! which is the best form there is; three in a transaction on SQLite.

use super::{Line, keep};

/// The client's account. Each has one of its own.
const BORROWER: &str = "lpad(:client_id, 32, '0')::uuid";
const SESSION: &str = "('01a00000' || lpad(:n, 24, '0'))::uuid";
const EVENT: &str = "('01a00001' || lpad(:n, 24, '0'))::uuid";

/// A session, in one statement. As the product does, a client looks on from where it found a number before, and clients
/// begin in different lanes. The first of the variables must be set before: see [`BEGIN`].
pub(crate) const BORROW: &[Line] = &[keep(
    "sessions/sql/assign.rs assign_at_once",
    "WITH taken AS (UPDATE pool_numbers SET was_free_from = free_from, free_from = $2, session_id = $3 WHERE id = \
     (SELECT id FROM pool_numbers WHERE state = 'ACTIVE' AND lane = $4 AND free_from >= $5 AND free_from <= $1 \
     ORDER BY free_from LIMIT 1 FOR UPDATE SKIP LOCKED) \
     RETURNING id, phone_number, country_code, number_type, lane, was_free_from), \
     started AS (INSERT INTO number_sessions (id, account_id, user_label, greeting_url, greeting_text, price, currency, \
     started_at, expires_at, pool_number_id, phone_number, country_code) \
     SELECT $6, $7, $8, $9, $10, $11, $12, $13, $14, id, phone_number, country_code FROM taken), \
     told AS (INSERT INTO events (id, kind, account_id, subject, data, occurred_at) \
     SELECT $15, 'SESSION_STARTED', $16, $17, (CAST($18 AS jsonb) || jsonb_build_object('phoneNumber', phone_number)), \
     $19 FROM taken) SELECT id, phone_number, country_code, number_type, lane, was_free_from FROM taken",
    &[
        "now()",
        "now() + interval '35 min'",
        SESSION,
        ":client_id::bigint % 8",
        ":was_free_from::timestamptz",
        SESSION,
        BORROWER,
        "'user-' || :n",
        "NULL",
        "'Thank you for calling. I will call back.'",
        "0",
        "'USD'",
        "now()",
        "now() + interval '30 min'",
        EVENT,
        BORROWER,
        "'ses_' || lpad(:n, 32, '0')",
        r#"'{"sessionId": "ses_01a1fc33397c72b08c6cbd7c08a2a7b5", "userId": "user-1", "expiresAt": "2026-01-01T00:30:00.000Z"}'"#,
        "now()",
    ],
)];

/// Which of the sessions that are there a client ends: each once in a run.
pub(crate) const HELD: &[Line] = &[Line::Set("s (:first + :i) * :clients + :client_id")];

const HELD_SESSION: &str = "('01900000' || lpad(:s::text, 24, '0'))::uuid";

/// Its end, in one statement. Without a session it would be no work: then there is no row, and pgbench complains.
pub(crate) const GIVE_BACK: &[Line] = &[keep(
    "sessions/sql/end.rs end_at_once",
    "WITH ended AS (UPDATE number_sessions SET ended_at = $3, end_reason = 'BY_HAND' \
     WHERE id = $1 AND account_id = $2 AND end_reason IS NULL AND expires_at > $3 \
     RETURNING id, account_id, user_label, greeting_url, greeting_text, price, currency, started_at, expires_at, \
     pool_number_id, phone_number, country_code, ended_at, end_reason), \
     freed AS (UPDATE pool_numbers SET free_from = $4 WHERE free_from > $4 AND session_id = $1 \
     AND id = (SELECT pool_number_id FROM ended)), \
     told AS (INSERT INTO events (id, kind, account_id, subject, data, occurred_at) \
     SELECT $5, 'SESSION_ENDED', $2, $6, (CAST($7 AS jsonb) || jsonb_build_object('phoneNumber', phone_number)), $3 \
     FROM ended) SELECT id, account_id, user_label, greeting_url, greeting_text, price, currency, started_at, \
     expires_at, pool_number_id, phone_number, country_code, ended_at, end_reason FROM ended",
    &[
        HELD_SESSION,
        BORROWER,
        "now()",
        "now() + interval '5 min'",
        EVENT,
        "'ses_' || lpad(:s::text, 32, '0')",
        r#"'{"sessionId": "ses_01a1fc33397c72b08c6cbd7c08a2a7b5", "reason": "BY_HAND", "endedAt": "2026-01-01T00:30:00.000Z"}'"#,
    ],
)];
