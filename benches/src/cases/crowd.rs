//! Ten thousand connections are open, half of them streams, and calls come in beside them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use futures::{StreamExt, TryStreamExt, stream};
use hyper::{StatusCode, body::Incoming};

use super::Plan;
use crate::{
    cpu,
    customers::ringing,
    http::{Connection, get},
    lab::{IN_FLIGHT, Lab, PRODUCT},
    load::{Load, Make},
    measure::{Meter, Part, Variant},
    pgbench::CLIENTS,
    report::{Bar, Ratio, Section},
    stats::{Rounds, share},
};

/// Connections that ask nothing, and as many again that follow a rental each.
const IDLE: usize = 5_000;
const STREAMS: usize = 5_000;
/// Calls a second beside them.
const CALLS: u32 = 1_000;
/// How many connections are opened at a time.
const AT_ONCE: usize = 64;
/// How long the server may take to let go of connections that were closed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the case.
pub(crate) async fn run(lab: &Lab, plan: Plan) -> anyhow::Result<Section> {
    let limit = rlimit::increase_nofile_limit(u64::MAX)?;
    anyhow::ensure!(
        limit > (IDLE + STREAMS + 2 * IN_FLIGHT) as u64,
        "this system lets a process open {limit} files; raise it with `ulimit -n`"
    );
    lab.admin.run_in(PRODUCT, rentals()).await?;
    let caller = lab.caller();
    let ring: Arc<Make> = Arc::new(move |_, call| caller.ring(&ringing(call), call));
    let mut load = Load::open(lab.server.address, IN_FLIGHT).await?;
    let mut side = Side { lab, load: &mut load, ring };
    side.round(plan.warm_up(), &mut Variant::new("")).await?;

    let mut alone = Variant::new("1,000 calls a second, alone");
    let mut beside = Variant::new("1,000 calls a second, beside 10,000 connections");
    let (mut alone_late, mut beside_late, mut resident, mut opened) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        alone_late.push(side.round(plan.time, &mut alone).await?);
        let began = Instant::now();
        let crowd = Crowd::gather(lab).await?;
        opened.push(began.elapsed().as_secs_f64());
        beside_late.push(side.round(plan.time, &mut beside).await?);
        resident.extend(lab.server.pid().and_then(cpu::resident));
        crowd.leave(lab).await?;
    }
    let rounds = |values: Vec<f64>| values.into_iter().collect::<Rounds>();
    let (alone_late, beside_late) = (rounds(alone_late), rounds(beside_late));
    let mut ratios = vec![Ratio::new(
        "99th percentile of 1,000 calls a second beside 10,000 open connections over that without them",
        beside_late.over(&alone_late),
        Some(Bar::AtMost(2.0)),
    )];
    if !resident.is_empty() {
        let what = "MiB resident with 10,000 open connections";
        ratios.push(Ratio::new(what, rounds(resident), Some(Bar::AtMost(400.0))));
    }
    for (what, part) in [
        ("the server's CPU, beside the connections over alone", Part::Server),
        ("PostgreSQL's CPU, beside the connections over alone", Part::Database),
    ] {
        let more = beside.cpu(part).zip(alone.cpu(part)).map(|(beside, alone)| beside.over(&alone));
        ratios.extend(more.map(|more| Ratio::new(what, more, None)));
    }
    Ok(Section {
        title: "Ten thousand connections",
        about: "Calls at 1,000 a second over 256 connections, each counted from when it is due; without others, and beside \
                5,000 connections that have asked once and 5,000 on `GET /verifications/{id}/stream` that each follow \
                another rental which waits. The connections are opened and closed in each round.",
        ratios,
        variants: vec![alone, beside],
        figures: vec![
            format!("99th percentile: {alone_late} ms alone, {beside_late} ms beside the connections."),
            format!("Seconds to open them all, each with a first answer: {}.", rounds(opened)),
        ],
    })
}

/// The calls that come in.
struct Side<'a> {
    lab: &'a Lab,
    load: &'a mut Load,
    ring: Arc<Make>,
}

impl Side<'_> {
    /// The 99th percentile in milliseconds.
    async fn round(&mut self, time: Duration, into: &mut Variant) -> anyhow::Result<f64> {
        let meter = Meter::start(&self.lab.watched());
        let times = self.load.paced(CALLS, time, StatusCode::OK, &self.lab.calls, Arc::clone(&self.ring)).await?;
        into.end(meter, times.len() as u64, None);
        Ok(share(&times, 99))
    }
}

/// Those who are connected.
struct Crowd {
    idle: Vec<Connection>,
    streams: Vec<(Connection, Incoming)>,
}

impl Crowd {
    /// Each has had its first answer.
    async fn gather(lab: &Lab) -> anyhow::Result<Self> {
        let idle = stream::iter(0..IDLE).map(|_| async {
            let mut connection = Connection::open(lab.server.address).await?;
            let (status, _) = connection.ask(get("/health/live", None)).await?;
            anyhow::ensure!(status == StatusCode::OK, "an answer was {status}");
            anyhow::Ok(connection)
        });
        let idle = idle.buffer_unordered(AT_ONCE).try_collect().await?;
        let streams = stream::iter(0..STREAMS).map(|n| async move {
            let mut connection = Connection::open(lab.server.address).await?;
            let request = lab.buyers[n % CLIENTS].follow(&format!("ver_{RENTAL}{n:024}"));
            let events = connection.follow(request).await?;
            anyhow::Ok((connection, events))
        });
        Ok(Self { idle, streams: streams.buffer_unordered(AT_ONCE).try_collect().await? })
    }

    /// All hang up, and the server has noticed.
    async fn leave(self, lab: &Lab) -> anyhow::Result<()> {
        let gone = self.idle.len() + self.streams.len();
        let files = || lab.server.pid().and_then(cpu::open_files);
        let Some(before) = files() else { return Ok(()) };
        drop(self);
        let began = Instant::now();
        while files().context("the server has ended")? + gone > before + IN_FLIGHT {
            anyhow::ensure!(began.elapsed() < PATIENCE, "the server keeps connections that were closed");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

/// How a rental's id begins; the rest is its number in decimal digits.
const RENTAL: &str = "01900002";

/// Rentals that wait, of the lab's customers in turn, and that nobody has to look after for a day.
fn rentals() -> String {
    format!(
        "INSERT INTO verifications (id, activation, account_id, order_id, item_id, service_code, country, status, \
             status_since, price, currency, supplier, reference, phone_number, cost, bought_at, expires_at, awaits_more, \
             owed_back, version, created_at, updated_at) \
         SELECT id, 1000000000 + n, \
             (SELECT account_id FROM users WHERE email = 'buyer' || n % {CLIENTS} || '@example.com'), id, id, 'tg', \
             'US', 'WAITING_FOR_SMS', now(), 620000, 'USD', 'TEXT_VERIFIED', 'crowd' || n, \
             '+1332' || lpad(n::text, 7, '2'), 520000, now(), now() + interval '2 days', false, false, 3, now(), now() \
         FROM generate_series(0, {STREAMS} - 1) AS n, \
             LATERAL (SELECT ('{RENTAL}' || lpad(n::text, 24, '0'))::uuid AS id) AS named; \
         INSERT INTO steps (kind, subject, next_attempt_at, attempts, created_at) \
         SELECT 'verification', id, now() + interval '1 day', 0, now() FROM verifications WHERE reference LIKE 'crowd%'; \
         ANALYZE verifications, steps;"
    )
}
