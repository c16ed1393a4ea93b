//! Closed load: so many requests in flight all the time.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
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
        let (status, body) = connection.ask(request).await?;
        if status != expected {
            bail!("an answer was {status}: {}", String::from_utf8_lossy(&body));
        }
        answers += 1;
    }
    Ok((connection, answers))
}
