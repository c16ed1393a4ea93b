//! The product alone on the embedded database: how soon it answers, and what it needs while it waits.

use std::time::Duration;

use super::Plan;
use crate::{
    bare::Bare,
    cpu,
    product::{self, Server},
    report::{Bar, Ratio, Section},
    stats::Rounds,
};

/// How long it has idled when its memory is read.
const IDLE: Duration = Duration::from_secs(2);

/// Runs the case.
pub(crate) async fn run(plan: Plan) -> anyhow::Result<Section> {
    let (mut first, mut again, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    let mut bare = Vec::new();
    for _ in 0..plan.rounds {
        let folder = tempfile::tempdir()?;
        let server = Server::start(folder.path(), None, None).await?;
        first.push(server.ready_after.as_secs_f64() * 1000.0);
        server.stop().await?;
        bare.push(Bare::start(None, None).await?.ready_after.as_secs_f64() * 1000.0);
        let server = Server::start(folder.path(), None, None).await?;
        again.push(server.ready_after.as_secs_f64() * 1000.0);
        tokio::time::sleep(IDLE).await;
        memory.extend(server.pid().and_then(cpu::resident));
        server.stop().await?;
    }
    let size = std::fs::metadata(product::binary()?)?.len();
    let rounds = |values: Vec<f64>| values.into_iter().collect::<Rounds>();
    let (first, again, bare) = (rounds(first), rounds(again), rounds(bare));
    Ok(Section {
        title: "Starting",
        about: "`numberline serve` on SQLite with the twins inside, from the start of the process to the first 200 of \
                `/health/ready`; beside it a bare axum server, which answers a constant.",
        ratios: vec![
            Ratio::new(
                "time to the first 200 on an existing database over a bare axum's",
                again.over(&bare),
                Some(Bar::AtMost(6.0)),
            ),
            Ratio::new("ms to the first 200, on an existing database", again, None),
            Ratio::new("ms to the first 200, on a new database", first, None),
            Ratio::new("ms to a bare axum's first 200", bare, None),
            Ratio::new("MiB resident when idle", rounds(memory), Some(Bar::AtMost(60.0))),
            Ratio::new("MB of the stripped binary", rounds(vec![size as f64 / 1e6]), Some(Bar::AtMost(90.0))),
        ],
        variants: Vec::new(),
        figures: Vec::new(),
    })
}
