//! Recomputes everything from the entries, beside a running server.

use store::{DbErr, Dialect, FromQueryResult, Store, Tx, one};

/// What was summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Sums {
    /// How many postings.
    pub postings: i64,
    /// How many entries.
    pub entries: i64,
    /// How many wallets.
    pub wallets: i64,
    /// How many open holds.
    pub open_holds: i64,
}

/// The first thing that does not add up.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A law is broken.
    #[error("{law}: {what}")]
    Broken {
        /// Which law.
        law: &'static str,
        /// Where, and how.
        what: String,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

#[derive(FromQueryResult)]
struct Finding {
    what: String,
    expected: i64,
    found: i64,
}

/// Each selects what breaks a law: `what`, `expected`, `found`. No row means that it holds. `{hold}` stands for
/// the subject of the hold `h` as postings name it.
const LAWS: &[(&str, &str)] = &[
    (
        "a wallet's balance is the sum of its entries",
        "SELECT w.code || ' ' || w.currency AS what, \
                CAST(COALESCE(c.total, 0) - COALESCE(d.total, 0) AS bigint) AS expected, w.balance AS found \
         FROM wallets w \
         LEFT JOIN (SELECT credit, currency, SUM(amount) AS total FROM ledger_entries GROUP BY credit, currency) c \
             ON c.credit = w.code AND c.currency = w.currency \
         LEFT JOIN (SELECT debit, currency, SUM(amount) AS total FROM ledger_entries GROUP BY debit, currency) d \
             ON d.debit = w.code AND d.currency = w.currency \
         WHERE w.balance <> COALESCE(c.total, 0) - COALESCE(d.total, 0) LIMIT 1",
    ),
    (
        "what a wallet holds is the sum of its open holds",
        "SELECT w.code || ' ' || w.currency AS what, CAST(COALESCE(h.total, 0) AS bigint) AS expected, \
                w.held AS found \
         FROM wallets w \
         LEFT JOIN (SELECT account_id, currency, SUM(amount) AS total FROM holds WHERE state = 'OPEN' \
                    GROUP BY account_id, currency) h \
             ON h.account_id = w.account_id AND h.currency = w.currency \
         WHERE w.held <> COALESCE(h.total, 0) LIMIT 1",
    ),
    (
        "an entry names a wallet that exists",
        "SELECT e.debit || ' to ' || e.credit AS what, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM ledger_entries e \
         WHERE (e.debit LIKE 'wallet:%' AND NOT EXISTS \
                   (SELECT 1 FROM wallets w WHERE w.code = e.debit AND w.currency = e.currency)) \
            OR (e.credit LIKE 'wallet:%' AND NOT EXISTS \
                   (SELECT 1 FROM wallets w WHERE w.code = e.credit AND w.currency = e.currency)) \
         LIMIT 1",
    ),
    (
        "an entry moves money the way its posting's kind does",
        "SELECT p.kind || ' from ' || e.debit || ' to ' || e.credit AS what, \
                CAST(0 AS bigint) AS expected, CAST(1 AS bigint) AS found \
         FROM ledger_entries e JOIN ledger_postings p ON p.id = e.posting_id \
         WHERE NOT CASE p.kind \
             WHEN 'DEPOSIT' THEN e.credit LIKE 'wallet:%' AND e.debit IN \
                 ('processor:STRIPE', 'processor:PAYPAL', 'processor:BANK_TRANSFER', 'processor:CREDIT') \
             WHEN 'CAPTURE' THEN e.debit LIKE 'wallet:%' AND e.credit IN \
                 ('revenue:NUMBER', 'revenue:VERIFICATION', 'revenue:USAGE', 'revenue:SESSION') \
             WHEN 'USAGE' THEN e.debit LIKE 'wallet:%' AND e.credit = 'revenue:USAGE' \
             WHEN 'ADJUSTMENT' THEN (e.debit = 'adjustments' AND e.credit LIKE 'wallet:%') \
                 OR (e.debit LIKE 'wallet:%' AND e.credit = 'adjustments') \
             WHEN 'POOL_COST' THEN e.debit = 'cost:POOL' AND e.credit LIKE 'carrier:%' \
             ELSE 1 = 0 END LIMIT 1",
    ),
    (
        "every posting has entries",
        "SELECT p.kind || ' ' || p.subject AS what, CAST(1 AS bigint) AS expected, CAST(0 AS bigint) AS found \
         FROM ledger_postings p \
         WHERE NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.posting_id = p.id) LIMIT 1",
    ),
    (
        "a captured hold was taken once, at its amount",
        "SELECT {hold} AS what, h.amount AS expected, COALESCE(e.amount, 0) AS found FROM holds h \
         LEFT JOIN ledger_postings p ON p.kind = 'CAPTURE' AND p.subject = {hold} AND p.period = '' \
         LEFT JOIN ledger_entries e ON e.posting_id = p.id \
         WHERE h.state = 'CAPTURED' AND h.amount <> COALESCE(e.amount, 0) LIMIT 1",
    ),
    (
        "as much was captured as the captured holds held",
        "SELECT 'all captures' AS what, \
                (SELECT CAST(COALESCE(SUM(amount), 0) AS bigint) FROM holds WHERE state = 'CAPTURED') AS expected, \
                (SELECT CAST(COALESCE(SUM(e.amount), 0) AS bigint) FROM ledger_entries e \
                 JOIN ledger_postings p ON p.id = e.posting_id WHERE p.kind = 'CAPTURE') AS found",
    ),
];

/// Checks every law on one picture of the database and says what it summed.
pub async fn verify(store: &Store) -> Result<Sums, Fault> {
    store
        .snapshot(|tx| async move {
            for (law, sql) in LAWS {
                check(&tx, law, sql).await?;
            }
            let sql = "SELECT (SELECT COUNT(*) FROM ledger_postings) AS postings, \
                       (SELECT COUNT(*) FROM ledger_entries) AS entries, \
                       (SELECT COUNT(*) FROM wallets) AS wallets, \
                       (SELECT COUNT(*) FROM holds WHERE state = 'OPEN') AS open_holds";
            one::<Sums>(&tx, sql, []).await?.ok_or(DbErr::RecordNotFound("sums".into())).map_err(Fault::from)
        })
        .await
}

async fn check(tx: &Tx, law: &'static str, sql: &str) -> Result<(), Fault> {
    let sql = sql.replace("{hold}", &Dialect::of(tx).uuid_text("h.subject"));
    match one::<Finding>(tx, &sql, []).await? {
        Some(finding) if finding.expected != finding.found => {
            let what = format!("{}: expected {}, found {}", finding.what, finding.expected, finding.found);
            Err(Fault::Broken { law, what })
        }
        _ => Ok(()),
    }
}
