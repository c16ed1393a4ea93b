//! The product as its users run it: the release binary, in processes of its own.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use hyper::StatusCode;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::http::{Connection, get};

/// The binary beside this one, as cargo puts them.
pub(crate) fn binary() -> anyhow::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("numberline");
    if !path.is_file() {
        bail!("{} is missing: build it with `cargo build --release --package server`", path.display());
    }
    Ok(path)
}

/// A command of the product's with nothing of this process's environment.
fn command(name: &str, folder: &Path) -> anyhow::Result<Command> {
    std::fs::create_dir_all(folder)?;
    let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("log"))?;
    let mut command = Command::new(binary()?);
    command.arg(name).env_clear().env("DATA_DIR", folder).env("LOG_LEVEL", "warn");
    // Not the folder of whoever runs this, whose `.env` would be read.
    command.current_dir(folder).stdin(Stdio::null()).stderr(log).kill_on_drop(true);
    Ok(command)
}

/// The vendors' twins, in a process of their own so that their CPU can be told from the product's.
pub(crate) struct Twins {
    child: Child,
    described: Value,
}

impl Twins {
    /// Starts them. The webhooks of the processor's go nowhere: a deposit is settled by its answer.
    pub(crate) async fn start(folder: &Path) -> anyhow::Result<Self> {
        Self::start_with(folder, &[]).await
    }

    /// The same with more settings.
    pub(crate) async fn start_with(folder: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut command = command("twins", folder)?;
        let mut child = command.envs(settings.iter().copied()).stdout(Stdio::piped()).spawn()?;
        let out = child.stdout.take().context("the twins have no output")?;
        let line = BufReader::new(out).lines().next_line().await?.context("the twins said nothing")?;
        let described = serde_json::from_str(&line).with_context(|| format!("the twins said {line:?}"))?;
        Ok(Self { child, described })
    }

    /// Their process.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    fn told(&self, vendor: &str, what: &str) -> String {
        self.described[vendor][what].as_str().unwrap_or_default().to_owned()
    }

    /// What Twilio signs webhooks with.
    pub(crate) fn auth_token(&self) -> String {
        self.told("twilio", "authToken")
    }
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From its start to the first 200.
    pub(crate) ready_after: Duration,
}

impl Server {
    /// Starts the product on this database (the embedded one if there is no URL), with the twins inside unless they
    /// run elsewhere, and waits until it is ready.
    pub(crate) async fn start(folder: &Path, database: Option<&str>, twins: Option<&Twins>) -> anyhow::Result<Self> {
        Self::start_with(folder, database, twins, &[]).await
    }

    /// The same with more settings.
    pub(crate) async fn start_with(
        folder: &Path,
        database: Option<&str>,
        twins: Option<&Twins>,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        Self::start_at(free_port()?, folder, database, twins, settings).await
    }

    /// The same on a port that somebody has to know before.
    pub(crate) async fn start_at(
        port: u16,
        folder: &Path,
        database: Option<&str>,
        twins: Option<&Twins>,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let mut command = command("serve", folder)?;
        command.envs(settings.iter().copied());
        command.env("PORT", port.to_string()).env("RATE_LIMIT_ENABLED", "false").stdout(Stdio::null());
        if let Some(url) = database {
            command.env("DATABASE_URL", url);
        }
        if let Some(twins) = twins {
            command
                .env("TWILIO_API_URL", twins.told("twilio", "url"))
                .env("TWILIO_ACCOUNT_SID", twins.told("twilio", "accountSid"))
                .env("TWILIO_AUTH_TOKEN", twins.told("twilio", "authToken"))
                .env("STRIPE_API_URL", twins.told("stripe", "url"))
                .env("STRIPE_SECRET_KEY", twins.told("stripe", "secretKey"))
                .env("STRIPE_WEBHOOK_SECRET", twins.told("stripe", "webhookSecret"));
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let began = Instant::now();
        let child = command.spawn()?;
        let mut server = Self { child, address, ready_after: Duration::ZERO };
        server.ready(began, folder).await?;
        Ok(server)
    }

    async fn ready(&mut self, began: Instant, folder: &Path) -> anyhow::Result<()> {
        while began.elapsed() < Duration::from_secs(30) {
            if let Ok(mut connection) = Connection::open(self.address).await
                && let Ok((StatusCode::OK, _)) = connection.ask(get("/health/ready", None)).await
            {
                self.ready_after = began.elapsed();
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
                bail!("the server ended with {status}: {log}");
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("the server was not ready after 30 s")
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Ends it at once; the product does not mind.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// A port that nobody listens on, unless somebody takes it before we do.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
