//! Runs steps and schedules.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use futures::future::BoxFuture;
use store::{DbErr, Store};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{Instrument, Span, error, info_span, warn};
use uuid::Uuid;
use vocab::Ambient;

use super::{
    Outcome, Schedule, StepRef,
    model::{LEASE, LONGEST_OF_JOBS, LONGEST_OF_STEPS, StepKind, back_off},
    places::Places,
    sql,
};

/// How often a process looks for due work when nobody signals.
const POLL: Duration = Duration::from_millis(250);

/// Does what is next for one row.
#[async_trait::async_trait]
pub trait StepHandler: Send + Sync {
    /// The kind of step it handles.
    fn kind(&self) -> StepKind;

    /// Looks at the row and does what is next. An error is logged and tried again with back-off.
    async fn run(&self, subject: Uuid) -> Result<Outcome, String>;
}

/// The engine of one process. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    ambient: Ambient,
    owner: Uuid,
    handlers: std::sync::OnceLock<HashMap<StepKind, Arc<dyn StepHandler>>>,
    places: Places,
    /// Whether work was left for want of a place.
    is_full: AtomicBool,
    work_came: Notify,
    running: TaskTracker,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({})", self.0.owner)
    }
}

impl Engine {
    /// An engine without handlers; it can enqueue, but runs nothing before [`Engine::handle`].
    pub fn new(store: Store, ambient: Ambient) -> Self {
        let owner = ambient.uuid();
        Self(Arc::new(Inner {
            store,
            ambient,
            owner,
            handlers: std::sync::OnceLock::new(),
            places: Places::default(),
            is_full: AtomicBool::new(false),
            work_came: Notify::new(),
            running: TaskTracker::new(),
        }))
    }

    /// Hands the engine its handlers, once.
    pub fn handle(&self, handlers: Vec<Arc<dyn StepHandler>>) {
        let handlers = handlers.into_iter().map(|handler| (handler.kind(), handler)).collect();
        assert!(self.0.handlers.set(handlers).is_ok(), "handlers are handed over once");
    }

    /// Who this process is in leases.
    pub fn owner(&self) -> Uuid {
        self.0.owner
    }

    /// Runs a step that this process has enqueued and leased, at once. Resolves when the attempt is over,
    /// whatever came of it; dropping the future does not stop the attempt.
    pub fn run_now(&self, step: StepRef) -> impl Future<Output = ()> + Send + use<> {
        let engine = self.clone();
        let task = self.0.running.spawn(async move { engine.attempt(step, 1).await });
        async move { drop(task.await) }
    }

    /// Whether this process runs steps of this kind.
    pub fn handles(&self, kind: StepKind) -> bool {
        self.0.handlers.get().is_some_and(|all| all.contains_key(kind))
    }

    /// The same where whoever enqueued the step knows already what is next, so that the first attempt need not look.
    pub fn run_now_as(
        &self,
        step: StepRef,
        work: BoxFuture<'static, Result<Outcome, String>>,
    ) -> impl Future<Output = ()> + Send + use<> {
        let engine = self.clone();
        let task = self.0.running.spawn(async move { engine.attempt_as(step, 1, work).await });
        async move { drop(task.await) }
    }

