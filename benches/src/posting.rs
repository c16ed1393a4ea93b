//! The product's ledger as the product uses it, in a process of its own: so many writers charge wallets for calls.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use app::ledger::{self, LedgerError};
use futures::future::try_join_all;
use store::{Settings, Store};
use tokio::process::Command;
use vocab::{Ambient, Amount, Currency, Money, id::AccountId};

use crate::pgbench::CLIENTS;

/// The variable that names the database to a process that posts.
const DATABASE: &str = "RATIOS_DATABASE";

/// What a process of ours did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Done {
    pub(crate) done: u64,
    pub(crate) elapsed: Duration,
}

impl Done {
    /// Runs one that prints how much it did, and in how many microseconds.
    pub(crate) async fn told_by(mut command: Command) -> anyhow::Result<Self> {
        let output = command.output().await?;
        let told = String::from_utf8_lossy(&output.stdout);
        let mut numbers = told.split_whitespace().map(str::parse::<u64>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(done)), Some(Ok(micros))) => Ok(Self { done, elapsed: Duration::from_micros(micros) }),
            _ => anyhow::bail!("the writers did not end well: {told} {}", String::from_utf8_lossy(&output.stderr)),
        }
    }
}

/// Has a process of its own post on so many wallets for so long.
pub(crate) async fn in_own_process(database: &str, wallets: u64, time: Duration) -> anyhow::Result<Done> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("post").arg(wallets.to_string()).arg(time.as_secs().to_string()).env(DATABASE, database);
    Done::told_by(command).await
}

/// What that process does: prints how many postings it made, and in how many microseconds.
pub(crate) async fn post(wallets: u64, seconds: u64) -> anyhow::Result<()> {
    let url = std::env::var(DATABASE).context("RATIOS_DATABASE is not set")?;
    let store = Arc::new(Store::open(&Settings::postgres(url)).await?);
    let ambient = Ambient::system();
    // Every connection is there and has its statements before the time is taken.
    try_join_all((0..CLIENTS as u64).map(|at| one(&store, &ambient, at % wallets))).await?;
    let began = Instant::now();
    let deadline = began + Duration::from_secs(seconds);
    let writers = (0..CLIENTS).map(|_| {
        let (store, ambient) = (Arc::clone(&store), ambient.clone());
        tokio::spawn(async move {
            let mut done = 0;
            while Instant::now() < deadline {
                one(&store, &ambient, ambient.below(wallets)).await?;
                done += 1;
            }
            Ok::<u64, LedgerError>(done)
        })
    });
    let mut done = 0;
    for writer in writers.collect::<Vec<_>>() {
        done += writer.await??;
    }
    println!("{done} {}", began.elapsed().as_micros());
    Ok(())
}

/// Charges one of the wallets for a minute.
pub(crate) async fn one(store: &Store, ambient: &Ambient, wallet: u64) -> Result<(), LedgerError> {
    let account: AccountId = format!("acc_{wallet:032}").parse().expect("digits are hexadecimal");
    let money = Money::new(Amount::from_micros(10_200), Currency::USD);
    let usage = ambient.uuid();
    let charge = |tx| async move { ledger::charge_usage(&tx, ambient, account, usage, money, "VOICE_MINUTES").await };
    store.write(charge).await.map(drop)
}
