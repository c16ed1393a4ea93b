//! Closed load: so many requests in flight all the time. Open load: so many requests a second, however busy the product
//! is.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::bail;
use futures::future::try_join_all;
use hyper::StatusCode;

use crate::http::{Ask, Connection};

/// What is asked: the connection's number (from 0) and a number that no other request of this load has.
pub(crate) type Make = dyn Fn(usize, u64) -> Ask + Send + Sync;

/// Connections that are open already, so that a round measures requests and nothing else.
pub(crate) struct Load(Vec<Connection>);

impl Load {
    /// Opens so many connections.
    pub(crate) async fn open(address: SocketAddr, in_flight: usize) -> anyhow::Result<Self> {
        Ok(Self(try_join_all((0..in_flight).map(|_| Connection::open(address))).await?))
    }

    /// Sends so many requests a second for so long, each when it is due by whichever connection is free. Says how many
    /// milliseconds after its time each was answered, the shortest first: a request that waits for a connection is late.
    pub(crate) async fn paced(
        &mut self,
        rate: u32,
        time: Duration,
        expected: StatusCode,
        counter: &Arc<AtomicU64>,
        make: Arc<Make>,
    ) -> anyhow::Result<Vec<f64>> {
        let pace = Arc::new(Pace { began: Instant::now(), time, rate, next: AtomicU32::new(0) });
        let connections = std::mem::take(&mut self.0).into_iter().enumerate();
        let tasks: Vec<_> = connections
            .map(|(index, connection)| {
                let (pace, counter, make) = (Arc::clone(&pace), Arc::clone(counter), Arc::clone(&make));
                tokio::spawn(in_time(connection, index, pace, expected, counter, make))
            })
            .collect();
        let mut times = Vec::new();
        for task in tasks {
            let (connection, took) = task.await??;
            self.0.push(connection);
            times.extend(took);
        }
        times.sort_by(f64::total_cmp);
        Ok(times)
    }

    /// Keeps each connection busy for so long, and says how many answers came. Any answer but `expected`
    /// ends the run: a refusal is cheap, and would count as speed.
    pub(crate) async fn run(
        &mut self,
        time: Duration,
        expected: StatusCode,
        counter: &Arc<AtomicU64>,
        make: Arc<Make>,
    ) -> anyhow::Result<u64> {
        let deadline = Instant::now() + time;
        let connections = std::mem::take(&mut self.0).into_iter().enumerate();
        let tasks: Vec<_> = connections
            .map(|(index, connection)| {
                let (counter, make) = (Arc::clone(counter), Arc::clone(&make));
                tokio::spawn(busy(connection, index, deadline, expected, counter, make))
            })
            .collect();
        let mut answers = 0;
        for task in tasks {
            let (connection, answered) = task.await??;
            self.0.push(connection);
            answers += answered;
        }
        Ok(answers)
    }
}

/// When requests are due.
struct Pace {
    began: Instant,
    time: Duration,
    rate: u32,
    next: AtomicU32,
}

impl Pace {
    /// When the next one is, if there is another.
    fn next(&self) -> Option<Instant> {
        let after = Duration::from_secs(1) * self.next.fetch_add(1, Ordering::Relaxed) / self.rate;
        (after < self.time).then(|| self.began + after)
    }
}

async fn in_time(
    mut connection: Connection,
    index: usize,
    pace: Arc<Pace>,
    expected: StatusCode,
    counter: Arc<AtomicU64>,
    make: Arc<Make>,
) -> anyhow::Result<(Connection, Vec<f64>)> {
    let mut times = Vec::new();
    while let Some(due) = pace.next() {
        tokio::time::sleep_until(due.into()).await;
        let request = make(index, counter.fetch_add(1, Ordering::Relaxed));
        answered(&mut connection, request, expected).await?;
        times.push(due.elapsed().as_secs_f64() * 1e3);
    }
    Ok((connection, times))
}

/// Any answer but `expected` ends the run.
async fn answered(connection: &mut Connection, request: Ask, expected: StatusCode) -> anyhow::Result<()> {
    let (status, body) = connection.ask(request).await?;
    if status != expected {
        bail!("an answer was {status}: {}", String::from_utf8_lossy(&body));
    }
    Ok(())
}

async fn busy(
    mut connection: Connection,
    index: usize,
    deadline: Instant,
    expected: StatusCode,
    counter: Arc<AtomicU64>,
    make: Arc<Make>,
) -> anyhow::Result<(Connection, u64)> {
    let mut answers = 0;
    while Instant::now() < deadline {
        let request = make(index, counter.fetch_add(1, Ordering::Relaxed));
        answered(&mut connection, request, expected).await?;
        answers += 1;
    }
    Ok((connection, answers))
}
