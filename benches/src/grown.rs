//! A database as a new installation has it and the same after years of success: what an operation touches in each, and
//! what it costs.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use anyhow::Context;
use hyper::StatusCode;
use store::{Settings, Store};
use vocab::Ambient;

use crate::{
    cases::Plan,
    cpu::Whose,
    fill,
    http::Connection,
    lab::{IN_FLIGHT, Lab},
    load::{Load, Make},
    measure::{Meter, Part, Variant, Watched},
    pages::{self, Touched},
    posting,
    product::Server,
    report::{Bar, Ratio, Section},
    statements::ledger::WALLETS,
    stats::Rounds,
};

/// Their databases.
const DATABASES: [&str; 2] = ["numberline_bench_new", "numberline_bench_grown"];
/// How often a request is asked to see what it touches.
const LOOKS: u64 = 6;
/// From which number on these requests are counted, that they are none of the rounds'.
const FAR: u64 = 1 << 40;

/// Sixteen hexadecimal digits for the n-th of so many rows: spread over all there may be, as random ones are, so that new
/// random ones come between them; and in order, so that they are quickly written.
pub(crate) fn spread(rows: u64) -> String {
    let apart = i64::MAX as u64 / rows * 2;
    format!("lpad(to_hex((n - {rows} / 2) * {apart} # (1::bigint << 63)), 16, '0')")
}

/// How a database is filled.
pub(crate) struct Size {
    /// What it is called in the report.
    pub(crate) name: &'static str,
    /// INSERTs that fill it. They are run on a copy of the lab's database as it was before anybody worked on it.
    pub(crate) fill: String,
}

/// What is done.
pub(crate) struct Operation<'a> {
    /// What it is called in the report.
    pub(crate) name: &'static str,
    /// Who does it.
    pub(crate) doing: Doing<'a>,
    /// Whether its CPU is measured; otherwise only what it touches.
    pub(crate) is_repeated: bool,
}

/// Who does it.
pub(crate) enum Doing<'a> {
    /// The product's server, asked this by many at once; and what it answers.
    Asked(&'a dyn Fn(&World) -> Arc<Make>, StatusCode),
    /// The product's ledger, in a process of its own.
    Posted,
}

/// The product on one of the databases.
pub(crate) struct World {
    /// Where its server listens.
    pub(crate) address: SocketAddr,
    database: &'static str,
    url: String,
    size: &'static str,
    server: Server,
    watched: Vec<Watched>,
    counter: Arc<AtomicU64>,
}

