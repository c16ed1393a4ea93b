//! Checks payments against the ledger, beside a running server: each that brought money has its deposit,
//! and no deposit is without its payment.

use store::{DbErr, Dialect, FromQueryResult, Store, one};

use crate::ledger::Fault;

/// What was summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct PaymentSums {
    /// How many payments.
    pub payments: i64,
    /// How many of them brought money in.
    pub came_in: i64,
    /// How many deposits the ledger has.
    pub deposits: i64,
}

#[derive(FromQueryResult)]
struct Missing {
    what: String,
}

const CAME_IN: &str = "status IN ('SUCCEEDED', 'PARTIAL_REFUND', 'REFUNDED')";

/// Checks both directions on one picture of the database and says what it summed.
pub async fn verify(store: &Store) -> Result<PaymentSums, Fault> {
    store
        .snapshot(|tx| async move {
            let subject = format!("'pay_' || {}", Dialect::of(&tx).uuid_hex("p.id"));
            let sql = format!(
                "SELECT {subject} AS what FROM payments p WHERE p.{CAME_IN} AND NOT EXISTS \
                 (SELECT 1 FROM ledger_postings d JOIN ledger_entries e ON e.posting_id = d.id \
                  JOIN wallets w ON w.code = e.credit AND w.currency = e.currency \
                  WHERE d.kind = 'DEPOSIT' AND d.subject = {subject} AND d.period = '' \
                    AND w.account_id = p.account_id AND e.amount = p.amount AND e.currency = p.currency) LIMIT 1"
            );
            if let Some(missing) = one::<Missing>(&tx, &sql, []).await? {
                return Err(broken("a payment that succeeded is in the wallet", missing.what));
            }
            let sql = format!(
                "SELECT (SELECT CAST(COUNT(*) AS bigint) FROM payments) AS payments, \
                        (SELECT CAST(COUNT(*) AS bigint) FROM payments WHERE {CAME_IN}) AS came_in, \
                        (SELECT CAST(COUNT(*) AS bigint) FROM ledger_postings WHERE kind = 'DEPOSIT') AS deposits"
            );
            let sums: PaymentSums = one(&tx, &sql, []).await?.ok_or(DbErr::RecordNotFound("sums".into()))?;
            // Each such payment has a deposit of its own, so equal counts leave no deposit over.
            if sums.came_in != sums.deposits {
                let what = format!("{} payments brought money, {} deposits", sums.came_in, sums.deposits);
                return Err(broken("every deposit has its payment", what));
            }
            Ok(sums)
        })
        .await
}

fn broken(law: &'static str, what: String) -> Fault {
    Fault::Broken { law, what }
}
