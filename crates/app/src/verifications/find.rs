//! Rentals of an account: one, a page, those that are open.

use std::time::Duration;

use store::DbErr;
use vocab::{
    Cursor, PageRequest,
    id::{AccountId, ItemId, VerificationId},
};

use super::{
    VerificationError, VerificationView, Verifications,
    model::{Filter, Verification, VerificationStatus},
    sql,
};
use crate::web::List;

impl Verifications {
    /// An account's rental as committed by now.
    pub(super) async fn of(&self, account: AccountId, id: VerificationId) -> Result<Verification, VerificationError> {
        sql::rentals::of_account(self.store.fresh(), account, id).await?.ok_or(VerificationError::NotFound)
    }

    /// An account's rental, by its number in the market's own protocol.
    pub async fn of_activation(&self, account: AccountId, activation: i64) -> Result<Option<Verification>, DbErr> {
        sql::rentals::of_activation(self.store.fresh(), account, activation).await
    }

    /// The rental of an order's item, once it is known whether there is a number, or as it stands when patience ends.
    pub async fn settled(&self, item: ItemId, patience: Duration) -> Result<Verification, DbErr> {
        let read = async || {
            let rental = sql::rentals::of_item(self.store.fresh(), item).await?;
            rental.ok_or_else(|| DbErr::RecordNotFound(item.to_string()))
        };
        let mut rental = read().await?;
        let mut listener = self.live.listen(rental.id);
        let wait = async {
            while matches!(rental.status, VerificationStatus::Pending | VerificationStatus::Processing) {
                listener.changed(rental.standing(self.ambient.business())).await;
                rental = read().await?;
            }
            Ok::<_, DbErr>(())
        };
        match tokio::time::timeout(patience, wait).await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(())) | Err(_) => Ok(rental),
        }
    }

    /// An account's rentals that wait or got their text, and whose time is not over; the newest hundred at most.
    pub async fn active(&self, account: AccountId) -> Result<Vec<VerificationView>, DbErr> {
        use VerificationStatus::{Cancelling, Completed, WaitingForSms};
        let filter = Filter { statuses: vec![WaitingForSms, Cancelling, Completed], service_code: None };
        let page = PageRequest::Page { page: 1, limit: 100 };
        let mut rentals = sql::lists::list(self.store.fresh(), account, &filter, &page).await?.rows;
        let now = self.ambient.business();
        rentals.retain(|rental| rental.rental.as_ref().is_some_and(|at| at.expires_at > now));
        self.views(rentals).await
    }

    /// A page of an account's rentals, newest first.
    pub(super) async fn page(
        &self,
        account: AccountId,
        filter: &Filter,
        page: &PageRequest,
    ) -> Result<List<VerificationView>, DbErr> {
        let listed = sql::lists::list(self.store.fresh(), account, filter, page).await?;
        let list = List::of(listed, page, |row| Cursor { at: row.created_at, id: row.id.uuid() });
        Ok(List { data: self.views(list.data).await?, pagination: list.pagination })
    }
}
