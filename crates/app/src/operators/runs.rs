//! The jobs that run by the clock: how they went, and running one out of turn.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use store::{ConnectionTrait, DbErr};
use utoipa::ToSchema;

use super::{OperatorError, Operators};
use crate::{
    audit::{self, Action, Deed},
    jobs::{self, JobRow},
    web::{Caller, Timestamp},
};

/// A job that runs by the clock, in one process at a time.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "order-monitor", "schedule": "every 10000 ms", "isRunning": false,
    "lastRunAt": "2026-01-15T09:29:54.531Z", "lastDurationMs": 2, "lastError": null,
    "nextRunAt": "2026-01-15T09:30:04.533Z", "failures": 0,
}))]
pub struct JobView {
    /// Its name.
    pub name: String,
    /// When it runs: `every … ms`, or a cron expression in UTC.
    pub schedule: String,
    /// Whether a process is at it.
    pub is_running: bool,
    /// When it last began.
    pub last_run_at: Option<Timestamp>,
    /// How long that took, in milliseconds.
    pub last_duration_ms: Option<i64>,
    /// What went wrong then.
    pub last_error: Option<String>,
    /// When it runs next.
    pub next_run_at: Timestamp,
    /// How often it has failed.
    pub failures: i64,
}

impl JobView {
    fn new(row: JobRow, wall: DateTime<Utc>) -> Self {
        Self {
            is_running: row.is_running(wall),
            name: row.name,
            schedule: row.schedule,
            last_run_at: row.last_run_at.map(Timestamp),
            last_duration_ms: row.last_duration_ms,
            last_error: row.last_error,
            next_run_at: row.next_run_at.into(),
            failures: row.failures,
        }
    }
}

impl Operators {
    /// Every job, by name.
    pub(super) async fn jobs(&self) -> Result<Vec<JobView>, DbErr> {
        self.jobs_in(self.store.fresh()).await
    }

    async fn jobs_in(&self, db: &impl ConnectionTrait) -> Result<Vec<JobView>, DbErr> {
        let wall = self.ambient.wall();
        Ok(jobs::list_jobs(db).await?.into_iter().map(|row| JobView::new(row, wall)).collect())
    }

    /// Makes a job due now. Some process that runs jobs takes it within a quarter of a second.
    pub(super) async fn run_job(&self, caller: &Caller, name: &str) -> Result<JobView, OperatorError> {
        self.store
            .write(|tx| async move {
                if !jobs::bring_forward(&tx, &self.ambient, name).await? {
                    return Err(OperatorError::NotFound);
                }
                let found = self.jobs_in(&tx).await?.into_iter().find(|job| job.name == name);
                let job = found.ok_or(OperatorError::NotFound)?;
                let after = Some(json!({ "nextRunAt": job.next_run_at }));
                let deed = Deed { action: Action::JobRun, subject: name.to_owned(), before: None, after };
                audit::record(&tx, &self.ambient, caller, deed).await?;
                Ok(job)
            })
            .await
    }
}
