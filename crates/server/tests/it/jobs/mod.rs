//! Steps and schedules: leased, one runner at a time, taken over from the dead (docs/product.md, laws 5 and 6).

mod probe;
mod schedules;
mod steps;

use std::{sync::Arc, time::Duration};

use app::jobs::{self, Engine, Schedule, StepRef};
use chrono::{DateTime, Utc};
use store::{FromQueryResult, Store, one};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use vocab::Ambient;

use self::probe::Probe;

/// Longer than a lease lasts.
const A_LEASE_LATER: Duration = Duration::from_secs(11);
/// Long enough for an engine to have looked for work more than once.
const A_FEW_LOOKS: Duration = Duration::from_millis(700);
/// More than a step that may run needs until it does.
const SOON: Duration = Duration::from_secs(10);

/// An engine at work, as one process has it.
struct Process {
    engine: Engine,
    stop: CancellationToken,
    run: JoinHandle<()>,
}

impl Process {
    fn start(store: &Store, ambient: &Ambient, probe: &Arc<Probe>, schedules: Vec<Schedule>) -> Self {
        Self::with(store, ambient, &[probe], schedules)
    }

    fn with(store: &Store, ambient: &Ambient, probes: &[&Arc<Probe>], schedules: Vec<Schedule>) -> Self {
        let engine = Engine::new(store.clone(), ambient.clone());
        engine.handle(probes.iter().map(|probe| Arc::clone(probe) as Arc<dyn jobs::StepHandler>).collect());
        let stop = CancellationToken::new();
        let run = tokio::spawn({
            let (engine, stop) = (engine.clone(), stop.clone());
            async move { engine.run(schedules, stop).await }
        });
        Self { engine, stop, run }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.run.await.expect("the engine stops");
    }
}

/// A process that dies: its engine runs in a runtime of its own, which is dropped with everything in it.
struct Mortal(Option<tokio::runtime::Runtime>);

impl Mortal {
    fn start(settings: store::Settings, ambient: Ambient, probe: Arc<Probe>, schedules: Vec<Schedule>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime of its own");
        runtime.spawn(async move {
            let store = Store::open(&settings).await.expect("the test's database opens");
            Process::start(&store, &ambient, &probe, schedules).run.await
        });
        Self(Some(runtime))
    }

    /// Nothing of it runs any further.
    fn kill(mut self) {
        self.0.take().expect("it dies once").shutdown_background();
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

fn step(subject: Uuid) -> StepRef {
    StepRef { kind: probe::KIND, subject }
}

/// Enqueues a step that anybody may run now.
async fn enqueue(store: &Store, ambient: &Ambient, subject: Uuid) {
    enqueue_step(store, ambient, step(subject)).await;
}

async fn enqueue_step(store: &Store, ambient: &Ambient, step: StepRef) {
    let write = |tx| async move { jobs::enqueue_at(&tx, ambient, step, ambient.wall()).await };
    store.write(write).await.expect("the step is enqueued");
}

#[derive(Debug, FromQueryResult)]
struct StepRow {
    next_attempt_at: DateTime<Utc>,
    attempts: i64,
    lease_owner: Option<Uuid>,
    last_error: Option<String>,
}

async fn row(store: &Store, subject: Uuid) -> Option<StepRow> {
    let sql = "SELECT next_attempt_at, attempts, lease_owner, last_error FROM steps WHERE subject = $1";
    one(store.fresh(), sql, [subject.into()]).await.expect("the step is read")
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

async fn steps_left(store: &Store) -> i64 {
    let counted: Option<Count> = one(store.fresh(), "SELECT COUNT(*) AS count FROM steps", []).await.expect("counts");
    counted.map_or(0, |row| row.count)
}
