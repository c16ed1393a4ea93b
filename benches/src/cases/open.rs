//! Open load: requests come when they come, and many connections are open that ask nothing.

use std::sync::{Arc, atomic::AtomicU64};

use futures::{StreamExt, TryStreamExt, stream};
use hyper::StatusCode;

use super::Plan;
use crate::{
    cpu,
    customers::ringing,
    http::{Connection, get},
    lab::{IN_FLIGHT, Lab},
    load::{Load, Make},
    report::{Bar, Ratio, Section},
    stats::{Rounds, share},
};

/// Calls a second.
const CALLS: u32 = 2_000;
/// Borrowers a second.
const BORROWERS: u32 = 1_000;
/// Connections that are open at a time, and calls a second beside them.
const CONNECTIONS: usize = 10_000;
const BESIDE: u32 = 1_000;

/// Runs the case. The lab's pool must last for it.
pub(crate) async fn run(lab: &Lab, plan: Plan) -> anyhow::Result<Section> {
    let mut load = Load::open(lab.server.address, IN_FLIGHT).await?;
    let (caller, customers) = (lab.caller(), lab.buyers.clone());
    let ring: Arc<Make> = Arc::new(move |_, call| caller.ring(&ringing(call), call));
    let borrow: Arc<Make> = Arc::new(move |connection, n| customers[connection % customers.len()].borrow(n));
    let (mut calls, mut borrowers, mut beside) = (Vec::new(), Vec::new(), Vec::new());
    let borrowed = Arc::new(AtomicU64::new(0));
    load.paced(CALLS, plan.warm_up(), StatusCode::OK, &lab.calls, Arc::clone(&ring)).await?;
    for _ in 0..plan.rounds {
        let times = load.paced(CALLS, plan.time, StatusCode::OK, &lab.calls, Arc::clone(&ring)).await?;
        calls.push(share(&times, 99));
        let times = load.paced(BORROWERS, plan.time, StatusCode::CREATED, &borrowed, Arc::clone(&borrow)).await?;
        borrowers.push(share(&times, 99));
    }
    rlimit::increase_nofile_limit(u64::MAX)?;
    let crowd = crowd(lab).await?;
    for _ in 0..plan.rounds {
        let times = load.paced(BESIDE, plan.time, StatusCode::OK, &lab.calls, Arc::clone(&ring)).await?;
        beside.push(share(&times, 99));
    }
    let resident = lab.server.pid().and_then(cpu::resident);
    drop(crowd);
    let rounds = |values: Vec<f64>| values.into_iter().collect::<Rounds>();
    let mut ratios = vec![
        Ratio::new("ms to answer 2,000 calls a second, 99th percentile", rounds(calls), Some(Bar::AtMost(20.0))),
        Ratio::new("ms to create 1,000 sessions a second, 99th percentile", rounds(borrowers), Some(Bar::AtMost(50.0))),
        Ratio::new(
            "ms to answer 1,000 calls a second beside 10,000 open connections, 99th percentile",
            rounds(beside),
            Some(Bar::AtMost(100.0)),
        ),
    ];
    if let Some(mib) = resident {
        let what = "MiB resident with 10,000 open connections";
        ratios.push(Ratio::new(what, rounds(vec![mib]), Some(Bar::AtMost(400.0))));
    }
    Ok(Section {
        title: "Open load",
        about: "Requests that are sent when they are due, over 256 connections: the time counts from then on, so that one that \
                waits for a free connection is late. The 10,000 connections have each asked once and are kept open.",
        ratios,
        variants: Vec::new(),
        figures: Vec::new(),
    })
}

/// Connections that have asked something and are kept.
async fn crowd(lab: &Lab) -> anyhow::Result<Vec<Connection>> {
    let asked = stream::iter(0..CONNECTIONS).map(|_| async {
        let mut connection = Connection::open(lab.server.address).await?;
        let (status, _) = connection.ask(get("/health/live", None)).await?;
        anyhow::ensure!(status == StatusCode::OK, "an answer was {status}");
        Ok(connection)
    });
    asked.buffer_unordered(64).try_collect().await
}
