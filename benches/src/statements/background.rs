//! What the product asks by the clock and not for a request: beginnings of statements that are not part of any list.

/// How the relay's begins that gives committed facts their numbers.
pub(crate) const NUMBERING: &str = "UPDATE events SET seq";

/// How these statements begin.
pub(crate) const BACKGROUND: &[&str] = &[
    // jobs/sql.rs: is there work, is a job due, whose turn is it
    "SELECT CAST(1 AS bigint) AS present FROM steps",
    "SELECT name FROM scheduled_jobs",
    "UPDATE scheduled_jobs",
    // events/sql.rs: the relay numbers what was committed
    "SELECT CAST(1 AS bigint) AS present FROM events",
    NUMBERING,
    // suppliers/sql/credentials.rs: what operators have stored since
    "SELECT s.name AS supplier, s.credentials_version AS version",
    // suppliers/sql/catalogue.rs, suppliers.rs: what suppliers have, how they are, and our money there
    "INSERT INTO supplier_offers",
    "UPDATE supplier_offers SET stock",
    "INSERT INTO suppliers",
    "UPDATE suppliers SET",
    // sessions/sql/end.rs: borrowed numbers whose time is over, for the events
    "UPDATE number_sessions SET ended_at = expires_at",
    // verifications/sql/lists.rs: is every rental that waits looked after
    "SELECT v.id AS id FROM verifications v LEFT JOIN steps",
    // operators/clock.rs: how far business time is ahead
    "SELECT offset_micros FROM business_clock",
];
