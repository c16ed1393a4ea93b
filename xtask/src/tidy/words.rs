//! Words that betray something unfinished, a private machine, or a law stepped around.

use super::{Finding, Source};

/// Where a rule looks.
#[derive(Clone, Copy)]
enum Scope {
    /// Every text file.
    Everywhere,
    /// The code of the running product; not its tests.
    Product,
    /// The slices, which know one database only as little as the other.
    Slices,
}

struct Rule {
    word: &'static str,
    scope: Scope,
    remedy: &'static str,
}

const UNFINISHED: &str = "finish it, or leave it out and say so in the documentation";
const MACHINE: &str = "name no folder of one machine";
const TIME: &str = "take time, ids and chance from vocab::Ambient, which tests can set";
const ENGINE: &str = "only crates/store knows which database it is; add a helper to dialect.rs";

const RULES: &[Rule] = &[
    Rule { word: "FIXME", scope: Scope::Everywhere, remedy: UNFINISHED },
    Rule { word: "XXX", scope: Scope::Product, remedy: UNFINISHED },
    Rule { word: "not yet implemented", scope: Scope::Product, remedy: UNFINISHED },
    Rule { word: "/home/", scope: Scope::Everywhere, remedy: MACHINE },
    Rule { word: "/work/", scope: Scope::Everywhere, remedy: MACHINE },
    Rule { word: "/Users/", scope: Scope::Everywhere, remedy: MACHINE },
    Rule { word: "SystemTime::now", scope: Scope::Product, remedy: TIME },
    Rule { word: "Utc::now", scope: Scope::Product, remedy: TIME },
    Rule { word: "Uuid::now_v7", scope: Scope::Product, remedy: TIME },
    Rule { word: "Uuid::new_v4", scope: Scope::Product, remedy: TIME },
    Rule { word: "rand::rng", scope: Scope::Product, remedy: TIME },
    Rule { word: "DbBackend::", scope: Scope::Slices, remedy: ENGINE },
    Rule { word: "DatabaseBackend::", scope: Scope::Slices, remedy: ENGINE },
];

/// Each first word on each line that should not be there.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| !is_about_words(&source.path)) {
        for (index, line) in source.text.lines().enumerate() {
            let broken = RULES.iter().find(|rule| rule.scope.covers(&source.path) && line.contains(rule.word));
            findings
                .extend(broken.map(|rule| Finding::new(source, index + 1, format!("`{}`", rule.word), rule.remedy)));
        }
    }
    findings
}

impl Scope {
    fn covers(self, path: &str) -> bool {
        // The one place where real time and chance come in.
        let product = is_product(path) && path != "crates/vocab/src/ambient.rs";
        match self {
            Scope::Everywhere => true,
            Scope::Product => product,
            Scope::Slices => product && path.starts_with("crates/app/"),
        }
    }
}

fn is_product(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    path.starts_with("crates/")
        && path.ends_with(".rs")
        && !path.contains("/tests/")
        && file != "tests.rs"
        && !file.ends_with("_tests.rs")
}

/// The files whose business these words are.
fn is_about_words(path: &str) -> bool {
    path.starts_with("xtask/") || path == "clippy.toml" || path == "Cargo.lock"
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::Source;

    fn judge(path: &str, text: &str) -> Vec<String> {
        let source = Source { path: path.into(), text: text.into() };
        check(&[source]).into_iter().map(|finding| format!("{} {}", finding.line, finding.what)).collect()
    }

    #[test]
    fn what_is_unfinished_or_private_is_named() {
        assert_eq!(judge("README.md", "a\nsee /home/me\n"), ["2 `/home/`"]);
        assert_eq!(judge("crates/app/src/web/mod.rs", "// FIXME: later"), ["1 `FIXME`"]);
    }

    #[test]
    fn time_comes_from_one_place() {
        assert_eq!(judge("crates/app/src/web/mod.rs", "let now = Utc::now();").len(), 1);
        assert!(judge("crates/vocab/src/ambient.rs", "let now = Utc::now();").is_empty());
        assert!(judge("crates/server/tests/it/main.rs", "let now = Utc::now();").is_empty());
        assert!(judge("crates/app/src/web/tests.rs", "let now = Utc::now();").is_empty());
    }

    #[test]
    fn slices_do_not_ask_which_engine() {
        assert_eq!(judge("crates/app/src/orders/sql.rs", "if b == DbBackend::Sqlite {").len(), 1);
        assert!(judge("crates/store/src/dialect.rs", "if b == DbBackend::Sqlite {").is_empty());
    }
}
