//! What the product really sends to the database, from the server's log, and how the lists differ from it.

use std::collections::BTreeMap;

use crate::statements::{Line, background::BACKGROUND};

/// The statements in a piece of the server's log, in their order, without those that belong to no request.
pub(crate) fn statements(log: &str) -> Vec<String> {
    let texts = log.lines().filter_map(|line| {
        let (_, message) = line.split_once("LOG:  ")?;
        // `execute <name>: text` for a prepared statement, `statement: text` for a plain one.
        let prepared = message.strip_prefix("execute ").and_then(|rest| rest.split_once(": ")).map(|(_, text)| text);
        prepared.or_else(|| message.strip_prefix("statement: ")).map(spaced)
    });
    texts.filter(|text| !BACKGROUND.iter().any(|beginning| text.starts_with(beginning))).collect()
}

/// What one has and the other lacks. Where a transaction begins and ends is not compared: the log has those of
/// the background too.
pub(crate) fn differences(recorded: &[String], list: &[Line]) -> Vec<String> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for text in recorded {
        *counts.entry(text.clone()).or_default() += 1;
    }
    for line in list {
        let text = match line {
            Line::Set(_) => continue,
            Line::Plain(text) => spaced(text),
            Line::Run(statement) => spaced(statement.sql),
        };
        *counts.entry(text).or_default() -= 1;
    }
    let told = counts.into_iter().filter(|(text, count)| *count != 0 && !matches!(text.as_str(), "BEGIN" | "COMMIT"));
    told.map(|(text, count)| match count {
        1.. => format!("the product also runs: {text}"),
        _ => format!("the product no longer runs: {text}"),
    })
    .collect()
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statements::run;

    const LOG: &str = "2026-01-01 00:00:00.000 UTC [7] LOG:  statement: BEGIN\n\
        2026-01-01 00:00:00.001 UTC [7] LOG:  execute sqlx_s_1: SELECT a\x20\x20FROM t WHERE b = $1\n\
        2026-01-01 00:00:00.001 UTC [7] DETAIL:  parameters: $1 = 'x'\n\
        2026-01-01 00:00:00.002 UTC [8] LOG:  execute sqlx_s_2: UPDATE scheduled_jobs SET c = 1\n";

    #[test]
    fn the_log_is_read() {
        assert_eq!(statements(LOG), ["BEGIN", "SELECT a FROM t WHERE b = $1"]);
    }

    #[test]
    fn a_list_that_has_become_old_is_told() {
        let recorded = statements(LOG);
        let same = [run("x", "SELECT a FROM t WHERE b = $1", &["1"])];
        assert_eq!(differences(&recorded, &same), Vec::<String>::new());
        let other = [run("x", "SELECT a FROM t", &[])];
        assert_eq!(
            differences(&recorded, &other),
            ["the product no longer runs: SELECT a FROM t", "the product also runs: SELECT a FROM t WHERE b = $1"]
        );
    }
}
