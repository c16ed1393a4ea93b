//! A step handler that sees who runs what.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use app::jobs::{Outcome, StepHandler, StepKind};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// The kind of the steps here, and another one.
pub(super) const KIND: StepKind = "probe";
pub(super) const OTHER: StepKind = "other";

/// What a handler does with a step.
pub(super) enum Doing {
    /// It is done after this long.
    Work(Duration),
    /// It waits for [`Probe::let_go`] and is done then.
    Wait,
    /// It waits for [`Probe::let_go`] and asks to be called again after this long, and is done then.
    WaitAndAgain(Duration),
    /// It fails so often and is done then.
    Fail(u32),
    /// It asks to be called again so often, and is done then.
    Again(Duration, u32),
    /// It panics the first time, and is done the next.
    Panic,
}

/// A handler that remembers its runs.
pub(super) struct Probe {
    kind: StepKind,
    doing: Doing,
    gate: Semaphore,
    active: Mutex<HashSet<Uuid>>,
    runs: Mutex<Vec<Uuid>>,
    finished: AtomicU32,
    overlaps: AtomicU32,
}

impl Probe {
    pub(super) fn new(doing: Doing) -> Arc<Self> {
        Self::of(KIND, doing)
    }

    pub(super) fn of(kind: StepKind, doing: Doing) -> Arc<Self> {
        Arc::new(Self {
            kind,
            doing,
            gate: Semaphore::new(0),
            active: Mutex::default(),
            runs: Mutex::default(),
            finished: AtomicU32::new(0),
            overlaps: AtomicU32::new(0),
        })
    }

    /// Lets one waiting run finish.
    pub(super) fn let_go(&self) {
        self.gate.add_permits(1);
    }

    /// How often a step was begun.
    pub(super) fn runs_of(&self, subject: Uuid) -> usize {
        self.runs.lock().expect("no panic with the list in hand").iter().filter(|run| **run == subject).count()
    }

    /// How many runs were begun.
    pub(super) fn runs(&self) -> usize {
        self.runs.lock().expect("no panic with the list in hand").len()
    }

    /// How many runs came to their end.
    pub(super) fn finished(&self) -> u32 {
        self.finished.load(Ordering::SeqCst)
    }

    /// How often a step was begun while it was running, in whatever process shares this probe.
    pub(super) fn overlaps(&self) -> u32 {
        self.overlaps.load(Ordering::SeqCst)
    }

    fn active(&self) -> std::sync::MutexGuard<'_, HashSet<Uuid>> {
        self.active.lock().expect("no panic with the set in hand")
    }
}

/// Ends a run, also when it is dropped in the middle.
struct Active<'a>(&'a Probe, Uuid);

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.0.active().remove(&self.1);
    }
}

#[async_trait::async_trait]
impl StepHandler for Probe {
    fn kind(&self) -> StepKind {
        self.kind
    }

    async fn run(&self, subject: Uuid) -> Result<Outcome, String> {
        if !self.active().insert(subject) {
            self.overlaps.fetch_add(1, Ordering::SeqCst);
        }
        let _active = Active(self, subject);
        self.runs.lock().expect("no panic with the list in hand").push(subject);
        let nth = u32::try_from(self.runs_of(subject)).unwrap_or(u32::MAX);
        let outcome = match &self.doing {
            Doing::Work(time) => {
                tokio::time::sleep(*time).await;
                Ok(Outcome::Done)
            }
            Doing::Wait => {
                self.gate.acquire().await.expect("never closed").forget();
                Ok(Outcome::Done)
            }
            Doing::WaitAndAgain(pause) if nth == 1 => {
                self.gate.acquire().await.expect("never closed").forget();
                Ok(Outcome::Again(*pause))
            }
            Doing::Fail(times) if nth <= *times => Err(format!("no luck, number {nth}")),
            Doing::Again(pause, times) if nth <= *times => Ok(Outcome::Again(*pause)),
            Doing::Panic if nth == 1 => panic!("on purpose"),
            Doing::WaitAndAgain(_) | Doing::Fail(_) | Doing::Again(..) | Doing::Panic => Ok(Outcome::Done),
        };
        self.finished.fetch_add(1, Ordering::SeqCst);
        outcome
    }
}
