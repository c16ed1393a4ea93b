//! The diamond of crates: who may depend on whom, what a crate must never know, and that each dependency
//! is declared once, with its reason.

use super::{Finding, Source};

/// A crate of ours: which others it may use, and which libraries would make it something else.
struct Plan {
    name: &'static str,
    may_use: &'static [&'static str],
    never: &'static [&'static str],
}

const OURS: &[&str] = &["vocab", "ports", "store", "adapters", "twins", "app", "server", "xtask"];
const DATABASE: &[&str] = &["sea-orm", "sea-orm-migration", "sqlx"];
const OUTSIDE: &[&str] = &["axum", "reqwest", "tower", "tower-http"];

const PLANS: &[Plan] = &[
    Plan {
        name: "vocab",
        may_use: &[],
        never: &["tokio", "async-trait", "futures", "axum", "reqwest", "sea-orm", "sqlx"],
    },
    Plan { name: "ports", may_use: &["vocab"], never: &["tokio", "axum", "reqwest", "sea-orm", "sqlx"] },
    Plan { name: "store", may_use: &["vocab"], never: OUTSIDE },
    Plan { name: "adapters", may_use: &["ports", "vocab"], never: DATABASE },
    Plan { name: "twins", may_use: &["vocab"], never: DATABASE },
    Plan { name: "app", may_use: &["store", "ports", "vocab"], never: &["reqwest"] },
    Plan { name: "server", may_use: &["adapters", "app", "ports", "store", "twins", "vocab"], never: &[] },
    Plan { name: "xtask", may_use: &[], never: &[] },
    Plan { name: "ratios", may_use: OURS, never: &[] },
];

/// Every manifest against the plan.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let manifests = sources.iter().filter(|source| source.path.ends_with("Cargo.toml"));
    manifests
        .flat_map(|source| if source.path == "Cargo.toml" { check_root(source) } else { check_member(source) })
        .collect()
}

/// The root says of each library from outside why it is here.
fn check_root(source: &Source) -> Vec<Finding> {
    let lines = entries(source, |section| section == "workspace.dependencies");
    lines
        .filter(|(_, name, line)| !OURS.contains(name) && !line.contains(" # "))
        .map(|(at, name, _)| {
            Finding::new(
                source,
                at,
                format!("`{name}` has no reason"),
                "say in a comment on its line what it is here for",
            )
        })
        .collect()
}

fn check_member(source: &Source) -> Vec<Finding> {
    let name = entries(source, |section| section == "package")
        .find(|(_, key, _)| *key == "name")
        .and_then(|(_, _, line)| line.split('"').nth(1))
        .unwrap_or_default();
    let Some(plan) = PLANS.iter().find(|plan| plan.name == name) else {
        let what = format!("the crate `{name}` has no place in the plan");
        return vec![Finding::new(
            source,
            1,
            what,
            "add it to PLANS in xtask/src/tidy/crates.rs and to ARCHITECTURE.md",
        )];
    };
    entries(source, |section| section.ends_with("dependencies"))
        .filter_map(|entry| judge(source, plan, entry))
        .collect()
}

fn judge(source: &Source, plan: &Plan, (at, dependency, line): (usize, &str, &str)) -> Option<Finding> {
    let find = |what: String, remedy| Some(Finding::new(source, at, what, remedy));
    if OURS.contains(&dependency) && !plan.may_use.contains(&dependency) {
        return find(
            format!("`{}` must not depend on `{dependency}`", plan.name),
            "nothing points back up the diamond; see the code map in ARCHITECTURE.md",
        );
    }
    if plan.never.contains(&dependency) {
        return find(
            format!("`{}` must not know `{dependency}`", plan.name),
            "what needs it belongs into another crate; see the code map in ARCHITECTURE.md",
        );
    }
    if !line.contains("workspace = true") {
        return find(
            format!("`{dependency}` is not inherited from the workspace"),
            "declare it, with its reason, in the root Cargo.toml and write `workspace = true` here",
        );
    }
    None
}

/// The entries of the sections whose name fits: line number, key up to the first dot, whole line.
fn entries<'a>(
    source: &'a Source,
    fits: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = (usize, &'a str, &'a str)> + 'a {
    let mut inside = false;
    source.text.lines().enumerate().filter_map(move |(index, line)| {
        if let Some(section) = line.strip_prefix('[') {
            inside = fits(section.trim_end().trim_end_matches(']'));
            return None;
        }
        let (key, _) = line.split_once('=')?;
        let name = key.split('.').next().unwrap_or(key).trim();
        (inside && !line.trim_start().starts_with('#')).then_some((index + 1, name, line))
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::Source;

    fn judge(path: &str, text: &str) -> Vec<String> {
        let source = Source { path: path.into(), text: text.into() };
        check(&[source]).into_iter().map(|finding| format!("{} {}", finding.line, finding.what)).collect()
    }

    fn member(name: &str, dependencies: &str) -> Vec<String> {
        judge("crates/x/Cargo.toml", &format!("[package]\nname = \"{name}\"\n\n[dependencies]\n{dependencies}"))
    }

    #[test]
    fn the_diamond_points_down() {
        assert!(member("app", "store.workspace = true\nvocab = { workspace = true }").is_empty());
        assert_eq!(member("app", "adapters.workspace = true"), ["5 `app` must not depend on `adapters`"]);
        assert_eq!(member("twins", "ports.workspace = true"), ["5 `twins` must not depend on `ports`"]);
    }

    #[test]
    fn development_dependencies_count_too() {
        let found = member("adapters", "tokio.workspace = true\n\n[dev-dependencies]\ntwins.workspace = true");
        assert_eq!(found, ["8 `adapters` must not depend on `twins`"]);
    }

    #[test]
    fn a_crate_stays_what_it_is() {
        assert_eq!(member("vocab", "tokio.workspace = true"), ["5 `vocab` must not know `tokio`"]);
        assert_eq!(member("adapters", "sqlx.workspace = true"), ["5 `adapters` must not know `sqlx`"]);
    }

    #[test]
    fn a_dependency_is_declared_once_with_its_reason() {
        assert_eq!(member("app", "serde = \"1\""), ["5 `serde` is not inherited from the workspace"]);
        let root = "[workspace.dependencies]\nvocab = { path = \"crates/vocab\" }\nserde = \"1\" # JSON\nrand = \"1\"";
        assert_eq!(judge("Cargo.toml", root), ["4 `rand` has no reason"]);
    }

    #[test]
    fn a_new_crate_needs_a_place() {
        assert_eq!(member("fax", ""), ["1 the crate `fax` has no place in the plan"]);
    }
}
