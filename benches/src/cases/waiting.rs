//! Ten thousand rentals wait for their text: what looking after them costs, and how long a code then takes.

use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, future::try_join_all, stream};

use super::Plan;
use crate::{
    cpu::Whose,
    database::Admin,
    http::{Connection, get},
    measure::{Meter, Part, Variant, Watched},
    product::{Server, Twins, free_port},
    rent::{IS_ASKED, Market, PUSHES, Rental, Supplier},
    report::{Bar, Ratio, Section},
    stats::{Rounds, share},
};

/// The database of the case.
const DATABASE: &str = "numberline_bench_waiting";
/// How many wait, besides those that are texted.
const FEW: usize = 10;
const MANY: usize = 10_000;
/// How many customers rent them, from so many connections. A deposit of one pays for all of its rentals.
const CUSTOMERS: usize = 8;
const CONNECTIONS: usize = 32;
/// How many are texted in a round.
const TEXTS: u32 = 20;
/// Over which time.
const OVER: Duration = Duration::from_secs(4);
/// A code that takes longer counts as having taken so long.
const PATIENCE: Duration = Duration::from_secs(90);
/// Each rental is looked at soon after its purchase: what they cost is measured when that is over.
const SETTLED: Duration = Duration::from_secs(15);
/// How many questions about numbers a second each supplier allows (adapters' cards).
const PUSHES_ALLOWED: f64 = 50.0;
const IS_ASKED_ALLOWED: f64 = 200.0;

/// Runs the case.
pub(crate) async fn run(url: &str, plan: Plan) -> anyhow::Result<Section> {
    let mut admin = Admin::connect(url).await?;
    let mut section = Section {
        title: "Ten thousand rentals that wait",
        about: "Rentals that wait for a text which does not come, 10 and then 10,000 of one supplier, and 20 more in each \
                round that get one. One is a request to the supplier, so what a second costs is the rate times that. The \
                time runs from the text's arrival at the supplier's twin to the event on \
                `GET /verifications/{id}/stream`.",
        ratios: Vec::new(),
        variants: Vec::new(),
        figures: Vec::new(),
    };
    // What is asked one by one is asked as often as the supplier allows, so its codes come once, as long as they take.
    let pushes = Case { supplier: PUSHES, rounds: plan.rounds, names: PUSHED };
    let is_asked = Case { supplier: IS_ASKED, rounds: 1, names: ASKED };
    for case in [pushes, is_asked] {
        admin.fresh(DATABASE).await?;
        case.run(&mut admin, plan, &mut section).await?;
        admin.drop(DATABASE).await?;
    }
    Ok(section)
}

