//! The account's payments, newest first.

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, FromQueryResult, Value, all, one};
use vocab::{
    Cursor, PageRequest,
    id::{AccountId, PaymentId},
    page::MAX_TOTAL,
};

use super::{
    Payment, PaymentStatus, Payments,
    sql::{self, COLUMNS, PaymentRow},
};

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

    /// A page of the account's payments, with one row beyond it if there are more; and in page mode how many
    /// there are, counted up to one past [`MAX_TOTAL`].
    pub async fn history(
        &self,
        account: AccountId,
        filter: &Filter,
        page: &PageRequest,
    ) -> Result<(Vec<Payment>, Option<u64>), DbErr> {
        let db = self.store.fresh();
        let rows = Query::of(account, filter).page(db, page).await?;
        let total = match page {
            PageRequest::Page { .. } => Some(Query::of(account, filter).count(db).await?),
            PageRequest::After { .. } => None,
        };
        Ok((rows, total))
    }
}

/// A condition and its values, grown together.
struct Query {
    condition: String,
    values: Vec<Value>,
}

impl Query {
    fn of(account: AccountId, filter: &Filter) -> Self {
        let mut query = Self { condition: "account_id = $1".into(), values: vec![account.uuid().into()] };
        if !filter.statuses.is_empty() {
            let names: Vec<String> = filter.statuses.iter().map(|status| query.bind(status.as_str())).collect();
            query.and(&format!("status IN ({})", names.join(", ")));
        }
        if let Some(from) = filter.from {
            let from = query.bind(from);
            query.and(&format!("created_at >= {from}"));
        }
        if let Some(before) = filter.before {
            let before = query.bind(before);
            query.and(&format!("created_at < {before}"));
        }
        query
    }

    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn and(&mut self, condition: &str) {
        self.condition = format!("{} AND {condition}", self.condition);
    }

    async fn page(mut self, db: &impl ConnectionTrait, page: &PageRequest) -> Result<Vec<Payment>, DbErr> {
        if let PageRequest::After { cursor: Cursor { at, id }, .. } = page {
            let (at, id) = (self.bind(*at), self.bind(*id));
            self.and(&format!("(created_at, id) < ({at}, {id})"));
        }
        let limit = self.bind(i64::from(page.limit()) + 1);
        let offset = self.bind(i64::try_from(page.offset()).unwrap_or(i64::MAX));
        let sql = format!(
            "SELECT {COLUMNS} FROM payments WHERE {} ORDER BY created_at DESC, id DESC LIMIT {limit} OFFSET {offset}",
            self.condition
        );
        let rows: Vec<PaymentRow> = all(db, &sql, self.values).await?;
        rows.into_iter().map(Payment::try_from).collect()
    }

    async fn count(mut self, db: &impl ConnectionTrait) -> Result<u64, DbErr> {
        let cap = self.bind(i64::try_from(MAX_TOTAL + 1).unwrap_or(i64::MAX));
        let sql = format!(
            "SELECT CAST(COUNT(*) AS bigint) AS total FROM \
             (SELECT 1 AS present FROM payments WHERE {} LIMIT {cap}) AS counted",
            self.condition
        );
        let row: Option<TotalRow> = one(db, &sql, self.values).await?;
        Ok(row.map_or(0, |row| u64::try_from(row.total).unwrap_or(0)))
    }
}

#[derive(FromQueryResult)]
struct TotalRow {
    total: i64,
}
