//! `make bench`: what the product does beside what its database does for the same statements.
//!
//! A figure on a shared machine means little alone, so each is a ratio, measured in one run with the variants taking
//! turns. The product runs as its users run it, as the release binary on PostgreSQL; the limit is pgbench with the
//! product's own statements.

mod bare;
mod cases;
mod cpu;
mod customers;
mod database;
mod fill;
mod grown;
mod http;
mod lab;
mod load;
mod measure;
mod pages;
mod pgbench;
mod pool;
mod posting;
mod product;
mod record;
mod relay;
mod rent;
mod report;
mod statements;
mod stats;
mod twilio;
mod writer;

use std::{process::ExitCode, time::Duration};

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};

use crate::{cases::Plan, lab::Lab};

/// Fewer rounds than this make no report.
const FEWEST: usize = 5;

/// Prints ratios and, when everything was measured, writes them to docs/benchmarks.md.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many rounds
    #[arg(long, default_value_t = FEWEST)]
    rounds: usize,
    /// How long each variant works in a round
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Only these cases; then nothing is written
    #[arg(long, value_delimiter = ',')]
    only: Vec<Case>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves what the webhook is compared with
    #[command(hide = true)]
    Bare { list: Option<std::path::PathBuf> },
    /// Charges wallets, and prints how often and how long
    #[command(hide = true)]
    Post { wallets: u64, seconds: u64 },
    /// Creates sessions in an SQLite database, and prints how many and how long
    #[command(hide = true)]
    Write { file: std::path::PathBuf, seconds: u64 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Case {
    Voice,
    Purchase,
    Order,
    Ledger,
    Session,
    List,
    Open,
    Crowd,
    Growth,
    Accounts,
    Calls,
    Entries,
    Sqlite,
    Code,
    Waiting,
    Start,
}

/// Those that share one set-up.
const ON_POSTGRES: [Case; 11] = [
    Case::Voice,
    Case::Purchase,
    Case::Ledger,
    Case::Session,
    Case::List,
    Case::Open,
    Case::Crowd,
    Case::Growth,
    Case::Accounts,
    Case::Calls,
    Case::Entries,
];

fn main() -> ExitCode {
    match start(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: &Arguments) -> anyhow::Result<()> {
    let parallel = || runtime(tokio::runtime::Builder::new_multi_thread());
    match &arguments.command {
        Some(Command::Bare { list }) => return parallel()?.block_on(bare::serve(list.as_deref())),
        Some(Command::Post { wallets, seconds }) => return parallel()?.block_on(posting::post(*wallets, *seconds)),
        Some(Command::Write { file, seconds }) => return parallel()?.block_on(writer::write(file, *seconds)),
        None => {}
    }
    // One thread asks, so that the load generator never takes both cores of a small machine.
    runtime(tokio::runtime::Builder::new_current_thread())?.block_on(run(arguments))
}

fn runtime(mut builder: tokio::runtime::Builder) -> std::io::Result<tokio::runtime::Runtime> {
    builder.enable_all().build()
}

async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    product::binary()?;
    let url = std::env::var("NUMBERLINE_TEST_PG");
    let url = url.context("NUMBERLINE_TEST_PG is not set: run this by `make bench`, which starts a PostgreSQL")?;
    let plan = Plan { rounds: arguments.rounds.max(1), time: Duration::from_secs(arguments.seconds.max(1)) };
    let wanted = |case| arguments.only.is_empty() || arguments.only.contains(&case);

    let mut report = String::new();
    let mut tell = |text: &str| {
        println!("{text}");
        report += text;
        report.push('\n');
    };
    if ON_POSTGRES.into_iter().any(wanted) {
        eprintln!("==> customers, numbers, and a copy of the database for pgbench");
        let borrowing = if wanted(Case::Session) || wanted(Case::Open) { plan.whole() } else { Duration::ZERO };
        let mut lab = Lab::set_up(&url, borrowing).await?;
        let version = lab.admin.text("SELECT current_setting('server_version')").await?;
        let version = version.split_whitespace().next().unwrap_or_default();
        tell(report::head(plan.rounds, arguments.seconds, version, &lab.doubts).trim_end());
        tell("");
        if wanted(Case::List) {
            eprintln!("==> listing numbers");
            tell(&cases::list::run(&lab, plan).await?.text());
        }
        if wanted(Case::Voice) {
            eprintln!("==> a number rings");
            tell(&cases::voice::run(&lab, plan).await?.text());
        }
        if wanted(Case::Purchase) {
            eprintln!("==> buying a number");
            tell(&cases::purchase::run(&lab, plan).await?.text());
        }
        if wanted(Case::Ledger) {
            eprintln!("==> posting");
            tell(&cases::ledger::run(&lab, plan).await?.text());
        }
        if wanted(Case::Session) {
            eprintln!("==> borrowing a number");
            tell(&cases::session::run(&lab, plan).await?.text());
        }
        if wanted(Case::Open) {
            eprintln!("==> open load");
            tell(&cases::open::run(&lab, plan).await?.text());
        }
        if wanted(Case::Crowd) {
            eprintln!("==> ten thousand connections");
            tell(&cases::crowd::run(&lab, plan).await?.text());
        }
        if wanted(Case::Growth) {
            eprintln!("==> growth");
            tell(&cases::growth::run(&lab, plan).await?.text());
        }
        if wanted(Case::Accounts) {
            eprintln!("==> growth of the accounts");
            tell(&cases::accounts::run(&mut lab, plan).await?.text());
        }
        if wanted(Case::Calls) {
            eprintln!("==> growth of the call log");
            tell(&cases::calls::run(&mut lab, plan).await?.text());
        }
        if wanted(Case::Entries) {
            eprintln!("==> growth of the ledger");
            tell(&cases::entries::run(&mut lab, plan).await?.text());
        }
        lab.tear_down().await?;
    }
    if wanted(Case::Order) {
        eprintln!("==> what an order asks of the database");
        tell(&cases::order::run(&url, plan).await?.text());
    }
    if wanted(Case::Sqlite) {
        eprintln!("==> borrowing a number on SQLite");
        tell(&cases::sqlite::run(plan).await?.text());
    }
    if wanted(Case::Code) {
        eprintln!("==> time to code");
        tell(&cases::code::run(&url, plan).await?.text());
    }
    if wanted(Case::Waiting) {
        eprintln!("==> ten thousand rentals that wait");
        tell(&cases::waiting::run(&url, plan).await?.text());
    }
    if wanted(Case::Start) {
        eprintln!("==> starting");
        tell(&cases::start::run(plan).await?.text());
    }
    if arguments.only.is_empty() && plan.rounds >= FEWEST {
        report::write(&report)?;
        eprintln!("==> written to docs/benchmarks.md");
    }
    Ok(())
}
