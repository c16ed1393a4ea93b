//! Cancels an order while nothing of it is with a vendor.

use store::Tx;
use vocab::id::{AccountId, OrderId};

use super::{CancelError, ItemState, Orders, model::step, sql};
use crate::{jobs, ledger};

impl Orders {
    /// PENDING | PROCESSING → CANCELLED; every item gives back its claim and its money.
    pub async fn cancel(&self, account: AccountId, order: OrderId, reason: Option<&str>) -> Result<(), CancelError> {
        self.store.write(|tx| async move { self.cancel_in(&tx, account, order, reason).await }).await
    }

    /// The same as part of the caller's transaction.
    pub async fn cancel_in(
        &self,
        tx: &Tx,
        account: AccountId,
        order: OrderId,
        reason: Option<&str>,
    ) -> Result<(), CancelError> {
        if !sql::lock_order_of(tx, account, order).await? {
            return Err(CancelError::NotFound);
        }
        let items = sql::items(tx, account, order).await?;
        let open = |state| matches!(state, ItemState::Pending | ItemState::Held);
        let mut cancelled = 0;
        for row in &items {
            let state = row.state()?;
            if !open(state) && !matches!(state, ItemState::Refused | ItemState::Cancelled) {
                return Err(CancelError::TooLate);
            }
            cancelled += i32::from(open(state));
        }
        if cancelled == 0 {
            return Err(CancelError::TooLate);
        }
        let now = self.ambient.business();
        for row in items {
            if !open(row.state()?) {
                continue;
            }
            let item = row.item()?;
            let from = [ItemState::Pending, ItemState::Held];
            sql::move_item(tx, item.id, &from, ItemState::Cancelled, now).await?;
            let _ = ledger::release(tx, &self.ambient, item.id.uuid()).await?;
            if let Some(line) = self.line(row.item_type()?) {
                line.undo(tx, &item).await?;
            }
            jobs::finish(tx, step(item.id)).await?;
        }
        self.follow_items(tx, order, account, reason).await?;
        Ok(())
    }
}
