//! How many pages each statement of the product's touches, as PostgreSQL says of the product's own statements
//! (auto_explain): nothing that we wrote down can have become old.

use std::{collections::HashMap, time::Duration};

use anyhow::Context;
use serde_json::Value;
use url::Url;

use crate::{database::Admin, statements::background::BACKGROUND};

/// What a connection says at its start so that the plan of each of its statements is logged with the pages it touched.
const EXPLAINED: &str = "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 \
                         -c auto_explain.log_analyze=on -c auto_explain.log_buffers=on -c auto_explain.log_timing=off \
                         -c auto_explain.log_format=json";

/// A statement that ran.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Touched {
    /// Its text.
    pub(crate) text: String,
    /// How many pages, found in memory or read.
    pub(crate) pages: f64,
    /// Whether it writes: then the pages of each index that gets a row are among them.
    pub(crate) writes: bool,
}

impl Touched {
    /// The table it is about.
    pub(crate) fn table(&self) -> &str {
        let after = ["INSERT INTO ", "UPDATE ", "FROM "].iter().find_map(|word| self.text.split_once(word));
        after.and_then(|(_, rest)| rest.split([' ', '(']).find(|word| !word.is_empty())).unwrap_or("?")
    }
}

/// The URL of a database for somebody whose statements are explained.
pub(crate) fn explained(mut database: Url) -> String {
    database.query_pairs_mut().append_pair("options", EXPLAINED);
    // A space as `+` would reach the database as `+`.
    database.as_str().replace('+', "%20")
}

/// Whether the server can explain.
pub(crate) async fn can_explain(admin: &mut Admin) -> anyhow::Result<()> {
    admin
        .run("LOAD 'auto_explain'")
        .await
        .context("auto_explain is missing; it comes with PostgreSQL's contrib modules")
}

/// What was asked since the log had this length, without what belongs to no request.
pub(crate) async fn since(admin: &mut Admin, from: u64) -> anyhow::Result<Vec<Touched>> {
    // The last statements may follow the answer.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let touched = read(&admin.log_from(from).await?);
    anyhow::ensure!(!touched.is_empty(), "the log has no plans");
    Ok(touched)
}

/// The fewest pages of each statement that the same request ran most of the times that it was asked: what is asked by the
/// clock or only at first, and what a connection reads of the catalogue, does not count. The same text twice in a request
/// is two statements.
pub(crate) fn fewest(times: &[Vec<Touched>]) -> Vec<Touched> {
    let mut known: Vec<(Touched, usize, usize)> = Vec::new();
    for asked in times {
        let mut seen = HashMap::<&str, usize>::new();
        for one in asked {
            let nth = seen.entry(&one.text).or_default();
            *nth += 1;
            match known.iter_mut().find(|(other, at, _)| (other.text.as_str(), *at) == (&one.text, *nth)) {
                Some((least, _, count)) => {
                    least.pages = least.pages.min(one.pages);
                    *count += 1;
                }
                None => known.push((one.clone(), *nth, 1)),
            }
        }
    }
    known.into_iter().filter(|(_, _, count)| 2 * count > times.len()).map(|(one, _, _)| one).collect()
}

/// The plans in a piece of the server's log, in their order. Their lines but the first begin with a tab.
fn read(log: &str) -> Vec<Touched> {
    let mut touched = Vec::new();
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        if !(line.contains("LOG:  duration: ") && line.trim_end().ends_with("plan:")) {
            continue;
        }
        let mut plan = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with('\t')) {
            plan.push_str(line);
        }
        touched.extend(serde_json::from_str(&plan).ok().and_then(|told: Value| statement(&told)));
    }
    touched
}

fn statement(told: &Value) -> Option<Touched> {
    let text = told["Query Text"].as_str()?.split_whitespace().collect::<Vec<_>>().join(" ");
    if BACKGROUND.iter().any(|beginning| text.starts_with(beginning)) {
        return None;
    }
    let plan = &told["Plan"];
    let pages = ["Shared Hit Blocks", "Shared Read Blocks"].iter().filter_map(|name| plan[name].as_f64()).sum();
    Some(Touched { text, pages, writes: plan["Node Type"] == "ModifyTable" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "2026-01-01 00:00:00.000 UTC [7] LOG:  duration: 0.021 ms  plan:\n\
        \t{\n\
        \t  \"Query Text\": \"SELECT a FROM t\\nWHERE b = $1\",\n\
        \t  \"Plan\": {\"Node Type\": \"Index Scan\", \"Shared Hit Blocks\": 3, \"Shared Read Blocks\": 1}\n\
        \t}\n\
        2026-01-01 00:00:00.001 UTC [7] LOG:  statement: BEGIN\n\
        2026-01-01 00:00:00.002 UTC [8] LOG:  duration: 0.021 ms  plan:\n\
        \t{\"Query Text\": \"UPDATE scheduled_jobs SET c = 1\", \"Plan\": {\"Node Type\": \"ModifyTable\"}}\n";

    #[test]
    fn plans_are_read_from_the_log() {
        let touched = read(LOG);
        let only = Touched { text: "SELECT a FROM t WHERE b = $1".into(), pages: 4.0, writes: false };
        assert_eq!(touched, [only]);
        assert_eq!(touched[0].table(), "t");
    }

    #[test]
    fn the_fewest_pages_of_what_is_mostly_asked_count() {
        let times = |pages: &[(&str, f64)]| -> Vec<Touched> {
            pages.iter().map(|(text, pages)| Touched { text: (*text).into(), pages: *pages, writes: false }).collect()
        };
        let looks = [
            times(&[("once", 1.0), ("a", 5.0), ("a", 9.0)]),
            times(&[("a", 4.0), ("a", 7.0)]),
            times(&[("a", 6.0), ("a", 8.0), ("by the clock", 2.0)]),
        ];
        assert_eq!(fewest(&looks), times(&[("a", 4.0), ("a", 7.0)]));
    }
}
