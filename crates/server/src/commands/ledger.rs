//! `numberline ledger verify`: recomputes every balance, beside a running server.

use anyhow::{Context, anyhow};
use app::{ledger, orders, payments};
use clap::Subcommand;
use store::{Settings, Store};

use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Recomputes every balance from the entries; 0 when all agree
    Verify,
}

pub(super) async fn run(config: &Config, Command::Verify: Command) -> anyhow::Result<()> {
    let store = Store::open(&Settings { create: false, ..config.database.clone() }).await?;
    let sums = ledger::verify(&store).await.map_err(|fault| match fault {
        ledger::Fault::Broken { .. } => anyhow!(fault).context("the ledger does not add up"),
        ledger::Fault::Database(_) => anyhow!(fault).context("cannot read the ledger; has `numberline migrate` run?"),
    })?;
    orders::verify(&store).await.context("orders and holds do not agree")?;
    payments::verify(&store).await.context("payments and deposits do not agree")?;
    println!(
        "{} postings, {} entries, {} wallets, {} open holds: everything adds up",
        sums.postings, sums.entries, sums.wallets, sums.open_holds
    );
    store.close().await?;
    Ok(())
}
