//! Whether items and holds agree: delivered means paid for, refused or cancelled means the money is back.

use store::{FromQueryResult, Store, one};

use crate::ledger::Fault;

#[derive(FromQueryResult)]
struct Finding {
    what: String,
    state: String,
    hold: String,
}

/// Checks every item against its hold.
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
    })
}
