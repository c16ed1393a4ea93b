//! `numberline migrate`.

use anyhow::Context;
use store::Store;

use crate::config::Config;

pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let store = Store::open(&config.database).await?;
    let applied = store.migrate().await.context("the database could not be migrated")?;
    for name in &applied {
        println!("applied {name}");
    }
    println!("{} applied; the database is up to date", applied.len());
    store.close().await?;
    Ok(())
}