    /// Finishes this though nobody waits for it any more; `None` if it panics. What stops the process waits for it.
    pub async fn finish<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        self.0.running.spawn(work.instrument(Span::current())).await.ok()
    }

    /// Says that there may be work, so that nobody waits for the next look.
    pub fn signal(&self) {
        self.0.work_came.notify_one();
    }

    /// Works until told to stop, then finishes what is in flight.
    pub async fn run(&self, schedules: Vec<Schedule>, stop: CancellationToken) {
        let steps = self.run_steps(stop.clone());
        let clock = self.run_schedules(&schedules, stop);
        tokio::join!(steps, clock);
        self.0.running.close();
        self.0.running.wait().await;
    }

    async fn run_steps(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.take_due().await {
                error!(%error, "cannot look for work");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.0.work_came.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    async fn take_due(&self) -> Result<(), DbErr> {
        let Some(handlers) = self.0.handlers.get() else { return Ok(()) };
        let all: Vec<StepKind> = handlers.keys().copied().collect();
        loop {
            let (open, free) = self.0.places.free(&all);
            self.0.is_full.store(free == 0 || open.len() < all.len(), Ordering::Release);
            if free == 0 || !sql::any_due(self.0.store.reader(), self.0.ambient.wall()).await? {
                return Ok(());
            }
            let (kinds, owner, now) = (&open, self.0.owner, self.0.ambient.wall());
            let limit = i64::try_from(free).unwrap_or(1);
            let claimed =
                self.0.store.write(|tx| async move { sql::claim(&tx, kinds, owner, now, limit).await }).await?;
            if claimed.is_empty() {
                return Ok(());
            }
            for claimed in claimed {
                let (engine, place) = (self.clone(), self.0.places.take(claimed.step.kind));
                self.0.running.spawn(async move {
                    engine.attempt(claimed.step, claimed.attempt).await;
                    drop(place);
                    if engine.0.is_full.swap(false, Ordering::AcqRel) {
                        engine.signal();
                    }
                });
            }
        }
    }

    async fn attempt(&self, step: StepRef, attempt: i64) {
        let Some(handler) = self.0.handlers.get().and_then(|all| all.get(step.kind)).cloned() else {
            warn!(kind = step.kind, "no handler for this step in this process");
            return;
        };
        self.attempt_as(step, attempt, handler.run(step.subject)).await;
    }

    async fn attempt_as(
        &self,
        step: StepRef,
        attempt: i64,
        work: impl Future<Output = Result<Outcome, String>> + Send,
    ) {
        let span = info_span!("step", kind = step.kind, subject = %step.subject, attempt);
        async {
            let outcome = tokio::select! {
                outcome = work => outcome,
                () = self.keep_lease(step) => Err("the lease was lost".into()),
            };
            if let Err(error) = self.settle(step, attempt, outcome).await {
                error!(%error, "cannot settle a step; its lease will run out");
            }
        }
        .instrument(span)
        .await;
    }

    /// Renews the lease until somebody else has it.
    async fn keep_lease(&self, step: StepRef) {
        loop {
            tokio::time::sleep(LEASE / 3).await;
            let (owner, now) = (self.0.owner, self.0.ambient.wall());
            let renewed = sql::renew(&self.0.store, step, owner, now).await;
            match renewed {
                Ok(true) => {}
                // The handler's own last transaction may have removed the step: let it finish.
                Ok(false) => return std::future::pending().await,
                Err(error) => warn!(%error, "cannot renew a lease"),
            }
        }
    }

    async fn settle(&self, step: StepRef, attempt: i64, outcome: Result<Outcome, String>) -> Result<(), DbErr> {
        let ambient = &self.0.ambient;
        let (pause, error) = match outcome {
            Ok(Outcome::Done) => return sql::remove(&self.0.store, step, self.0.owner).await,
            Ok(Outcome::Finished) => return Ok(()),
            Ok(Outcome::Again(pause)) => (pause, None),
            Err(error) => {
                warn!(%error, "a step failed and will be tried again");
                (back_off(attempt, LONGEST_OF_STEPS, ambient), Some(error))
            }
        };
        let at = ambient.wall() + span(pause);
        sql::postpone(&self.0.store, step, self.0.owner, at, error).await
    }

    async fn run_schedules(&self, schedules: &[Schedule], stop: CancellationToken) {
        while !stop.is_cancelled() && self.put_schedules(schedules).await.is_err() {
            tokio::time::sleep(POLL).await;
        }
        while !stop.is_cancelled() {
            match sql::due_jobs(self.0.store.reader(), self.0.ambient.wall()).await {
                Ok(due) => {
                    for schedule in schedules.iter().filter(|schedule| due.iter().any(|name| name == schedule.name)) {
                        let (engine, schedule) = (self.clone(), schedule.clone());
                        self.0.running.spawn(async move { engine.run_schedule(&schedule).await });
                    }
                }
                Err(error) => error!(%error, "cannot look for due jobs"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    async fn put_schedules(&self, schedules: &[Schedule]) -> Result<(), DbErr> {
        let now = self.0.ambient.wall();
        self.0
            .store
            .write(|tx| async move {
                for schedule in schedules {
                    sql::put_job(&tx, schedule.name, &schedule.every.to_string(), now).await?;
                }
                Ok(())
            })
            .await
    }

    async fn run_schedule(&self, schedule: &Schedule) {
        let (name, owner, began) = (schedule.name, self.0.owner, self.0.ambient.wall());
        let store = &self.0.store;
        let Ok(Some(leased)) = sql::lease_job(store, name, owner, began).await else { return };
        let error = tokio::select! {
            result = (schedule.work)() => result.err(),
            () = self.keep_job(name) => Some("the lease was lost".into()),
        };
        if let Some(error) = &error {
            warn!(job = name, %error, "a job failed");
        }
        let now = self.0.ambient.wall();
        let usual = schedule.every.next_after(began.max(now));
        let soon = || now + span(back_off(leased.failures_in_a_row + 1, LONGEST_OF_JOBS, &self.0.ambient));
        let ran = sql::Ran {
            name,
            owner,
            next: if error.is_some() { usual.min(soon()) } else { usual },
            took_ms: (now - began).num_milliseconds(),
            error,
        };
        if let Err(error) = sql::job_ran(store, &ran).await {
            error!(job = name, %error, "cannot record a job's run; its lease will run out");
        }
    }

    async fn keep_job(&self, name: &str) {
        loop {
            tokio::time::sleep(LEASE / 3).await;
            let (owner, now) = (self.0.owner, self.0.ambient.wall());
            let renewed = sql::renew_job(&self.0.store, name, owner, now).await;
            if matches!(renewed, Ok(false)) {
                return;
            }
        }
    }
}

fn span(pause: Duration) -> TimeDelta {
    TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX)
}
