//! A pool number is borrowed on the embedded database.

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicU64},
};

use hyper::StatusCode;

use super::Plan;
use crate::{
    cpu::Whose,
    customers::customers,
    lab::IN_FLIGHT,
    load::{Load, Make},
    measure::{Meter, Part, Variant},
    product::Server,
    report::{Bar, Ratio, Section},
    writer,
};

/// How many numbers are lent in a second at most.
const REACH: u64 = 8_000;
/// How many customers there are.
const CUSTOMERS: usize = 8;

/// Runs the case.
pub(crate) async fn run(plan: Plan) -> anyhow::Result<Section> {
    let folder = tempfile::tempdir()?;
    let (home, copy) = (folder.path().join("server"), folder.path().join("copy.db"));
    // It makes the database.
    let server = Server::start(&home, None, None).await?;
    let borrowers = customers(server.address, CUSTOMERS).await?;
    server.stop().await?;
    let file = database(&home)?;
    writer::fill(&file, i64::try_from(plan.whole().as_secs() * REACH)?).await?;
    std::fs::copy(&file, &copy)?;
    let server = Server::start(&home, None, None).await?;

    let mut load = Load::open(server.address, IN_FLIGHT).await?;
    let counter = Arc::new(AtomicU64::new(0));
    let make: Arc<Make> = Arc::new(move |connection, n| borrowers[connection % CUSTOMERS].borrow(n));
    let process = server.pid().map(|pid| (Part::Server, Whose::Process(pid)));
    let watched: Vec<_> = process.into_iter().chain([(Part::Client, Whose::Own)]).collect();
    let mut ours = Variant::new("sessions created, 256 in flight");
    let mut bare = Variant::new("a bare loop with the same statements");
    for round in 0..=plan.rounds {
        let time = if round == 0 { plan.warm_up() } else { plan.time };
        let meter = Meter::start(&[(Part::Server, Whose::Ended)]);
        let written = writer::in_own_process(&copy, time).await?;
        bare.end(meter, written.done, Some(written.elapsed));
        let meter = Meter::start(&watched);
        let done = load.run(time, StatusCode::CREATED, &counter, Arc::clone(&make)).await?;
        ours.end(meter, done, None);
        if round == 0 {
            [&mut ours, &mut bare].into_iter().for_each(Variant::forget);
        }
    }
    server.stop().await?;
    let what = "sessions created over a bare loop's rate";
    Ok(Section {
        title: "Borrowing a number on SQLite",
        about: "`POST /sessions/create` until the 201. Each session is a transaction that has reached the disk. The limit is \
                one connection that runs the same statements in the same transactions, one after another, and nothing else.",
        ratios: vec![Ratio::new(what, ours.rate().over(&bare.rate()), Some(Bar::AtLeast(0.5)))],
        variants: vec![ours, bare],
        figures: Vec::new(),
    })
}

/// The product's database in its folder.
fn database(home: &Path) -> anyhow::Result<std::path::PathBuf> {
    let file = home.join("numberline.db");
    anyhow::ensure!(file.is_file(), "{} is missing", file.display());
    Ok(file)
}
