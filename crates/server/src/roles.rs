//! What a process runs beside its API: steps, schedules, and the business clock.

use std::{sync::Arc, time::Duration};

use app::{
    events,
    jobs::{Background, Every, Schedule, StepHandler},
    operators,
    web::idempotency,
};
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::compose::{App, Parts};

/// How often a process looks how far business time is ahead, and for credentials that operators have stored.
const CLOCK: Duration = Duration::from_secs(1);

/// The slices that have work beside their requests, a line each.
fn slices(app: &Parts) -> Vec<&dyn Background> {
    vec![
        &app.auth,
        &app.offers,
        &app.numbers,
        &app.orders,
        &app.payments,
        &app.suppliers,
        &app.verifications,
        &app.sessions,
        &app.pool,
    ]
}

/// Everybody's steps.
pub(crate) fn steps(app: &Parts) -> Vec<Arc<dyn StepHandler>> {
    slices(app).into_iter().flat_map(Background::steps).collect()
}

/// Works until told to stop, then finishes what is in flight.
pub async fn run(app: App, stop: CancellationToken) {
    let schedules = slices(&app).into_iter().flat_map(Background::schedules).chain(housekeeping(&app)).collect();
    let engine = app.kernel.engine.clone();
    tokio::join!(engine.run(schedules, stop.clone()), keep_up(&app, stop));
}

/// What lies below the job engine: the journal, and logs that grow old.
fn housekeeping(app: &App) -> Vec<Schedule> {
    let (journal, keys, logs) = (app.kernel.clone(), app.kernel.clone(), app.clone());
    vec![
        Schedule::new("journal", Every::Interval(Duration::from_secs(2)), move || {
            let kernel = journal.clone();
            async move { events::number_committed(&kernel.store).await.map(drop) }
        }),
        Schedule::new("idempotency-keys", Every::cron("17 3 * * *"), move || {
            let kernel = keys.clone();
            async move { idempotency::forget_old(&kernel.store, &kernel.ambient, TimeDelta::days(2)).await.map(drop) }
        }),
        Schedule::new("old-logs", Every::cron("53 3 * * *"), move || {
            let app = logs.clone();
            async move { forget_old_logs(&app).await }
        }),
    ]
}

/// Forgets what was logged long ago: events that everybody has read, and how suppliers were asked.
async fn forget_old_logs(app: &App) -> Result<(), store::DbErr> {
    let keep = app.config.retention.logs;
    let events = events::forget_old(&app.kernel.store, app.kernel.ambient.business() - keep).await?;
    let attempts = app.verifications.forget_attempts(app.kernel.ambient.wall() - keep).await?;
    info!(events, attempts, "old logs are forgotten");
    Ok(())
}

async fn keep_up(app: &App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(CLOCK) => {
                if let Err(error) = operators::offset(&app.kernel.store, &app.kernel.ambient).await {
                    warn!(%error, "cannot read the business clock");
                }
                if let Err(error) = app.suppliers.refresh().await {
                    warn!(%error, "cannot read the suppliers' credentials");
                }
            }
        }
    }
}
