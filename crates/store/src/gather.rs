//! Requests that come at the same time go to the database together.
//!
//! Most of what a small request costs is a round trip, a commit and a connection's way through the pool. While some are
//! at the database, those that arrive gather, and whoever's turn is next takes them along. A request that comes alone
//! waits for nobody; the busier it gets, the less one costs.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sea_orm::DbErr;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, oneshot};

/// How many batches are at the database at once: enough that one reads while another commits.
const TURNS: usize = 4;

/// What can be asked of the database for several at once.
pub trait Batch: Send + Sync + 'static {
    /// What one asks.
    type Ask: Send + Sync + 'static;
    /// What one is told.
    type Answer: Send + 'static;

    /// The most that are asked at once; a power of two.
    const MOST: usize;

    /// The answers, in the order of the questions. All of it happens or nothing does; after an error each is asked
    /// alone.
    fn serve(&self, asked: &[Self::Ask]) -> impl Future<Output = Result<Vec<Self::Answer>, DbErr>> + Send;
}

/// Gathers what is asked at the same time. Cheap to clone.
pub struct Gather<B: Batch>(Arc<Inner<B>>);

struct Inner<B: Batch> {
    batch: B,
    waiting: Mutex<VecDeque<Waiting<B>>>,
    turns: Arc<Semaphore>,
}

struct Waiting<B: Batch> {
    ask: B::Ask,
    tell: oneshot::Sender<Result<B::Answer, DbErr>>,
}

impl<B: Batch> Clone for Gather<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B: Batch> std::fmt::Debug for Gather<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gather({} waiting)", self.0.waiting().len())
    }
}

impl<B: Batch> Gather<B> {
    /// Gathers for this.
    pub fn new(batch: B) -> Self {
        Self(Arc::new(Inner { batch, waiting: Mutex::default(), turns: Arc::new(Semaphore::new(TURNS)) }))
    }

    /// Asks, together with whoever asks at the same time. What was asked is done though nobody listens any more.
    pub async fn ask(&self, ask: B::Ask) -> Result<B::Answer, DbErr> {
        let (tell, mut told) = oneshot::channel();
        self.0.waiting().push_back(Waiting { ask, tell });
        let mut waits = true;
        while waits {
            tokio::select! {
                biased;
                answer = &mut told => return heard(answer),
                turn = Arc::clone(&self.0.turns).acquire_owned() => waits = self.take_along(turn.map_err(closed)?),
            }
        }
        heard(told.await)
    }

    /// Takes the oldest to the database, and says whether some are left for the next turn. The work goes on when this
    /// one stops listening: others wait for it.
    fn take_along(&self, turn: OwnedSemaphorePermit) -> bool {
        let (batch, waits): (Vec<_>, bool) = {
            let mut waiting = self.0.waiting();
            // Powers of two, so that there are few statements to prepare.
            let size = waiting.len().min(B::MOST).checked_ilog2().map_or(0, |power| 1 << power);
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

impl<B: Batch> Inner<B> {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting<B>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, batch: Vec<Waiting<B>>) {
        let (asked, tell): (Vec<_>, Vec<_>) = batch.into_iter().map(|waiting| (waiting.ask, waiting.tell)).unzip();
        let answers = match self.batch.serve(&asked).await {
            Ok(answers) => answers.into_iter().map(Ok).collect(),
            Err(error) if asked.len() == 1 => vec![Err(error)],
            // One that cannot be served must not take the others with it.
            Err(_) => self.serve_each(&asked).await,
        };
        for (tell, answer) in tell.into_iter().zip(answers) {
            // Whoever no longer listens has gone away.
            let _ = tell.send(answer);
        }
    }

    async fn serve_each(&self, asked: &[B::Ask]) -> Vec<Result<B::Answer, DbErr>> {
        let mut answers = Vec::with_capacity(asked.len());
        for ask in asked {
            let served = self.batch.serve(std::slice::from_ref(ask)).await;
            answers.push(served.and_then(|mut one| one.pop().ok_or_else(given_up)));
        }
        answers
    }
}

/// The answer, or why there is none: whoever served the batch panicked.
fn heard<A>(answer: Result<Result<A, DbErr>, oneshot::error::RecvError>) -> Result<A, DbErr> {
    answer.unwrap_or_else(|_| Err(given_up()))
}

fn given_up() -> DbErr {
    DbErr::Custom("a batch of requests was given up".into())
}

fn closed(_: AcquireError) -> DbErr {
    DbErr::Custom("nothing is gathered any more".into())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Doubles even numbers, and remembers how many came together.
    struct Doubling(Arc<Mutex<Vec<usize>>>);

    impl Batch for Doubling {
        type Ask = u32;
        type Answer = u32;
        const MOST: usize = 8;

        async fn serve(&self, asked: &[u32]) -> Result<Vec<u32>, DbErr> {
            self.0.lock().unwrap().push(asked.len());
            tokio::time::sleep(Duration::from_millis(1)).await;
            if asked.iter().any(|number| number % 2 == 1) {
                return Err(DbErr::Custom("odd".into()));
            }
            Ok(asked.iter().map(|number| number * 2).collect())
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_gets_its_own_answer_and_an_error_is_one_ones_own() {
        let sizes = Arc::new(Mutex::default());
        let gather = Gather::new(Doubling(Arc::clone(&sizes)));
        let asked: Vec<_> = (0..200)
            .map(|number| {
                let gather = gather.clone();
                tokio::spawn(async move { gather.ask(number).await })
            })
            .collect();
        for (number, answer) in (0..200).zip(asked) {
            let answer = answer.await.unwrap();
            assert_eq!(answer.ok(), (number % 2 == 0).then_some(number * 2), "{number}");
        }
        let sizes = sizes.lock().unwrap();
        assert!(sizes.iter().all(|size| size.is_power_of_two() && *size <= 8), "{sizes:?}");
        assert!(sizes.iter().any(|size| *size > 1), "nobody waited for a turn");
    }

    #[tokio::test]
    async fn what_was_asked_is_done_though_nobody_listens() {
        let sizes = Arc::new(Mutex::default());
        let gather = Gather::new(Doubling(Arc::clone(&sizes)));
        let gone = tokio::time::timeout(Duration::from_micros(1), gather.ask(2));
        let _ = gone.await;
        assert_eq!(gather.ask(4).await.unwrap(), 8);
        let served: usize = sizes.lock().unwrap().iter().sum();
        assert_eq!(served, 2);
    }
}
