//! The operator's pool and the number sessions of the past, written straight into the tables: by the API it would take
//! hours.

use crate::{database::Admin, pgbench::CLIENTS};

/// Who has the sessions that are written: an SQL expression over `n`, the session's number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner {
    /// The customers of the lab, in turn.
    Customers,
    /// pgbench's clients, in turn.
    Clients,
}

impl Owner {
    fn sql(self) -> String {
        match self {
            Self::Customers => {
                format!("(SELECT account_id FROM users WHERE email = 'buyer' || n % {CLIENTS} || '@example.com')")
            }
            Self::Clients => format!("lpad((n % {CLIENTS})::text, 32, '0')::uuid"),
        }
    }
}

/// What a pool looks like. Its numbers are counted from 0, and those that are held come first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// How many numbers there are.
    pub(crate) numbers: u64,
    /// How many of them are held, each by an active session with the number's own number as its id.
    pub(crate) held: u64,
    /// How many sessions are over.
    pub(crate) past: u64,
}

/// How the ids of numbers and of active sessions begin; the rest is their number in decimal digits.
const LIVE: &str = "01900000";
/// How the ids of past sessions begin: before the others, as they are older.
const PAST: &str = "01800000";

/// The id of a held number's session.
pub(crate) fn session(number: u64) -> String {
    format!("{LIVE}{number:024}")
}

/// How many sessions began on a number before the one before them was over.
pub(crate) const LENT_TWICE: &str = "SELECT count(*)::text FROM (SELECT started_at, \
    lag(COALESCE(ended_at, expires_at)) OVER (PARTITION BY pool_number_id ORDER BY started_at, id) AS free_again \
    FROM number_sessions) AS sessions WHERE started_at < free_again";

/// Writes a pool in place of the one that is there. Free numbers have been so for a day, one a millisecond longer than the next.
pub(crate) async fn fill(admin: &Admin, database: &str, shape: Shape, owner: Owner) -> anyhow::Result<()> {
    let Shape { numbers, held, past } = shape;
    let id = |prefix: &str| format!("('{prefix}' || lpad(n::text, 24, '0'))::uuid");
    let owner = owner.sql();
    let columns = "id, account_id, user_label, greeting_text, price, currency, started_at, expires_at, pool_number_id, \
                   phone_number, country_code";
    let phone = "'+1999' || lpad(n::text, 7, '0')";
    // Row by row, foreign keys would take minutes; what is written refers to what is there.
    let text = format!(
        "SET session_replication_role = replica;
         TRUNCATE pool_numbers, number_sessions, session_calls;
         INSERT INTO pool_numbers (id, phone_number, country_code, number_type, carrier, carrier_sid, state, state_since,
             lane, free_from, was_free_from, session_id, created_at)
         SELECT {live}, {phone}, 'US', 'LOCAL', 'twilio', 'PN' || lpad(n::text, 32, '0'), 'ACTIVE', now(), n % 8,
             CASE WHEN n < {held} THEN now() + interval '1 day' + n * interval '1 ms'
                  ELSE now() - interval '1 day' + n * interval '1 ms' END,
             now() - interval '2 days', CASE WHEN n < {held} THEN {live} END, now()
         FROM generate_series(0, {numbers} - 1) AS n;
         INSERT INTO number_sessions ({columns})
         SELECT {live}, {owner}, 'held', 'Hello', 0, 'USD', now(), now() + interval '23 hours', {live}, {phone}, 'US'
         FROM generate_series(0, {held} - 1) AS n;
         INSERT INTO number_sessions ({columns}, ended_at, end_reason)
         SELECT {past_id}, {owner}, 'past', 'Hello', 0, 'USD', at, at + interval '30 min',
             ('{LIVE}' || lpad((n % {numbers})::text, 24, '0'))::uuid, '+1999' || lpad((n % {numbers})::text, 7, '0'),
             'US', at + interval '30 min', 'EXPIRED'
         FROM generate_series(0, {past} - 1) AS n, LATERAL (SELECT now() - interval '400 days' + n * interval '30 s' AS at) AS t;
         SET session_replication_role = DEFAULT;",
        live = id(LIVE),
        past_id = id(PAST),
    );
    admin.run_in(database, text).await?;
    admin.run_in(database, "VACUUM ANALYZE").await
}