/// What a supplier's figures are called: the time to code with few and with many, and the CPU of many.
type Names = [&'static str; 4];
const PUSHED: Names = [
    "ms by webhook beside 10, 99th percentile",
    "ms by webhook beside 10,000, 99th percentile",
    "ms by webhook beside 10,000 over those beside 10, medians",
    "requests a second to a supplier that pushes, 10,000 wait",
];
const ASKED: Names = [
    "ms by asking beside 10, 99th percentile",
    "ms by asking beside 10,000, 99th percentile",
    "ms by asking beside 10,000 over those beside 10, medians",
    "requests a second to a supplier that is asked, 10,000 wait",
];

/// A supplier, and in how many rounds its codes are waited for.
struct Case {
    supplier: Supplier,
    rounds: usize,
    names: Names,
}

impl Case {
    async fn run(&self, admin: &mut Admin, plan: Plan, into: &mut Section) -> anyhow::Result<()> {
        let stage = Stage::open(admin, self.supplier).await?;
        stage.wait_for(0, FEW).await?;
        let (few, few_times) = self.measured(&stage, plan, "10").await?;
        let began = Instant::now();
        stage.wait_for(FEW, MANY - FEW).await?;
        tokio::time::sleep(SETTLED).await;
        into.figures.push(format!(
            "{}: 10,000 rented in {:.0} s by {CONNECTIONS} connections.",
            self.supplier.name,
            began.elapsed().as_secs_f64()
        ));
        let (many, many_times) = self.measured(&stage, plan, "10,000").await?;
        let rounds = |times: &[Vec<f64>], at| times.iter().map(|times| share(times, at)).collect::<Rounds>();
        let (pushes, [beside_few, beside_many, grown, asked]) = (self.supplier.name == PUSHES.name, self.names);
        let allowed = if pushes { PUSHES_ALLOWED } else { IS_ASKED_ALLOWED };
        // Where all are asked about as often as is allowed, each waits for its turn: a fifth is left for other questions.
        let [few_wait, many_wait] =
            if pushes { [200.0; 2] } else { [11_000.0, 1_250.0 * MANY as f64 / allowed + 1_000.0] };
        into.ratios.push(Ratio::new(beside_few, rounds(&few_times, 99), Some(Bar::AtMost(few_wait))));
        into.ratios.push(Ratio::new(beside_many, rounds(&many_times, 99), Some(Bar::AtMost(many_wait))));
        into.ratios.push(Ratio::new(grown, rounds(&many_times, 50).over(&rounds(&few_times, 50)), None));
        // Besides questions there are the balance and the catalogue; and where many are asked about at once, a page of the
        // list begins each batch of questions.
        let requests = (allowed * if pushes { 2.0 } else { 1.1 }).round();
        into.ratios.push(Ratio::new(asked, many.rate(), Some(Bar::AtMost(requests))));
        for (variant, times) in [(&few, &few_times), (&many, &many_times)] {
            into.figures.push(format!("{}: {}", variant.name, cost(variant)));
            let late = times.iter().flatten().filter(|ms| **ms >= PATIENCE.as_secs_f64() * 1e3).count();
            if late > 0 {
                into.figures.push(format!("{}: {late} codes were not there after {PATIENCE:?}.", variant.name));
            }
        }
        into.variants.extend([few, many]);
        stage.server.stop().await
    }

    /// What looking after those that wait costs, and how many milliseconds codes take.
    async fn measured(&self, stage: &Stage, plan: Plan, waiting: &str) -> anyhow::Result<(Variant, Vec<Vec<f64>>)> {
        let mut watched = Variant::new(format!("{}, {waiting} wait", self.supplier.name));
        let mut times = Vec::new();
        for round in 0..plan.rounds {
            stage.watch(plan.time, &mut watched).await?;
            if round < self.rounds {
                times.push(stage.texts().await?);
            }
        }
        Ok((watched, times))
    }
}

/// What a second costs.
fn cost(variant: &Variant) -> String {
    let of = |part: Part| {
        let each = variant.cpu(part)?;
        let ms: Rounds = variant.rate().iter().zip(each.iter()).map(|(rate, micros)| rate * micros / 1e3).collect();
        Some(format!("{} {ms} ms", part.name()))
    };
    let parts: Vec<String> = [Part::Server, Part::Database, Part::Twins].into_iter().filter_map(of).collect();
    format!("CPU a second: {}.", parts.join(", "))
}

/// The product and the suppliers' twins beside it.
struct Stage {
    server: Server,
    market: Market,
    supplier: Supplier,
    watched: Vec<Watched>,
    _twins: Twins,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn open(admin: &mut Admin, supplier: Supplier) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let base = format!("http://127.0.0.1:{port}");
        // No text comes unasked, and a customer may rent as many as there are.
        let settings = [
            ("API_BASE_URL", base.as_str()),
            ("SANDBOX_TEXT_DELAY_MS", "0"),
            ("VERIFICATION_ACTIVE_CAP", "100000"),
            ("VERIFICATION_DAILY_CAP", "100000"),
        ];
        // In the product's own folder, where it finds them: so it knows them for twins, and may buy as fast as it likes.
        let twins = Twins::start_with(folder.path(), &settings).await?;
        let url = admin.url_of(DATABASE);
        let server = Server::start_at(port, folder.path(), Some(url.as_str()), None, &settings).await?;
        let market = Market::open(server.address, CUSTOMERS).await?;
        market.is_plentiful(supplier).await?;
        let processes = [(Part::Server, server.pid()), (Part::Twins, twins.pid())];
        let processes = processes.into_iter().filter_map(|(part, pid)| Some((part, Whose::Process(pid?))));
        let database = admin.postmaster().await?.map(|pid| (Part::Database, Whose::Server(pid)));
        let watched = processes.chain(database).collect();
        Ok(Self { server, market, supplier, watched, _twins: twins, _folder: folder })
    }

    /// Rents so many more.
    async fn wait_for(&self, first: usize, count: usize) -> anyhow::Result<()> {
        let share = count.div_ceil(CONNECTIONS);
        let shares = (first..first + count)
            .step_by(share)
            .map(|from| self.market.rent_unwatched(self.supplier, from, share.min(first + count - from)));
        try_join_all(shares).await.map(drop)
    }

    /// One round of looking on. One is a request to the supplier.
    async fn watch(&self, time: Duration, into: &mut Variant) -> anyhow::Result<()> {
        let before = self.asked().await?;
        let meter = Meter::start(&self.watched);
        tokio::time::sleep(time).await;
        let asked = self.asked().await? - before;
        into.end(meter, asked.max(1), None);
        Ok(())
    }

    /// How often the supplier has been asked anything.
    async fn asked(&self) -> anyhow::Result<u64> {
        let mut connection = Connection::open(self.server.address).await?;
        let (_, metrics) = connection.ask(get("/metrics", None)).await?;
        let label = format!("vendor=\"{}\"", self.supplier.vendor);
        let metrics = String::from_utf8_lossy(&metrics);
        let counts =
            metrics.lines().filter(|line| line.starts_with("outside_requests_total{") && line.contains(&label));
        Ok(counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum())
    }

    /// Has new rentals texted, one after the other, and says how many milliseconds each code took, the shortest first.
    async fn texts(&self) -> anyhow::Result<Vec<f64>> {
        let rentals = stream::iter(0..TEXTS as usize).map(|n| self.market.rent(self.supplier, n)).buffered(4);
        let rentals: Vec<Rental> = rentals.try_collect().await?;
        let texts = rentals.into_iter().enumerate().map(|(at, rental)| async move {
            tokio::time::sleep(OVER * u32::try_from(at)? / TEXTS).await;
            anyhow::Ok(rental.text(PATIENCE).await?.unwrap_or(PATIENCE.as_secs_f64() * 1e3))
        });
        let mut times = try_join_all(texts).await?;
        times.sort_by(f64::total_cmp);
        Ok(times)
    }
}
