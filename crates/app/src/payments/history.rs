//! The account's payments, newest first.

use chrono::{DateTime, Utc};
use store::{DbErr, Listing, Narrowed};
use vocab::{
    Cursor, PageRequest,
    id::{AccountId, PaymentId},
};

use super::{Payment, PaymentStatus, Payments, sql};
use crate::web::List;

/// Which payments are wanted; by default all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these statuses; in any if empty.
    pub statuses: Vec<PaymentStatus>,
    /// Made at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Made before this time.
    pub before: Option<DateTime<Utc>>,
}

impl Payments {
    /// One payment of this account.
    pub async fn find(&self, account: AccountId, id: PaymentId) -> Result<Option<Payment>, DbErr> {
        sql::find(self.store.fresh(), account, id).await
    }

    /// A page of the account's payments.
    pub async fn history(
        &self,
        account: AccountId,
        filter: &Filter,
        page: &PageRequest,
    ) -> Result<List<Payment>, DbErr> {
        let mut narrowed = Narrowed::to("account_id = $1", [account.uuid().into()]);
        narrowed.and_one_of("status", filter.statuses.iter().map(|status| status.as_str()));
        narrowed.and_between("created_at", filter.from, filter.before);
        let list = Listing { columns: sql::COLUMNS, from: "payments", newest: ("created_at", "id"), narrowed };
        let listed = list.page(self.store.fresh(), page, sql::read).await?;
        Ok(List::of(listed, page, |payment| Cursor { at: payment.created_at, id: payment.id.uuid() }))
    }
}
