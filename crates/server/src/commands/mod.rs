//! The command line. Errors say what to do next.

mod ledger;
mod migrate;
mod openapi;
mod sandbox;
mod serve;
mod twins;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::config::Config;

/// A self-hosted platform that sells phone numbers.
#[derive(Debug, Parser)]
#[command(name = "numberline", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the product; in development with the sandbox twins inside
    Serve,
    /// Brings the database to this version and ends
    Migrate,
    /// Prints the API document
    Openapi,
    /// Looks after the ledger
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Runs the sandbox twins alone and prints where they are
    Twins,
    /// Plays with the sandbox of a running development server
    #[command(subcommand)]
    Sandbox(sandbox::Command),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // The TLS library asks once for the cryptography it shall use.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("numberline: cannot start threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(run(cli.command));
    // Password hashing and the like may be in flight on other threads; nobody waits for them any more.
    runtime.shutdown_timeout(std::time::Duration::from_millis(100));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("numberline: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints `text` as a line. A reader that went away, as `| head` does, has seen what it wanted.
fn say(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Openapi => openapi::run(),
        Command::Sandbox(command) => sandbox::run(command).await,
        Command::Serve => serve::run(Config::load()?).await,
        Command::Migrate => migrate::run(&Config::load()?).await,
        Command::Ledger(command) => ledger::run(&Config::load()?, command).await,
        Command::Twins => twins::run(Config::load()?).await,
    }
}
