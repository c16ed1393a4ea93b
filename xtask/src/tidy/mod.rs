//! `cargo xtask tidy`: each rule is one file here, reads the sources and returns findings.

mod circles;
mod crates;
mod documents;
mod lexer;
mod size;
mod slices;
mod words;

use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// A file that git knows or would add, with its text.
pub(crate) struct Source {
    /// Relative to the root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// A file of which only the name matters.
    pub(crate) fn named(path: &str) -> Source {
        Source { path: path.into(), text: String::new() }
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// One thing to mend: where, what, and what to do.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    what: String,
    remedy: &'static str,
}

impl Finding {
    /// `line` counts from 1.
    pub(crate) fn new(source: &Source, line: usize, what: String, remedy: &'static str) -> Finding {
        Finding { path: source.path.clone(), line, what, remedy }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.what, self.remedy)
    }
}

/// Checks the whole tree; an error when anything must be mended.
pub(crate) fn run(root: &Path, generated: bool) -> Result<()> {
    let sources = sources(root)?;
    for warning in size::warnings(&sources) {
        println!("warning: {warning}");
    }
    let mut findings = slices::check(&sources);
    findings.extend(circles::check(&sources));
    findings.extend(crates::check(&sources));
    findings.extend(size::check(&sources));
    findings.extend(words::check(&sources));
    findings.extend(documents::check(&sources));
    if generated {
        findings.extend(crate::generated::check(root)?);
    }
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        n => bail!("{n} thing(s) to mend; each line above says what to do"),
    }
}

/// Every text file of the checkout, those not yet added included.
fn sources(root: &Path) -> Result<Vec<Source>> {
    let output = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .context("cannot start git; tidy reads the files that git lists")?;
    if !output.status.success() {
        bail!("`git ls-files` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let names = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
    let read = |path: &str| {
        // A file that is not text, or deleted and not yet committed, has nothing to check.
        let text = std::fs::read_to_string(root.join(path)).ok()?;
        Some(Source { path: path.into(), text })
    };
    Ok(names.split('\0').filter(|name| !name.is_empty()).filter_map(read).collect())
}
