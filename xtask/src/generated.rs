//! Files that are printed by the code and kept in the repository, so that a change of the API shows in review.

use crate::tidy::{Finding, Source};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// One generated file: where it is kept, and the arguments of `numberline` that print it.
struct Generated {
    path: &'static str,
    arguments: &'static [&'static str],
}

const GENERATED: &[Generated] = &[Generated { path: "docs/openapi.json", arguments: &["openapi"] }];

/// Writes every generated file again.
pub(crate) fn write(root: &Path) -> Result<()> {
    for file in GENERATED {
        let path = root.join(file.path);
        std::fs::write(&path, print(root, file)?).with_context(|| format!("cannot write {}", path.display()))?;
        println!("wrote {}", file.path);
    }
    Ok(())
}

/// Compares what is kept with what the code prints now.
pub(crate) fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in GENERATED {
        let now = print(root, file)?;
        let kept = std::fs::read_to_string(root.join(file.path)).unwrap_or_default();
        if let Some(line) = first_difference(&kept, &now) {
            findings.push(Finding::new(
                &Source::named(file.path),
                line,
                "differs from what the code prints".into(),
                "run `cargo xtask generate`, read the difference, commit it",
            ));
        }
    }
    Ok(findings)
}

/// The first line, counted from 1, in which two texts differ.
fn first_difference(kept: &str, now: &str) -> Option<usize> {
    if kept == now {
        return None;
    }
    let same = kept.lines().zip(now.lines()).take_while(|(a, b)| a == b).count();
    Some(same + 1)
}

fn print(root: &Path, file: &Generated) -> Result<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["run", "--quiet", "--package", "server", "--bin", "numberline", "--"])
        .args(file.arguments)
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("`numberline {}` failed: {}", file.arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} is not UTF-8", file.path))
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn the_first_differing_line_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("", "a\n"), Some(1));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
    }
}
