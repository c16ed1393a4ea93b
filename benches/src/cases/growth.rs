//! Whether borrowing costs more when there is more: 256 borrowers on a small pool and on a large one.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use futures::future::try_join_all;
use hyper::StatusCode;
use serde_json::Value;

use super::Plan;
use crate::{
    cpu::Whose,
    customers::Customer,
    http::Connection,
    lab::{IN_FLIGHT, LARGE, Lab, SMALL},
    measure::{Meter, Part, Variant, Watched},
    pool::{self, Owner, Shape},
    product::Server,
    report::{Bar, Ratio, Section},
    statements::{Line, script, session},
    stats::Rounds,
};

/// As a new installation has it, and as it is after a year of success.
const SHAPES: [(&str, Shape); 2] = [
    (SMALL, Shape { numbers: 1_000, held: 0, past: 10_000 }),
    (LARGE, Shape { numbers: 100_000, held: 99_000, past: 1_000_000 }),
];

/// Runs the case.
pub(crate) async fn run(lab: &Lab, plan: Plan) -> anyhow::Result<Section> {
    let folder = tempfile::tempdir()?;
    let mut pages = [Pages::default(); 2];
    for ((database, shape), pages) in SHAPES.into_iter().zip(&mut pages) {
        pool::fill(&lab.admin, database, shape, Owner::Clients).await?;
        *pages = pages_touched(lab, database).await?;
    }
    let mut small = Side::start(lab, folder.path(), SMALL, "1 000 numbers, none held, 10 000 past sessions").await?;
    let mut large =
        Side::start(lab, folder.path(), LARGE, "100 000 numbers, 99 % held, 1 000 000 past sessions").await?;
    for round in 0..=plan.rounds {
        let time = if round == 0 { plan.warm_up() } else { plan.time };
        small.round(time).await?;
        large.round(time).await?;
        if round == 0 {
            small.variant.forget();
            large.variant.forget();
        }
    }
    let once = [lab.assigned_once(SMALL).await?, lab.assigned_once(LARGE).await?];
    let [small_pages, large_pages] = pages;
    let more = |pages: fn(&Pages) -> f64| Rounds::from_iter([pages(&large_pages) - pages(&small_pages)]);
    let mut ratios = vec![
        Ratio::new("more pages to find a number in the large pool", more(|pages| pages.search), Some(Bar::AtMost(2.0))),
        Ratio::new("more pages in all: a level more in each index that is written to", more(|pages| pages.whole), None),
    ];
    let grown = |part| Some(large.variant.cpu(part)?.over(&small.variant.cpu(part)?));
    for (what, part) in
        [("PostgreSQL's CPU, large over small", Part::Database), ("the server's CPU, large over small", Part::Server)]
    {
        ratios.extend(grown(part).map(|grown| Ratio::new(what, grown, Some(Bar::AtMost(1.3)))));
    }
    let figures = vec![
        format!(
            "Pages touched (EXPLAIN BUFFERS) to find a number: {} and {}; by the whole statement: {} and {}.",
            small_pages.search, large_pages.search, small_pages.whole, large_pages.whole
        ),
        format!("Small: {} Large: {}", once[0], once[1]),
    ];
    small.server.stop().await?;
    large.server.stop().await?;
    Ok(Section {
        title: "Growth",
        about: "256 borrowers who create a session and expire it at once, on a pool without a cool-down, so that the free \
                numbers go round. One is a session and its end.",
        ratios,
        variants: vec![small.variant, large.variant],
        figures,
    })
}

/// What the statement that borrows touches, on tables that were just vacuumed.
#[derive(Debug, Default, Clone, Copy)]
struct Pages {
    /// To find the number.
    search: f64,
    /// In all, the inserts into each index among it.
    whole: f64,
}

async fn pages_touched(lab: &Lab, database: &str) -> anyhow::Result<Pages> {
    let statement = session::BORROW.iter().find(|line| matches!(line, Line::Run(_))).context("a statement")?;
    let text = script(&[&[*statement]]).replace("\\gset", ";").replace(":n", "'1'").replace(":client_id", "'0'");
    let text = text.replace(":was_free_from", "'1970-01-01'");
    // Once before, so that what a new connection reads of the catalogue is not counted.
    let explain = format!("BEGIN; {text} ROLLBACK; BEGIN; EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text} ROLLBACK;");
    let told: Value = serde_json::from_str(&lab.admin.text_in(database, explain).await?)?;
    let top = &told[0]["Plan"];
    // What the inserts touch is not in the sum of the whole: nothing reads from them.
    let inserts = ["CTE started", "CTE told"].map(|name| part(top, name).map_or(0.0, pages));
    let search = part(top, "InitPlan").context("the plan has no search")?;
    Ok(Pages { search: pages(search), whole: pages(top) + inserts.iter().sum::<f64>() })
}

/// The first part of a plan whose name begins so.
fn part<'a>(plan: &'a Value, name: &str) -> Option<&'a Value> {
    let is_it = |below: &Value| below["Subplan Name"].as_str().is_some_and(|known| known.starts_with(name));
    plan["Plans"].as_array()?.iter().find_map(|below| if is_it(below) { Some(below) } else { part(below, name) })
}

fn pages(plan: &Value) -> f64 {
    ["Shared Hit Blocks", "Shared Read Blocks"].iter().filter_map(|name| plan[name].as_f64()).sum()
}

/// The product on one of the pools.
struct Side {
    server: Server,
    borrowers: Vec<Borrower>,
    watched: Vec<Watched>,
    variant: Variant,
}

/// One who borrows and gives back.
struct Borrower {
    connection: Connection,
    customer: Customer,
}

impl Side {
    async fn start(lab: &Lab, folder: &Path, database: &str, name: &str) -> anyhow::Result<Self> {
        let url = lab.admin.url_of(database);
        let settings = [("POOL_COOL_DOWN_SECONDS", "0")];
        let server =
            Server::start_with(&folder.join(database), Some(url.as_str()), Some(&lab.twins), &settings).await?;
        let connections = try_join_all((0..IN_FLIGHT).map(|_| Connection::open(server.address))).await?;
        let customers = lab.buyers.iter().cycle().cloned();
        let borrowers = connections.into_iter().zip(customers);
        let process = server.pid().map(|pid| (Part::Server, Whose::Process(pid)));
        Ok(Self {
            borrowers: borrowers.map(|(connection, customer)| Borrower { connection, customer }).collect(),
            watched: process.into_iter().chain(lab.database()).chain([(Part::Client, Whose::Own)]).collect(),
            variant: Variant::new(name),
            server,
        })
    }

    async fn round(&mut self, time: Duration) -> anyhow::Result<()> {
        let meter = Meter::start(&self.watched);
        let deadline = Instant::now() + time;
        let tasks: Vec<_> =
            std::mem::take(&mut self.borrowers).into_iter().map(|one| tokio::spawn(one.busy(deadline))).collect();
        let mut done = 0;
        for task in tasks {
            let (borrower, times) = task.await??;
            self.borrowers.push(borrower);
            done += times;
        }
        self.variant.end(meter, done, None);
        Ok(())
    }
}

impl Borrower {
    async fn busy(mut self, deadline: Instant) -> anyhow::Result<(Self, u64)> {
        let mut times = 0;
        while Instant::now() < deadline {
            let session = self.connection.json(self.customer.borrow(times), StatusCode::CREATED).await?;
            let id = session["sessionId"].as_str().context("a session without an id")?;
            self.connection.json(self.customer.give_back(id), StatusCode::OK).await?;
            times += 1;
        }
        Ok((self, times))
    }
}
