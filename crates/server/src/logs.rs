//! Logs: JSON for machines, readable on a terminal.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging to standard error. `filter` is a level or a filter such as `info,app::orders=debug`.
pub fn start(filter: &str) {
    // The ORM and the pools tell every statement at these levels; values could hold what nobody may log.
    let quiet = ",sqlx=warn,sea_orm=warn,hyper=info,h2=info,rustls=info,reqwest=info";
    let filter = EnvFilter::try_new(format!("{filter}{quiet}")).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    if std::io::stderr().is_terminal() {
        registry.with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).compact()).init();
    } else {
        let json = tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .with_writer(std::io::stderr);
        registry.with(json).init();
    }
}