/// Fills two databases, does each of these in both, and drops them.
pub(crate) async fn run(
    lab: &mut Lab,
    plan: Plan,
    sizes: [Size; 2],
    operations: &[Operation<'_>],
    mut section: Section,
) -> anyhow::Result<Section> {
    pages::can_explain(&mut lab.admin).await?;
    let folder = tempfile::tempdir()?;
    let mut worlds = Vec::new();
    let mut touched = Vec::new();
    for (database, size) in DATABASES.into_iter().zip(sizes) {
        lab.copy_of_start(database).await?;
        let began = Instant::now();
        lab.admin.run_in(database, fill::quickly(&size.fill)).await?;
        lab.admin.run_in(database, "VACUUM ANALYZE").await?;
        // What the filling left to be written is no part of what is measured.
        lab.admin.run_in(database, "CHECKPOINT").await?;
        let bytes = lab.admin.text_in(database, "SELECT pg_size_pretty(pg_database_size(current_database()))").await?;
        let told = format!("{}: {bytes}, filled in {:.0} s.", size.name, began.elapsed().as_secs_f64());
        eprintln!("==> {told}");
        section.figures.push(told);
        let world = World::open(lab, database, size.name, folder.path(), true).await?;
        let mut of_world = Vec::new();
        for operation in operations {
            of_world.push(world.touched(lab, operation).await.with_context(|| operation.name)?);
        }
        touched.push(of_world);
        world.server.stop().await?;
        worlds.push(World::open(lab, database, size.name, folder.path(), false).await?);
    }
    for (at, operation) in operations.iter().enumerate() {
        let [before, after] = [&touched[0][at], &touched[1][at]];
        compare(operation.name, before, after, &mut section)?;
    }
    for operation in operations.iter().filter(|operation| operation.is_repeated) {
        let variants = costs(&worlds, plan, operation).await?;
        let [before, after] = &variants[..] else { unreachable!("as many as there are worlds") };
        let grown = |part| Some(after.cpu(part)?.over(&before.cpu(part)?));
        for (whose, part) in [("PostgreSQL's", Part::Database), ("the server's", Part::Server)] {
            let what = format!("{}: {whose} CPU, grown over new", operation.name);
            section.ratios.extend(grown(part).map(|grown| Ratio::new(what, grown, Some(Bar::AtMost(1.3)))));
        }
        section.variants.extend(variants);
    }
    for world in worlds {
        world.server.stop().await?;
        lab.admin.drop(world.database).await?;
    }
    Ok(section)
}

/// Tells how many pages more there are.
fn compare(name: &str, before: &[Touched], after: &[Touched], into: &mut Section) -> anyhow::Result<()> {
    let tables = |touched: &[Touched]| touched.iter().map(|one| one.table().to_owned()).collect::<Vec<_>>();
    let same = before.iter().map(|one| &one.text).eq(after.iter().map(|one| &one.text));
    anyhow::ensure!(same, "{name} asked of {:?}, and then of {:?}", tables(before), tables(after));
    let more =
        |writes| before.iter().zip(after).filter(move |(one, _)| one.writes == writes).map(|(a, b)| b.pages - a.pages);
    if let Some(most) = more(false).max_by(f64::total_cmp) {
        let what = format!("{name}: most more pages that one of its statements reads");
        into.ratios.push(Ratio::new(what, Rounds::from_iter([most]), Some(Bar::AtMost(2.0))));
    }
    if more(true).next().is_some() {
        let what = format!("{name}: more pages of all that write, a level more in each index among them");
        into.ratios.push(Ratio::new(what, Rounds::from_iter([more(true).sum::<f64>()]), None));
    }
    let each = before.iter().zip(after).map(|(a, b)| format!("`{}` {} → {}", a.table(), a.pages, b.pages));
    into.figures.push(format!("Pages of {name}: {}.", each.collect::<Vec<_>>().join(", ")));
    Ok(())
}

/// What one costs in each, taking turns.
async fn costs(worlds: &[World], plan: Plan, operation: &Operation<'_>) -> anyhow::Result<Vec<Variant>> {
    let mut sides = Vec::new();
    for world in worlds {
        sides.push(Side::open(world, operation).await?);
    }
    for round in 0..=plan.rounds {
        let time = if round == 0 { plan.warm_up() } else { plan.time };
        for side in &mut sides {
            side.round(time).await?;
            if round == 0 {
                side.variant.forget();
            }
        }
    }
    Ok(sides.into_iter().map(|side| side.variant).collect())
}

impl World {
    async fn open(
        lab: &Lab,
        database: &'static str,
        size: &'static str,
        folder: &Path,
        explained: bool,
    ) -> anyhow::Result<Self> {
        let url = lab.admin.url_of(database);
        let at = if explained { pages::explained(url.clone()) } else { url.clone().into() };
        let server = Server::start(&folder.join(database), Some(&at), Some(&lab.twins)).await?;
        let process = server.pid().map(|pid| (Part::Server, Whose::Process(pid)));
        Ok(Self {
            address: server.address,
            database,
            url: url.into(),
            size,
            watched: process.into_iter().chain(lab.database()).chain([(Part::Client, Whose::Own)]).collect(),
            counter: Arc::default(),
            server,
        })
    }

    /// What an operation touches. The server must have its statements explained.
    async fn touched(&self, lab: &mut Lab, operation: &Operation<'_>) -> anyhow::Result<Vec<Touched>> {
        let mut times = Vec::new();
        let mut connection = Connection::open(self.server.address).await?;
        let store = Store::open(&Settings::postgres(pages::explained(lab.admin.url_of(self.database)))).await?;
        for look in 0..LOOKS {
            let from = lab.admin.log_size().await?;
            match &operation.doing {
                Doing::Asked(make, expected) => {
                    // Far from those of the rounds.
                    let (status, said) = connection.ask(make(self)(0, FAR + look)).await?;
                    anyhow::ensure!(status == *expected, "{status}: {}", String::from_utf8_lossy(&said));
                }
                Doing::Posted => posting::one(&store, &Ambient::system(), look).await?,
            }
            times.push(pages::since(&mut lab.admin, from).await?);
        }
        store.close().await?;
        Ok(pages::fewest(&times))
    }
}

/// An operation in one of the databases.
struct Side<'a> {
    world: &'a World,
    variant: Variant,
    /// Who asks for it, where it is asked for.
    asked: Option<(Load, StatusCode, Arc<Make>)>,
}

impl<'a> Side<'a> {
    async fn open(world: &'a World, operation: &Operation<'_>) -> anyhow::Result<Self> {
        let asked = match &operation.doing {
            Doing::Asked(make, expected) => {
                Some((Load::open(world.server.address, IN_FLIGHT).await?, *expected, make(world)))
            }
            Doing::Posted => None,
        };
        Ok(Self { world, variant: Variant::new(format!("{}, {}", operation.name, world.size)), asked })
    }

    async fn round(&mut self, time: Duration) -> anyhow::Result<()> {
        let Self { world, variant, asked } = self;
        if let Some((load, expected, make)) = asked {
            let meter = Meter::start(&world.watched);
            let answers = load.run(time, *expected, &world.counter, Arc::clone(make)).await?;
            variant.end(meter, answers, None);
            return Ok(());
        }
        let database = world.watched.iter().copied().filter(|(part, _)| *part == Part::Database);
        let watched: Vec<Watched> = database.chain([(Part::Server, Whose::Ended)]).collect();
        let meter = Meter::start(&watched);
        let posted = posting::in_own_process(&world.url, WALLETS, time).await?;
        variant.end(meter, posted.done, Some(posted.elapsed));
        Ok(())
    }
}
