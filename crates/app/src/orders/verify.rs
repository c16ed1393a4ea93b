//! Whether items and holds agree: delivered means paid for, refused or cancelled means the money is back. And whether
//! each order knows what was given back for it.

use store::{FromQueryResult, Store, one};

use crate::ledger::Fault;

#[derive(FromQueryResult)]
struct Finding {
    what: String,
    state: String,
    hold: String,
}

#[derive(FromQueryResult)]
struct Miscounted {
    what: String,
    kept: i64,
    given: i64,
}

/// Checks every item against its hold, and every order against its refunds.
pub async fn verify(store: &Store) -> Result<(), Fault> {
    let sql = "SELECT i.subject AS what, i.state AS state, COALESCE(h.state, 'none') AS hold FROM order_items i \
               LEFT JOIN holds h ON h.subject = i.id \
               WHERE (i.state = 'DELIVERED' AND COALESCE(h.state, 'none') <> 'CAPTURED') \
                  OR (i.state IN ('REFUSED', 'CANCELLED') AND COALESCE(h.state, 'RELEASED') <> 'RELEASED') \
                  OR (i.state NOT IN ('DELIVERED', 'REFUSED', 'CANCELLED') AND COALESCE(h.state, 'none') <> 'OPEN') \
               LIMIT 1";
    let finding: Option<Finding> = store.snapshot(|tx| async move { one(&tx, sql, []).await }).await?;
    finding.map_or(Ok(()), |Finding { what, state, hold }| {
        let law = "an item is paid for and delivered, or the money is back";
        Err(Fault::Broken { law, what: format!("{what} is {state} and its hold is {hold}") })
    })?;
    verify_refunds(store).await
}

async fn verify_refunds(store: &Store) -> Result<(), Fault> {
    let sql = "SELECT o.order_number AS what, o.refunded AS kept, CAST(COALESCE(r.amount, 0) AS bigint) AS given \
               FROM orders o LEFT JOIN (SELECT order_id, SUM(amount) AS amount FROM order_refunds GROUP BY order_id) r \
               ON r.order_id = o.id WHERE o.refunded <> COALESCE(r.amount, 0) LIMIT 1";
    let finding: Option<Miscounted> = store.snapshot(|tx| async move { one(&tx, sql, []).await }).await?;
    finding.map_or(Ok(()), |Miscounted { what, kept, given }| {
        let law = "an order knows what was given back for it";
        Err(Fault::Broken { law, what: format!("{what} says {kept} and its refunds come to {given}, in millionths") })
    })
}
