//! `numberline twins`: the sandbox twins alone.

use anyhow::Context;
use vocab::Ambient;

use crate::{commands::serve::stop_signal, config::Config, logs, twins::Twins};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    logs::start(&config.log_level);
    let webhook = config.http.base_url.as_ref().map(|base| format!("{base}api/v1/webhooks/stripe/payment"));
    let twins = Twins::start(&config, webhook, &Ambient::system()).await.context("the twins could not start")?;
    println!("{}", twins.describe(&config));
    stop_signal().await;
    twins.stop().await;
    Ok(())
}
