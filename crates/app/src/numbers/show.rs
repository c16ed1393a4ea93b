//! Shows an account its numbers, with what their calls sum to.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Months, NaiveTime, Utc};
use store::DbErr;
use vocab::{
    Currency, Cursor, PageRequest,
    id::{AccountId, ConfigurationId, NumberId},
    page::MAX_TOTAL,
};

use super::{
    CallSums, Number, NumberError, Numbers, RecentCalls,
    sql::{
        self,
        list::{Filter, Sort, Totals},
    },
    view::{ConfigurationView, NumberAnalytics, NumberDetails, NumbersSummary, UserNumber},
};
use crate::{
    flows::{self, Stored},
    web::list::{List, SummarisedList, split},
};

/// How many calls a number's details show.
const RECENT_CALLS: u32 = 10;

impl Numbers {
    /// A page of an account's numbers.
    pub(super) async fn page(
        &self,
        calls: &dyn RecentCalls,
        account: AccountId,
        filter: &Filter,
        sort: Sort,
        page: &PageRequest,
    ) -> Result<SummarisedList<UserNumber, NumbersSummary>, NumberError> {
        let db = self.store.fresh();
        let sql::list::Page { numbers, total, totals } =
            sql::list::page(db, account, filter, sort, page, MAX_TOTAL + 1).await?;
        let (mut rows, next) = split(numbers, page.limit(), |row| Cursor { at: row.created_at.0, id: row.id.uuid() });
        // A cursor continues newest first; other orders have pages only.
        let next = next.filter(|_| sort.column == "created_at" && !sort.ascending);
        // A call counts its minutes and sets `last_used_at` as it ends: the others' months are empty.
        let (_, this) = months(self.ambient.business());
        let used = rows.iter().filter(|number| number.usage.last_used_at.is_some_and(|at| at.0 >= this));
        let used: Vec<NumberId> = used.map(|number| number.id).collect();
        let sums = self.this_month(calls, account, &used).await?;
        for number in &mut rows {
            number.usage.monthly_minutes = sums.get(&number.id).map_or(0, |sums| sums.minutes);
        }
        Ok(List::new(rows, page, total, next).summary(summary(&totals)))
    }

    /// An account's number, whole.
    pub(super) async fn details(
        &self,
        calls: &dyn RecentCalls,
        account: AccountId,
        id: NumberId,
    ) -> Result<NumberDetails, NumberError> {
        let number = self.find(account, id).await?;
        let configurations = flows::sql::list(self.store.fresh(), account, id).await?;
        let recent_calls = calls.recent(account, id, RECENT_CALLS).await?;
        let (last, this) = months(self.ambient.business());
        let this_month = self.this_month(calls, account, &[id]).await?.remove(&id).unwrap_or_default();
        let last_month = calls.sums(account, &[id], last, this).await?.remove(&id).unwrap_or_default();
        let active = number.configuration;
        Ok(NumberDetails {
            number: shown(number, this_month),
            configurations: configurations.into_iter().map(|stored| configuration(stored, active)).collect(),
            recent_calls,
            analytics: NumberAnalytics { this_month: this_month.into(), last_month: last_month.into() },
        })
    }

    /// An account's number as a list shows it.
    pub(super) async fn user_number(&self, calls: &dyn RecentCalls, number: Number) -> Result<UserNumber, NumberError> {
        let sums = self.this_month(calls, number.account, &[number.id]).await?.remove(&number.id);
        Ok(shown(number, sums.unwrap_or_default()))
    }

    async fn this_month(
        &self,
        calls: &dyn RecentCalls,
        account: AccountId,
        ids: &[NumberId],
    ) -> Result<HashMap<NumberId, CallSums>, DbErr> {
        let (_, this) = months(self.ambient.business());
        calls.sums(account, ids, this, this + Months::new(1)).await
    }
}

/// The first moments of last month and of this.
fn months(now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let first = now.date_naive().with_day(1).expect("every month has a first").and_time(NaiveTime::MIN).and_utc();
    (first - Months::new(1), first)
}

fn summary(totals: &Totals) -> NumbersSummary {
    NumbersSummary {
        total_numbers: totals.numbers,
        active_numbers: totals.active,
        monthly_total: totals.monthly,
        currency: Currency::USD,
    }
}

fn configuration(stored: Stored, active: Option<ConfigurationId>) -> ConfigurationView {
    ConfigurationView {
        id: stored.id,
        name: stored.name,
        is_active: active == Some(stored.id),
        routing_rules: stored.routing_rules,
        features: stored.features,
        created_at: stored.created_at.into(),
    }
}

fn shown(number: Number, month: CallSums) -> UserNumber {
    let mut shown = UserNumber::from(number);
    shown.usage.monthly_minutes = month.minutes;
    shown
}
