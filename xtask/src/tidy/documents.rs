//! A document that a comment, a manifest or another document refers to must be there.

use super::{Finding, Source};
use std::path::{Component, Path, PathBuf};

const REMEDY: &str = "name a document of this repository, or take the reference out";

/// References to documents that do not exist.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let paths: Vec<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| !source.path.starts_with("xtask/")) {
        for (index, line) in source.text.lines().enumerate() {
            let missing = missing_link(&paths, source, line).or_else(|| missing_mention(&paths, source, line));
            findings
                .extend(missing.map(|what| Finding::new(source, index + 1, format!("there is no `{what}`"), REMEDY)));
        }
    }
    findings
}

/// The first Markdown link on the line whose file or folder is not in the repository.
fn missing_link(paths: &[&str], source: &Source, line: &str) -> Option<String> {
    if !source.path.ends_with(".md") {
        return None;
    }
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    let file_of = |target: &str| target.split('#').next().unwrap_or(target).to_owned();
    local.map(file_of).find(|target| {
        let wanted = resolve(&source.path, target);
        !paths.iter().any(|path| *path == wanted || path.starts_with(&format!("{wanted}/")))
    })
}

/// Where a link leads, relative to the root.
fn resolve(from: &str, target: &str) -> String {
    let mut path = PathBuf::from(from);
    path.pop();
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path.to_string_lossy().into_owned()
}

/// The first `something.md` on the line of which the repository has no file of that name.
fn missing_mention(paths: &[&str], source: &Source, line: &str) -> Option<String> {
    if !(source.path.ends_with(".md") || source.path.ends_with(".toml") || source.is_rust()) {
        return None;
    }
    let is_path = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    let words = line.split(|c| !is_path(c)).map(|word| word.trim_end_matches(['.', ':']));
    let names = words.filter(|word| word.ends_with(".md") && !word.contains("://"));
    names.filter_map(|word| word.rsplit('/').next()).find(|name| !exists(paths, name)).map(str::to_owned)
}

fn exists(paths: &[&str], name: &str) -> bool {
    paths.iter().any(|path| path.rsplit('/').next() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::Source;

    fn judge(path: &str, text: &str) -> Vec<String> {
        let there = ["docs/product.md", "docs/adr/0001-x.md", "README.md"].map(Source::named);
        let source = Source { path: path.into(), text: text.into() };
        let all: Vec<Source> = there.into_iter().chain([source]).collect();
        check(&all).into_iter().map(|finding| format!("{} {}", finding.line, finding.what)).collect()
    }

    #[test]
    fn what_is_there_may_be_named() {
        assert!(judge("crates/a/src/lib.rs", "// (product.md, law 5), see docs/adr/0001-x.md.").is_empty());
        assert!(
            judge("docs/a.md", "[up](../README.md) [dir](adr) [part](product.md#laws) [web](https://a.b/c.md)")
                .is_empty()
        );
    }

    #[test]
    fn what_is_missing_is_named_with_its_line() {
        assert_eq!(judge("crates/a/src/lib.rs", "//\n// see house.md"), ["2 there is no `house.md`"]);
        assert_eq!(judge("docs/a.md", "[x](product.md) [y](adr/0002-y.md)"), ["1 there is no `adr/0002-y.md`"]);
        assert_eq!(judge("docs/a.md", "[x](../crates/none)"), ["1 there is no `../crates/none`"]);
    }
}
