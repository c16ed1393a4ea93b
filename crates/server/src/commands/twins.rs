//! `numberline twins`: the sandbox twins alone.

use anyhow::Context;
use vocab::Ambient;

use crate::{
    commands::serve::stop_signal,
    config::Config,
    logs,
    twins::{Twins, Webhooks},
};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    logs::start(&config.log_level);
    let webhooks = config.http.base_url.as_ref().map(Webhooks::under);
    let twins = Twins::start(&config, webhooks, &Ambient::system()).await.context("the twins could not start")?;
    println!("{}", twins.describe(&config));
    stop_signal().await;
    twins.stop().await;
    Ok(())
}
