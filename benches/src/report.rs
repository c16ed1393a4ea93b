//! The report: Markdown, the same on the terminal and in docs/benchmarks.md.

use std::{fmt::Write, path::Path, process::Command};

use vocab::Ambient;

use crate::{
    measure::{Part, Variant},
    stats::Rounds,
};

/// What a figure has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bar {
    AtLeast(f64),
    AtMost(f64),
}

impl Bar {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {least}"),
            Self::AtMost(most) => format!("≤ {most}"),
        }
    }
}

/// A figure and its bar.
#[derive(Debug)]
pub(crate) struct Ratio {
    what: String,
    rounds: Rounds,
    bar: Option<Bar>,
}

impl Ratio {
    pub(crate) fn new(what: impl Into<String>, rounds: Rounds, bar: Option<Bar>) -> Self {
        Self { what: what.into(), rounds, bar }
    }

    fn line(&self) -> String {
        let verdict = match self.bar {
            None => "–",
            Some(bar) if bar.is_met(self.rounds.median()) => "met",
            Some(_) => "**missed**",
        };
        let bar = self.bar.map_or_else(|| "–".to_owned(), Bar::text);
        format!("| {} | {} | {bar} | {verdict} |\n", self.what, self.rounds)
    }
}

/// What a case found out.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    pub(crate) ratios: Vec<Ratio>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) figures: Vec<String>,
}

impl Section {
    /// As Markdown.
    pub(crate) fn text(&self) -> String {
        let mut out = format!("## {}\n\n{}\n\n", self.title, self.about);
        out += "| figure | median (range) | bar | |\n|---|---|---|---|\n";
        out.extend(self.ratios.iter().map(Ratio::line));
        if !self.variants.is_empty() {
            out += "\n| variant | a second |";
            out.extend(Part::ALL.map(|part| format!(" µs CPU each: {} |", part.name())));
            out += "\n|---|---|---|---|---|---|\n";
            out.extend(self.variants.iter().map(variant));
        }
        for figure in &self.figures {
            let _ = write!(out, "\n{figure}\n");
        }
        out
    }
}

fn variant(variant: &Variant) -> String {
    let cpu = |part| variant.cpu(part).map_or_else(|| "–".to_owned(), |rounds| rounds.to_string());
    let parts = Part::ALL.map(|part| format!(" {} |", cpu(part))).concat();
    format!("| {} | {} |{parts}\n", variant.name, variant.rate())
}

/// The head of the report: when, of what, on what.
pub(crate) fn head(rounds: usize, seconds: u64, postgres: &str, doubts: &[String]) -> String {
    let date = Ambient::system().wall().format("%Y-%m-%d");
    let commit = first_line("git", &["describe", "--always", "--dirty", "--abbrev=12"]);
    let mut out = format!(
        "# Benchmarks\n\nWritten by `make bench` on {date} at commit {commit}: {rounds} rounds in which every variant has \
         its turn of {seconds} s, the median and, in parentheses, the range. A ratio is taken round by round. Server, \
         twins, PostgreSQL ({postgres}, commits reach the disk) and whoever asks share {} cores ({}), so the absolute \
         figures say little and the ratios much.\n\n",
        std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        processor(),
    );
    if doubts.is_empty() {
        out += "The limits run the statements that the product runs: compared with the server's log in this run.\n\n";
    } else {
        out += "The limits do not run quite the statements that the product runs:\n\n";
        out.extend(doubts.iter().map(|doubt| format!("- {doubt}\n")));
        out.push('\n');
    }
    out
}

/// Writes the report into the repository.
pub(crate) fn write(text: &str) -> anyhow::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
    Ok(std::fs::write(path, format!("{}\n", text.trim_end()))?)
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().filter(|line| !line.is_empty()).unwrap_or("unknown").to_owned()
}

fn processor() -> String {
    let known = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = known.lines().find_map(|line| line.strip_prefix("model name"));
    model.map_or("of an unknown model", |model| model.trim_start_matches([' ', '\t', ':'])).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_bar_is_told() {
        let line = |value: f64| Ratio::new("x", [value].into_iter().collect(), Some(Bar::AtLeast(0.5))).line();
        assert_eq!(line(0.6), "| x | 0.60 (0.60–0.60) | ≥ 0.5 | met |\n");
        assert_eq!(line(0.4), "| x | 0.40 (0.40–0.40) | ≥ 0.5 | **missed** |\n");
    }
}
