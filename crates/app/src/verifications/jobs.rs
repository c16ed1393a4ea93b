//! What rentals leave to the job engine: the step that looks after each, and the work by the clock.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use uuid::Uuid;
use vocab::id::VerificationId;

use super::{Verifications, sql};
use crate::jobs::{Background, Every, Outcome, Schedule, StepHandler, StepKind};

/// Looks after a rental until it is over.
pub(super) const WATCH_STEP: StepKind = "verification";

/// How often it is checked that every rental which waits is looked after.
const MONITOR_EVERY: Duration = Duration::from_secs(10);
struct Watch(Verifications);

#[async_trait::async_trait]
impl StepHandler for Watch {
    fn kind(&self) -> StepKind {
        WATCH_STEP
    }

    async fn run(&self, subject: Uuid) -> Result<Outcome, String> {
        self.0.watch(VerificationId::from_uuid(subject)).await.map_err(|error| error.to_string())
    }
}

impl Background for Verifications {
    fn steps(&self) -> Vec<Arc<dyn StepHandler>> {
        vec![Arc::new(Watch(self.clone()))]
    }

    fn schedules(&self) -> Vec<Schedule> {
        let (monitor, erase) = (self.clone(), self.clone());
        vec![
            Schedule::new("order-monitor", Every::Interval(MONITOR_EVERY), move || {
                let verifications = monitor.clone();
                async move { verifications.monitor().await.map(drop) }
            }),
            Schedule::new("verification-texts", Every::cron("23 * * * *"), move || {
                let verifications = erase.clone();
                async move { verifications.erase_texts().await.map(drop) }
            }),
        ]
    }
}

impl Verifications {
    /// Erases words and codes that are older than the operator keeps them.
    pub(super) async fn erase_texts(&self) -> Result<u64, store::DbErr> {
        let before = self.ambient.business() - self.settings.keep_texts;
        sql::texts::erase(&self.store, before).await
    }

    /// Forgets how suppliers were asked for what was rented before then (wall time). What is in doubt stays.
    pub async fn forget_attempts(&self, before: DateTime<Utc>) -> Result<u64, store::DbErr> {
        sql::attempts::forget(&self.store, before).await
    }
}
