//! The moves of an item, each one transaction that locks the order first, so that an order's items move
//! one at a time and its status follows from theirs.

use chrono::{DateTime, Utc};
use store::{DbErr, Tx};
use vocab::{
    Ambient,
    id::{AccountId, OrderId},
};

use super::{Item, ItemState, Line, OrderStatus, Orders, Placed, Settled, model::step, sql};
use crate::{
    events::{self, EventKind, Fact},
    jobs,
    ledger::{self, LedgerError},
    web::error::ErrorCode,
};

/// Why an item did not get further; the transaction rolled back.
#[derive(Debug, thiserror::Error)]
pub(super) enum SettleError {
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Why an item is refused, as its buyer reads it.
pub(super) struct Refused {
    pub code: ErrorCode,
    pub message: String,
}

impl Orders {
    /// HELD → PLACING: the intent, committed before the vendor hears of it. `None` if the item has moved.
    pub(super) async fn begin_placing(&self, item: &Item) -> Result<Option<DateTime<Utc>>, SettleError> {
        self.store
            .write(|tx| async move {
                let (now, wall) = (self.ambient.business(), self.ambient.wall());
                if !sql::lock_order(&tx, item.order).await? || !sql::begin_placing(&tx, item.id, now, wall).await? {
                    return Ok(None);
                }
                if sql::move_order(&tx, item.order, OrderStatus::Pending, OrderStatus::Processing, now).await? {
                    sql::append_timeline(&tx, item.order, OrderStatus::Processing, None, now).await?;
                }
                Ok(Some(wall))
            })
            .await
    }

    /// The item is about to be placed once more, though its vendor cannot have heard of it: what is in flight is
    /// counted from now. `None` if the item has moved, or somebody else places it since.
    pub(super) async fn place_again(
        &self,
        item: &Item,
        since: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, SettleError> {
        let wall = self.ambient.wall();
        let mine = self.store.write(|tx| async move { sql::place_again(&tx, item.id, since, wall).await }).await?;
        Ok(mine.then_some(wall))
    }

    /// PLACING → UNKNOWN: from now on the vendor is only asked, never told.
    pub(super) async fn doubt(&self, item: &Item) -> Result<(), SettleError> {
        self.store
            .write(|tx| async move {
                let now = self.ambient.business();
                sql::lock_order(&tx, item.order).await?;
                sql::move_item(&tx, item.id, &[ItemState::Placing], ItemState::Unknown, now).await?;
                Ok(())
            })
            .await
    }

    /// The vendor has it: the customer gets it and pays, or it is not what was wanted and the money is back.
    pub(super) async fn deliver(&self, line: &dyn Line, item: &Item, placed: &Placed) -> Result<(), SettleError> {
        self.store
            .write(|tx| async move {
                if !self.is_doubtful(&tx, item).await? {
                    return jobs::finish(&tx, step(item.id)).await.map_err(SettleError::from);
                }
                match line.settle(&tx, item, placed).await? {
                    Settled::Delivered { id, facts } => {
                        sql::deliver_item(&tx, item.id, id, self.ambient.business()).await?;
                        let _ =
                            ledger::capture(&tx, &self.ambient, item.id.uuid(), line.revenue(), &item.subject).await?;
                        for fact in facts {
                            events::append(&tx, &self.ambient, fact).await?;
                        }
                        self.finish_item(&tx, item).await
                    }
                    Settled::Waiting { detail } => {
                        let from = [ItemState::Placing, ItemState::Unknown];
                        if sql::move_item(&tx, item.id, &from, ItemState::Placed, self.ambient.business()).await? {
                            sql::set_detail(&tx, item.id, detail).await?;
                        }
                        jobs::finish(&tx, step(item.id)).await.map_err(SettleError::from)
                    }
                    Settled::Refused(message) => {
                        let refused = Refused { code: ErrorCode::UpstreamError, message };
                        self.refuse_in(&tx, line, item, &refused).await
                    }
                }
            })
            .await
    }

    /// It is not to be had: the claim and the money are given back.
    pub(super) async fn refuse(&self, line: &dyn Line, item: &Item, refused: &Refused) -> Result<(), SettleError> {
        self.store
            .write(|tx| async move {
                if !self.is_doubtful(&tx, item).await? {
                    return jobs::finish(&tx, step(item.id)).await.map_err(SettleError::from);
                }
                self.refuse_in(&tx, line, item, refused).await
            })
            .await
    }

    async fn refuse_in(&self, tx: &Tx, line: &dyn Line, item: &Item, refused: &Refused) -> Result<(), SettleError> {
        let now = self.ambient.business();
        sql::refuse_item(tx, item.id, refused.code.as_str(), &refused.message, now).await?;
        let _ = ledger::release(tx, &self.ambient, item.id.uuid()).await?;
        line.undo(tx, item).await?;
        self.finish_item(tx, item).await
    }

    /// Locks the order and says whether the item still waits for the vendor's word.
    async fn is_doubtful(&self, tx: &Tx, item: &Item) -> Result<bool, DbErr> {
        sql::lock_order(tx, item.order).await?;
        let state = sql::item_state(tx, item.id).await?;
        Ok(matches!(state, Some(ItemState::Placing | ItemState::Unknown | ItemState::Placed)))
    }

    async fn finish_item(&self, tx: &Tx, item: &Item) -> Result<(), SettleError> {
        jobs::finish(tx, step(item.id)).await?;
        self.follow_items(tx, item.order, item.account, None).await?;
        Ok(())
    }

    pub(super) async fn follow_items(
        &self,
        tx: &Tx,
        order: OrderId,
        account: AccountId,
        note: Option<&str>,
    ) -> Result<(), DbErr> {
        follow(tx, &self.ambient, order, account, note).await
    }
}

/// Gives the order the status that its items make, and says so where it is the last.
pub(super) async fn follow(
    tx: &Tx,
    ambient: &Ambient,
    order: OrderId,
    account: AccountId,
    note: Option<&str>,
) -> Result<(), DbErr> {
    let status = OrderStatus::of(&sql::item_states(tx, order).await?);
    if !status.is_final() {
        return Ok(());
    }
    let now = ambient.business();
    sql::end_order(tx, order, status, now).await?;
    // Without a note there is nothing to tell that does not stand in the order's row.
    if note.is_some() {
        sql::append_timeline(tx, order, status, note, now).await?;
    }
    let kind = match status {
        OrderStatus::Completed | OrderStatus::Partial => EventKind::OrderCompleted,
        _ => EventKind::OrderFailed,
    };
    let data = serde_json::json!({ "orderId": order, "status": status });
    events::append(tx, ambient, Fact { kind, account, subject: order.to_string(), data }).await
}
