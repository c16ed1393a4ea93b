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
mod http;
mod lab;
mod load;
mod measure;
mod pgbench;
mod posting;
mod product;
mod record;
mod report;
mod statements;
mod stats;
mod twilio;

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
    #[arg(long, default_value_t = 5)]
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
    Bare,
    /// Charges wallets, and prints how often and how long
    #[command(hide = true)]
    Post { wallets: u64, seconds: u64 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Case {
    Voice,
    Purchase,
    Ledger,
    Start,
}

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
    match arguments.command {
        Some(Command::Bare) => return parallel()?.block_on(bare::serve()),
        Some(Command::Post { wallets, seconds }) => return parallel()?.block_on(posting::post(wallets, seconds)),
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
    if [Case::Voice, Case::Purchase, Case::Ledger].into_iter().any(wanted) {
        eprintln!("==> customers, numbers, and a copy of the database for pgbench");
        let mut lab = Lab::set_up(&url).await?;
        let version = lab.admin.text("SELECT current_setting('server_version')").await?;
        let version = version.split_whitespace().next().unwrap_or_default();
        tell(report::head(plan.rounds, arguments.seconds, version, &lab.doubts).trim_end());
        tell("");
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
        lab.tear_down().await?;
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
