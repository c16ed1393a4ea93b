//! Calls that ring at the same time are looked up together and written down together: callers wait.

use ports::inbound::CallWebhook;
use store::{Batch, DbErr, Store};
use vocab::{Ambient, telephony::CallStatus};

use super::{answer::ours, sql};
use crate::numbers::{self, VoiceTarget};

/// Connects calls with their numbers.
pub(super) struct Switchboard {
    pub(super) store: Store,
    pub(super) ambient: Ambient,
    pub(super) carrier: &'static str,
}

impl Batch for Switchboard {
    type Ask = CallWebhook;
    /// `None` where the number is nobody's or takes no calls, and then nothing is written.
    type Answer = Option<VoiceTarget>;

    /// 10 parameters each, of PostgreSQL's 65,535 and SQLite's 32,766.
    const MOST: usize = 64;

    /// Finds the numbers that these calls are for and writes the calls down with them.
    async fn serve(&self, calls: &[CallWebhook]) -> Result<Vec<Option<VoiceTarget>>, DbErr> {
        let numbers: Vec<&str> = calls.iter().map(ours).collect();
        let targets = numbers::voice_targets(self.store.fresh(), &numbers).await?;
        let found = numbers.iter().map(|number| targets.get(*number).filter(|target| target.takes_calls()));
        let found: Vec<Option<&VoiceTarget>> = found.collect();
        let new: Vec<sql::NewCall<'_>> = calls
            .iter()
            .zip(&found)
            .filter_map(|(call, target)| {
                let (target, status) = ((*target)?, call.status.unwrap_or(CallStatus::Ringing));
                Some(sql::NewCall { id: self.ambient.uuid(), carrier: self.carrier, call, target, status })
            })
            .collect();
        sql::insert_now(&self.store, &new, self.ambient.business()).await?;
        Ok(found.into_iter().map(|target| target.cloned()).collect())
    }
}
