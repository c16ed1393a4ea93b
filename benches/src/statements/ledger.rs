//! What charging a wallet for a call asks of the database: a posting, its entry, the wallet.

use super::{Line, run};

/// How many wallets there are to choose from.
pub(crate) const WALLETS: u64 = 1000;

/// The one wallet that everybody charges.
pub(crate) const HOT: &[Line] = &[Line::Set("w 0")];
/// Any wallet.
pub(crate) const ANY: &[Line] = &[Line::Set("w random(0, 999)")];

const ACCOUNT: &str = "lpad(:w, 32, '0')::uuid";
const POSTING: &str = "lpad(:n, 32, '0')::uuid";

/// ledger/charge_usage.rs, in a transaction of its own.
pub(crate) const CHARGE: &[Line] = &[
    Line::Plain("BEGIN"),
    run(
        "ledger/sql.rs open_wallet",
        "INSERT INTO wallets (account_id, currency, code, balance, held, credit_limit, updated_at) \
         VALUES ($1, $2, $3, 0, 0, 0, $4) ON CONFLICT DO NOTHING",
        &[ACCOUNT, "'USD'", "'wallet:' || lpad(:w, 32, '0')", "now()"],
    ),
    run(
        "ledger/sql.rs insert_posting",
        "INSERT INTO ledger_postings (id, kind, subject, period, account_id, note, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind, subject, period) DO NOTHING",
        &[POSTING, "'USAGE'", "lpad(:n, 36, '0')", "''", ACCOUNT, "'VOICE_MINUTES'", "now()"],
    ),
    run(
        "ledger/sql.rs insert_entry",
        "INSERT INTO ledger_entries (posting_id, line, debit, credit, amount, currency) VALUES ($1, 1, $2, $3, $4, $5)",
        &[POSTING, "'wallet:' || lpad(:w, 32, '0')", "'revenue' || chr(58) || 'USAGE'", "10200", "'USD'"],
    ),
    run(
        "ledger/sql.rs move_wallet",
        "UPDATE wallets SET balance = balance + $3, held = held + $4, updated_at = $5 \
         WHERE account_id = $1 AND currency = $2",
        &[ACCOUNT, "'USD'", "-10200", "0", "now()"],
    ),
    Line::Plain("COMMIT"),
];
