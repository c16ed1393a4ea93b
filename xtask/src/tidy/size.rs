//! A file is read in one go; what grew longer is several things.

use super::{Finding, Source};

const WORTH_A_LOOK: usize = 400;
const TOO_LONG: usize = 600;
const REMEDY: &str = "split it along the nouns or verbs in it";

/// Files that must be split.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    longer_than(sources, TOO_LONG, usize::MAX)
}

/// Files that are on the way there.
pub(super) fn warnings(sources: &[Source]) -> Vec<Finding> {
    longer_than(sources, WORTH_A_LOOK, TOO_LONG)
}

fn longer_than(sources: &[Source], over: usize, up_to: usize) -> Vec<Finding> {
    let rust = sources.iter().filter(|source| source.is_rust());
    rust.map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > over && *lines <= up_to)
        .map(|(source, lines)| Finding::new(source, lines, format!("{lines} lines, more than {over}"), REMEDY))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{check, warnings};
    use crate::tidy::Source;

    #[test]
    fn each_file_is_judged_once() {
        let file = |lines: usize| Source { path: "a.rs".into(), text: "\n".repeat(lines) };
        let sources = [file(400), file(401), file(600), file(601)];
        assert_eq!(warnings(&sources).len(), 2);
        assert_eq!(check(&sources).len(), 1);
    }
}
