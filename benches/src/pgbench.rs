//! pgbench, PostgreSQL's own load generator: what the database does without us.

use std::{
    path::PathBuf,
    process::Stdio,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use anyhow::{Context, bail};
use tokio::process::Command;
use url::Url;

use crate::{
    cpu::Whose,
    measure::{Meter, Part, Variant, Watched},
};

/// How many connections the database is asked over, as many as the product's pool has.
pub(crate) const CLIENTS: usize = 32;

/// How many rows that are there already are a client's own for a second: more than it gets through.
pub(crate) const REACH: u64 = 400;

/// How long PostgreSQL takes to end the connections of a pgbench that has ended.
const AFTERMATH: Duration = Duration::from_millis(250);

/// A script on a database.
pub(crate) struct Pgbench {
    program: PathBuf,
    database: Url,
    script: tempfile::NamedTempFile,
    variables: Vec<(String, String)>,
    /// How many seconds it has run.
    ran: AtomicU64,
}

/// Counts the runs of this process: each numbers its rows from a place of its own.
static RUNS: AtomicU64 = AtomicU64::new(1);

impl Pgbench {
    pub(crate) fn new(database: Url, script: &str) -> anyhow::Result<Self> {
        let file = tempfile::Builder::new().suffix(".sql").tempfile()?;
        std::fs::write(file.path(), script)?;
        Ok(Self { program: find()?, database, script: file, variables: Vec::new(), ran: AtomicU64::new(0) })
    }

    /// The same with variables for the script.
    pub(crate) fn with(self, variables: Vec<(String, String)>) -> Self {
        Self { variables, ..self }
    }

    /// Runs the script for so long and adds the round to the variant.
    pub(crate) async fn round(&self, time: Duration, watched: &[Watched], into: &mut Variant) -> anyhow::Result<()> {
        let watched: Vec<_> = watched.iter().copied().chain([(Part::Client, Whose::Ended)]).collect();
        let meter = Meter::start(&watched);
        let output = self.command(time).output().await.context("cannot run pgbench")?;
        // Its connections end a little after it, and the CPU of one that ends while it is read is counted nowhere.
        tokio::time::sleep(AFTERMATH).await;
        let (out, faults) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        // Each of the clients complains.
        let faults = faults.lines().take(10).collect::<Vec<_>>().join("\n");
        if !output.status.success() || !out.contains("number of failed transactions: 0 ") {
            bail!("pgbench did not end well:\n{out}\n{faults}");
        }
        let done = number_after(&out, "number of transactions actually processed: ").context("pgbench has no count")?;
        let rate = number_after(&out, "\ntps = ").context("pgbench has no rate")?;
        into.end(meter, done as u64, Some(Duration::from_secs_f64(done / rate)));
        Ok(())
    }

    fn command(&self, time: Duration) -> Command {
        let seconds = time.as_secs().max(1);
        let first = self.ran.fetch_add(seconds, Ordering::Relaxed) * REACH;
        let mut command = Command::new(&self.program);
        command
            // Prepared, as the product's statements are; nothing is vacuumed, since the tables are not pgbench's.
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .arg(format!("--client={CLIENTS}"))
            .arg(format!("--time={seconds}"))
            .arg("--file")
            .arg(self.script.path())
            .arg(format!("--define=base={}", RUNS.fetch_add(1, Ordering::Relaxed) * 1_000_000_000))
            .arg(format!("--define=clients={CLIENTS}"))
            .arg(format!("--define=first={first}"))
            .arg("--define=was_free_from=1970-01-01")
            .arg("--define=i=0")
            .args(self.variables.iter().map(|(name, value)| format!("--define={name}={value}")))
            .env("PGHOST", self.database.host_str().unwrap_or("127.0.0.1"))
            .env("PGPORT", self.database.port().unwrap_or(5432).to_string())
            .env("PGUSER", self.database.username())
            .env("PGPASSWORD", self.database.password().unwrap_or_default())
            .env("PGDATABASE", self.database.path().trim_start_matches('/'))
            .stdin(Stdio::null());
        command
    }
}

fn number_after(text: &str, label: &str) -> Option<f64> {
    let rest = text.split_once(label)?.1;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// The newest pgbench where Debian and Red Hat put it, or the one on the path.
fn find() -> anyhow::Result<PathBuf> {
    let folders = |parent: &str| std::fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
    let debian = folders("/usr/lib/postgresql").map(|entry| entry.path().join("bin/pgbench"));
    let red_hat = folders("/usr").map(|entry| entry.path().join("bin/pgbench"));
    let on_path: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).map(|folder| folder.join("pgbench")).collect())
        .unwrap_or_default();
    let mut found: Vec<PathBuf> = debian.chain(red_hat).filter(|path| path.is_file()).collect();
    found.sort();
    let found = found.pop().or_else(|| on_path.into_iter().find(|path| path.is_file()));
    found.context("pgbench is missing; it comes with PostgreSQL's server (on Debian: apt-get install postgresql)")
}

#[cfg(test)]
mod tests {
    #[test]
    fn its_report_is_read() {
        let report = "number of transactions actually processed: 4178\nlatency average = 1 ms\n\
                      initial connection time = 40.1 ms\ntps = 4194.26 (without initial connection time)\n";
        assert_eq!(super::number_after(report, "actually processed: "), Some(4178.0));
        assert_eq!(super::number_after(report, "\ntps = "), Some(4194.26));
    }
}
