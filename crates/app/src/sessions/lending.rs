//! Borrowers who come at the same time, and take a number of any country, get theirs in one statement.

use store::{Batch, DbErr, Store};

use super::{
    heads::Heads,
    sql::assign::{Assigned, Borrower, Look, assign_at_once, assign_together},
};

/// Lends out what one lane has, from its head on.
pub(super) struct Lending {
    pub(super) store: Store,
    pub(super) heads: Heads,
}

impl Batch for Lending {
    type Ask = Borrower;
    /// `None` where the lane has no number left, and then nothing is written.
    type Answer = Option<Assigned>;

    /// 14 parameters each, of PostgreSQL's 65,535.
    const MOST: usize = 32;

    async fn serve(&self, borrowers: &[Borrower]) -> Result<Vec<Option<Assigned>>, DbErr> {
        let Some(first) = borrowers.first() else { return Ok(Vec::new()) };
        let head = self.heads.get(None, first.wish.lane);
        if let [Borrower { wish, session, event }] = borrowers {
            let one = assign_at_once(&self.store, wish, Look::After(head), session, event.clone()).await?;
            return Ok(vec![one]);
        }
        assign_together(&self.store, borrowers, head).await
    }
}
