//! `cargo xtask …`: what the house asks of itself and no lint can check.

mod generated;
mod tidy;

use anyhow::{Result, bail};
use std::{path::Path, process::ExitCode};

const USAGE: &str = "usage: cargo xtask tidy [--generated] | generate
  tidy              imports between slices, circles inside them, the diamond of crates, file sizes, words
  tidy --generated  also: are the generated files those that the built binary prints?
  generate          write the generated files again";

fn main() -> ExitCode {
    // Not the `Result` of main: a backtrace says nothing about a line that is too long.
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    // xtask is a member of the workspace, so the root is the folder above its manifest.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lives in a folder of the workspace");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tidy"] => tidy::run(root, false),
        ["tidy", "--generated"] => tidy::run(root, true),
        ["generate"] => generated::write(root),
        _ => bail!("{USAGE}"),
    }
}
