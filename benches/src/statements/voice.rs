//! What a ringing number asks of the database: one indexed read and one insert, each a transaction of its own.
//!
//! Numbers that ring at the same time ask together (voice/switchboard.rs); what a call asks that comes alone is the limit.

use super::{Line, keep, run};

/// How many numbers ring.
pub(crate) const NUMBERS: u64 = 100;

/// The numbers that ring: this and the [`NUMBERS`] counted up in four digits.
pub(crate) const PREFIX: &str = "+1415530";

/// One of the numbers that ring.
const RINGING: &str = "'+1415530' || lpad(:k::text, 4, '0')";

/// A call to one of them.
pub(crate) const CALL: &[Line] = &[
    Line::Set("k random(0, 99)"),
    LOOK_UP,
    run(
        "voice/sql.rs insert_now",
        "INSERT INTO calls (id, account_id, number_id, carrier, carrier_sid, from_number, to_number, direction, \
         status, started_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) \
         ON CONFLICT (carrier, carrier_sid) DO NOTHING",
        &[
            "lpad(:n, 32, '0')::uuid",
            ":account_id",
            ":id",
            "'twilio'",
            // As random as the carrier's own.
            "'CA' || md5(:n)",
            "'+12125550100'",
            RINGING,
            "'INBOUND'",
            "'RINGING'",
            "now()",
        ],
    ),
];

/// The read alone.
pub(crate) const LOOK_UP: Line = keep(
    "numbers/sql/configurations.rs live",
    "SELECT n.phone_number, n.id, n.account_id, n.status, c.routing_rules, c.features FROM numbers n \
     LEFT JOIN number_configurations c ON c.id = n.configuration_id \
     WHERE n.phone_number IN ($1) AND n.status <> 'RELEASED'",
    &[RINGING],
);
