//! What a process runs beside its API: steps, schedules, and the business clock.

use std::time::Duration;

use app::{
    events,
    jobs::{Every, Schedule},
    operators,
    web::idempotency,
};
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::compose::App;

/// How often a process looks how far business time is ahead, and for credentials that operators have stored.
const CLOCK: Duration = Duration::from_secs(1);

/// Works until told to stop, then finishes what is in flight.
pub async fn run(app: App, stop: CancellationToken) {
    let schedules = schedules(&app);
    let engine = app.kernel.engine.clone();
    tokio::join!(engine.run(schedules, stop.clone()), keep_up(&app, stop));
}

fn schedules(app: &App) -> Vec<Schedule> {
    let (store, ambient) = (app.kernel.store.clone(), app.kernel.ambient.clone());
    let journal = {
        let store = store.clone();
        Schedule::new("journal", Every::Interval(Duration::from_secs(2)), move || {
            let store = store.clone();
            async move { events::number_committed(&store).await.map(drop) }
        })
    };
    let idempotency = Schedule::new("idempotency-keys", Every::cron("17 3 * * *"), move || {
        let (store, ambient) = (store.clone(), ambient.clone());
        async move { idempotency::forget_old(&store, &ambient, TimeDelta::days(2)).await.map(drop) }
    });
    let logins = {
        let auth = app.auth.clone();
        Schedule::new("login-sessions", Every::cron("7 * * * *"), move || {
            let auth = auth.clone();
            async move { auth.forget_expired().await.map(drop) }
        })
    };
    let mut schedules = app.offers.schedules();
    schedules.push(old_logs(app));
    schedules.extend(app.orders.schedules());
    schedules.extend(app.payments.schedules());
    schedules.extend(app.sessions.schedules());
    schedules.extend(app.suppliers.schedules());
    schedules.extend(app.verifications.schedules());
    schedules.extend([journal, idempotency, logins]);
    schedules
}

/// Forgets what was logged long ago: events that everybody has read, and how suppliers were asked.
fn old_logs(app: &App) -> Schedule {
    let app = app.clone();
    Schedule::new("old-logs", Every::cron("53 3 * * *"), move || {
        let app = app.clone();
        async move {
            let keep = app.config.retention.logs;
            let events = events::forget_old(&app.kernel.store, app.kernel.ambient.business() - keep).await?;
            let attempts = app.verifications.forget_attempts(app.kernel.ambient.wall() - keep).await?;
            info!(events, attempts, "old logs are forgotten");
            Ok::<_, store::DbErr>(())
        }
    })
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
