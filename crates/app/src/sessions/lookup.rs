//! What voice asks when a number of the pool rings.

use store::{DbErr, Tx};
use vocab::{id::NumberSessionId, telephony::CallStatus};

use super::{Greeting, Sessions, sql};

/// What becomes of a call to a number of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PoolCall {
    /// The number is lent: its borrower's callers hear this.
    Lent(NumberSessionId, Greeting),
    /// It is free or cools down: strays hear nothing of who had it.
    Stray,
}

impl Sessions {
    /// What becomes of a call to this number; `None` where it is not the pool's. One indexed read.
    pub async fn called(&self, number: &str) -> Result<Option<PoolCall>, DbErr> {
        let called = sql::calls::called(self.store.fresh(), number, self.ambient.business()).await?;
        Ok(called.map(|lent| lent.map_or(PoolCall::Stray, |lent| PoolCall::Lent(lent.session, lent.greeting))))
    }

    /// Puts down how a call to a session's number ended. Repeats, and calls that are no session's, change nothing.
    pub async fn call_ended(
        &self,
        tx: &Tx,
        carrier: &str,
        carrier_sid: &str,
        status: CallStatus,
        seconds: u32,
    ) -> Result<(), DbErr> {
        sql::calls::end(tx, carrier, carrier_sid, status, seconds).await
    }

    /// Writes a call down with its session. A repeat leaves one row. One statement.
    pub async fn log_call(
        &self,
        session: NumberSessionId,
        carrier: &str,
        carrier_sid: &str,
        from: &str,
    ) -> Result<(), DbErr> {
        let call = sql::calls::NewCall { id: self.ambient.uuid(), session, carrier, carrier_sid, from };
        sql::calls::insert_now(&self.store, &call, self.ambient.business()).await
    }
}
