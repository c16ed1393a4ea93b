//! Calls that ring at the same time are looked up together and written down together.
//!
//! Callers wait, and most of what a call costs is a round trip, a commit and a connection's way through the pool. While
//! some calls are at the database, those that arrive gather, and whoever's turn is next takes them along. A call that
//! comes alone waits for nobody; the busier it gets, the less a call costs.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::future::join_all;
use ports::inbound::CallWebhook;
use store::{DbErr, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use vocab::{Ambient, telephony::CallStatus};

use super::{answer::ours, sql};
use crate::numbers::{self, VoiceTarget};

/// How many batches are at the database at once: enough that one reads while another commits.
const TURNS: usize = 4;
/// The most calls in a batch, a power of two: 10 parameters each, of PostgreSQL's 65,535 and SQLite's 32,766.
const MOST: usize = 64;

/// What becomes of a call: the number that it is for, or nobody's.
type Found = Result<Option<VoiceTarget>, DbErr>;

/// Connects calls with their numbers. Cheap to clone.
#[derive(Clone)]
pub(super) struct Switchboard(Arc<Inner>);

struct Inner {
    store: Store,
    ambient: Ambient,
    carrier: &'static str,
    waiting: Mutex<VecDeque<Waiting>>,
    turns: Arc<Semaphore>,
}

struct Waiting {
    call: CallWebhook,
    tell: oneshot::Sender<Found>,
}

impl Switchboard {
    pub(super) fn new(store: Store, ambient: Ambient, carrier: &'static str) -> Self {
        let turns = Arc::new(Semaphore::new(TURNS));
        Self(Arc::new(Inner { store, ambient, carrier, waiting: Mutex::default(), turns }))
    }

    /// Finds the number that this call is for and writes the call down with it; both are done when this returns.
    /// `None` where the number is nobody's or takes no calls, and then nothing is written.
    pub(super) async fn connect(&self, call: &CallWebhook) -> Found {
        let (tell, mut told) = oneshot::channel();
        self.0.waiting().push_back(Waiting { call: call.clone(), tell });
        let mut waits = true;
        while waits {
            tokio::select! {
                biased;
                found = &mut told => return heard(found),
                turn = Arc::clone(&self.0.turns).acquire_owned() => waits = self.take_along(turn.map_err(closed)?),
            }
        }
        heard(told.await)
    }

    /// Takes the oldest calls to the database, and says whether some are left for the next turn. The work goes on
    /// when the carrier of this one hangs up: others wait for it.
    fn take_along(&self, turn: OwnedSemaphorePermit) -> bool {
        let (batch, waits): (Vec<Waiting>, bool) = {
            let mut waiting = self.0.waiting();
            // Powers of two, so that there are few statements to prepare.
            let size = waiting.len().min(MOST).checked_ilog2().map_or(0, |power| 1 << power);
            (waiting.drain(..size).collect(), waiting.len() > size)
        };
        if !batch.is_empty() {
            let inner = Arc::clone(&self.0);
            tokio::spawn(async move {
                inner.serve(batch).await;
                drop(turn);
            });
        }
        waits
    }
}

impl Inner {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, batch: Vec<Waiting>) {
        let (calls, tell): (Vec<_>, Vec<_>) = batch.into_iter().map(|waiting| (waiting.call, waiting.tell)).unzip();
        let found = match self.look_up_and_log(&calls).await {
            Ok(found) => found.into_iter().map(Ok).collect(),
            Err(error) if calls.len() == 1 => vec![Err(error)],
            // One call that cannot be written down must not take the others with it.
            Err(_) => join_all(calls.iter().map(|call| self.alone(call))).await,
        };
        for (tell, found) in tell.into_iter().zip(found) {
            // Who no longer listens has hung up.
            let _ = tell.send(found);
        }
    }

    async fn alone(&self, call: &CallWebhook) -> Found {
        Ok(self.look_up_and_log(std::slice::from_ref(call)).await?.pop().flatten())
    }

    /// The numbers that these calls are for, in their order.
    async fn look_up_and_log(&self, calls: &[CallWebhook]) -> Result<Vec<Option<VoiceTarget>>, DbErr> {
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

/// The answer, or why there is none: whoever served the batch panicked.
fn heard(found: Result<Found, oneshot::error::RecvError>) -> Found {
    found.unwrap_or_else(|_| Err(DbErr::Custom("a batch of calls was given up".into())))
}

fn closed(_: tokio::sync::AcquireError) -> DbErr {
    DbErr::Custom("the switchboard is closed".into())
}
