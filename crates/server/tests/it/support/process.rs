//! The binary as a process of its own, that can be killed.

use std::{
    fs::File,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use store::{Dialect, Settings};
use tokio::process::{Child, Command};

use super::{TestDb, api::Api, control::Control, wait::until};

/// More than any start takes.
const START: Duration = Duration::from_secs(30);

/// The embedded database in the data folder.
const FILE: &str = "numberline.db";
/// What the server logs, and what it prints.
const LOG: &str = "serve.log";
const PRINTED: &str = "serve.out";

/// Where a server runs and on what; it outlives the processes that serve.
pub(crate) struct Site<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) database: Settings,
    /// The same for every process, so that a restarted one has the same URL.
    port: u16,
    settings: Vec<(&'static str, &'static str)>,
}

/// A server. Dropping it kills it.
pub(crate) struct Process {
    child: Child,
    pub(crate) api: Api,
    pub(crate) twilio: Control,
}

impl<'a> Site<'a> {
    /// On the test's database, or where that is the embedded one, on a file in the folder.
    pub(crate) fn new(db: &TestDb, folder: &'a Path) -> Self {
        let port = free_port();
        let database = match db.store.dialect() {
            Dialect::Sqlite => Settings::sqlite(&folder.join(FILE)),
            Dialect::Postgres => db.settings.clone(),
        };
        Self { folder, database, port, settings: Vec::new() }
    }

    /// On the test's own database, also where that is a file elsewhere.
    pub(crate) fn sharing(db: &TestDb, folder: &'a Path) -> Self {
        Self { database: db.settings.clone(), ..Self::new(db, folder) }
    }

    /// With one more setting.
    pub(crate) fn set(mut self, name: &'static str, value: &'static str) -> Self {
        self.settings.push((name, value));
        self
    }

    /// A command of the binary with this site's settings and no others.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_numberline"));
        command.args(arguments).current_dir(self.folder).env_clear().kill_on_drop(true);
        command.env("DATA_DIR", self.folder).env("PORT", self.port.to_string());
        command.env("RATE_LIMIT_ENABLED", "false").env("LOG_LEVEL", "error").env("DATABASE_CONNECTIONS", "8");
        if self.database.url != Settings::sqlite(&self.folder.join(FILE)).url {
            command.env("DATABASE_URL", &self.database.url);
        }
        command.envs(self.settings.iter().copied());
        command
    }

    /// Runs a command to its end: its exit code, and what it said.
    pub(crate) async fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.command(arguments).output().await.expect("the binary runs");
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        (output.status.code(), said.concat())
    }

    /// Runs these lines in a shell, as somebody pastes them; what they print.
    pub(crate) async fn shell(&self, lines: &str) -> String {
        let mut command = Command::new("bash");
        let output = command.args(["-u", "-c", lines]).current_dir(self.folder).output().await;
        let output = output.expect("bash is there");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaint}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What the server has printed: it welcomes soon after it is ready.
    pub(crate) async fn printed(&self) -> String {
        until("the server welcomes", START, || async {
            let printed = std::fs::read_to_string(self.folder.join(PRINTED)).expect("a file of ours");
            printed.contains("Ctrl-C").then_some(printed)
        })
        .await
    }

    /// What the server has logged.
    pub(crate) fn logged(&self) -> String {
        std::fs::read_to_string(self.folder.join(LOG)).expect("a log of ours")
    }

    /// Starts a server and waits until it is ready.
    pub(crate) async fn serve(&self) -> Process {
        let log = self.folder.join(LOG);
        let said = File::create(&log).expect("a log in the folder");
        let printed = File::create(self.folder.join(PRINTED)).expect("a file in the folder");
        let mut command = self.command(&["serve"]);
        let mut child = command.stdout(printed).stderr(said).spawn().expect("the binary starts");
        let root = format!("http://127.0.0.1:{}", self.port);
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let begun = Instant::now();
        while !client.get(format!("{root}/health/ready")).send().await.is_ok_and(|ready| ready.status().is_success()) {
            let ended = child.try_wait().expect("a child of ours");
            if ended.is_some() || begun.elapsed() > START {
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                panic!("the server is not ready after {:?} ({ended:?}): {said}", begun.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let api = Api::at(&root);
        let sandbox = api.get("/sandbox").await.data(200);
        let control = |vendor: &str| Control::at(sandbox[vendor]["controlUrl"].as_str().expect("a twin"));
        let twilio = control("twilio");
        Process { child, api, twilio }
    }
}

/// A port that nobody takes while no process of the site listens there: below those that systems hand out.
fn free_port() -> u16 {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    loop {
        // Tests that run at the same time are processes with neighbouring ids.
        let nth = std::process::id().wrapping_mul(16).wrapping_add(ASKED.fetch_add(1, Ordering::Relaxed));
        let port = 10_000 + u16::try_from(nth % 20_000).expect("is small");
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl Process {
    /// `kill -9`.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("a child of ours");
    }

    /// SIGTERM; the exit code, or `None` when a signal ended it.
    pub(crate) async fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill is there");
        assert!(sent.success());
        self.child.wait().await.expect("a child of ours").code()
    }
}
