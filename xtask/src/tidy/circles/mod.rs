//! The files of a slice use each other in one direction: http → command → sql → model. So a slice can be read from the
//! top, and nothing has to be known twice.
//!
//! A `mod.rs` is the door of its folder: it names everything inside, and what is inside may name what it defines.
//! What it only hands on counts as an import of the file where that stands.

mod paths;

use std::collections::{BTreeMap, HashSet, VecDeque};

use self::paths::{Named, handed_on, named, without_tests};
use super::lexer::tokens;
use super::{Finding, Source};

const ROOT: &str = "crates/app/src/";
const REMEDY: &str = "move what both need down, row and command types into model.rs: http → command → sql → model";

/// A module's path inside `app`: `[auth, sql]`.
type Module<'a> = Vec<&'a str>;

struct File<'a> {
    source: &'a Source,
    named: Vec<Named<'a>>,
    handed_on: BTreeMap<&'a str, Vec<&'a str>>,
}

impl File<'_> {
    fn is_door(&self) -> bool {
        self.source.path.ends_with("/mod.rs")
    }
}

/// One finding for each circle of files.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let files = read(sources);
    let graph: BTreeMap<&Module<'_>, Vec<(Module<'_>, usize)>> =
        files.iter().filter(|(_, file)| !file.is_door()).map(|(own, file)| (own, imports(&files, own, file))).collect();
    let (mut findings, mut told) = (Vec::new(), HashSet::new());
    for own in graph.keys() {
        if told.contains(*own) {
            continue;
        }
        if let Some(circle) = shortest_circle(&graph, own) {
            let line = graph[*own].iter().find(|(target, _)| *target == circle[1]).map_or(1, |(_, line)| *line);
            let names: Vec<String> = circle.iter().map(|module| module.join("/")).collect();
            findings.push(Finding::new(files[*own].source, line, format!("a circle: {}", names.join(" → ")), REMEDY));
            told.extend(circle);
        }
    }
    findings
}

fn read(sources: &[Source]) -> BTreeMap<Module<'_>, File<'_>> {
    let mut files = BTreeMap::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        let Some(inside) = source.path.strip_prefix(ROOT) else { continue };
        let module = module_path(inside);
        let is_test = module.iter().any(|name| *name == "tests" || name.ends_with("_tests"));
        if module.is_empty() || is_test {
            continue;
        }
        let code = without_tests(&tokens(&source.text));
        let file = File { source, named: named(&code), handed_on: handed_on(&code).into_iter().collect() };
        files.insert(module, file);
    }
    files
}

/// `numbers/mod.rs` is `[numbers]`, `numbers/buy.rs` is `[numbers, buy]`, `lib.rs` is the root itself.
fn module_path(inside: &str) -> Module<'_> {
    let mut path: Vec<&str> = inside.trim_end_matches(".rs").split('/').collect();
    if matches!(path.last(), Some(&"mod" | &"lib")) {
        path.pop();
    }
    path
}

/// The other files of its slice that a file uses, with the line of each use.
fn imports<'a>(files: &BTreeMap<Module<'a>, File<'a>>, own: &Module<'a>, file: &File<'a>) -> Vec<(Module<'a>, usize)> {
    let mut found = Vec::new();
    for named in &file.named {
        let Some(target) = resolve(files, own, &named.path, 0) else { continue };
        let is_neighbour = target != *own && target.first() == own.first() && !files[&target].is_door();
        if is_neighbour && !found.iter().any(|(known, _)| *known == target) {
            found.push((target, named.line));
        }
    }
    found
}

/// The file in which what a path names stands. `hops` bounds what is handed on and on.
fn resolve<'a>(
    files: &BTreeMap<Module<'a>, File<'a>>,
    from: &Module<'a>,
    path: &[&'a str],
    hops: usize,
) -> Option<Module<'a>> {
    let mut at = match path.first()? {
        &"crate" => Vec::new(),
        _ => from.clone(),
    };
    for name in path {
        match *name {
            "crate" | "self" => {}
            "super" => drop(at.pop()),
            name => {
                let mut inner = at.clone();
                inner.push(name);
                if files.contains_key(&inner) {
                    at = inner;
                    continue;
                }
                let behind = files.get(&at).and_then(|file| file.handed_on.get(name));
                return match behind {
                    Some(path) if hops < 8 => resolve(files, &at, path, hops + 1),
                    _ => files.contains_key(&at).then_some(at),
                };
            }
        }
    }
    files.contains_key(&at).then_some(at)
}

/// The shortest way from a file back to itself, both ends named.
fn shortest_circle<'a>(
    graph: &BTreeMap<&Module<'a>, Vec<(Module<'a>, usize)>>,
    start: &Module<'a>,
) -> Option<Vec<Module<'a>>> {
    let mut came_from: BTreeMap<Module<'a>, Module<'a>> = BTreeMap::new();
    let mut next = VecDeque::from([start.clone()]);
    while let Some(here) = next.pop_front() {
        for (target, _) in graph.get(&here).into_iter().flatten() {
            if target == start {
                let mut circle = vec![start.clone(), here.clone()];
                while let Some(before) = came_from.get(circle.last().expect("has two")) {
                    circle.push(before.clone());
                }
                circle.reverse();
                circle.push(start.clone());
                circle.dedup();
                return Some(circle);
            }
            if !came_from.contains_key(target) {
                came_from.insert(target.clone(), here.clone());
                next.push_back(target.clone());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::Source;

    /// The findings over these files of `app`.
    fn judge(files: &[(&str, &str)]) -> Vec<String> {
        let file =
            |(path, text): &(&str, &str)| Source { path: format!("crates/app/src/{path}"), text: (*text).into() };
        let sources: Vec<Source> = files.iter().map(file).collect();
        check(&sources)
            .into_iter()
            .map(|finding| format!("{}:{} {}", finding.path, finding.line, finding.what))
            .collect()
    }

    #[test]
    fn one_direction_is_fine() {
        let files = [
            ("auth/mod.rs", "mod login; mod sql; mod model; pub use model::Who; pub struct Auth;"),
            ("auth/login.rs", "use super::{Auth, Who, sql};"),
            ("auth/sql.rs", "use super::model::Who;"),
            ("auth/model.rs", "pub struct Who;"),
        ];
        assert!(judge(&files).is_empty());
    }

    #[test]
    fn two_files_that_use_each_other_are_a_circle() {
        let files = [
            ("auth/mod.rs", "mod session; mod sql;"),
            ("auth/session.rs", "\nuse super::sql::insert;"),
            ("auth/sql.rs", "use crate::auth::session::Who;"),
        ];
        assert_eq!(
            judge(&files),
            ["crates/app/src/auth/session.rs:2 a circle: auth/session → auth/sql → auth/session"]
        );
    }

    #[test]
    fn what_a_door_hands_on_is_its_file() {
        let files = [
            ("auth/mod.rs", "mod session; mod sql; pub use session::Who;"),
            ("auth/session.rs", "use super::sql;"),
            ("auth/sql.rs", "use super::Who;"),
        ];
        assert_eq!(judge(&files).len(), 1);
    }

    #[test]
    fn a_circle_of_three_is_told_once() {
        let files = [
            ("auth/mod.rs", ""),
            ("auth/a.rs", "use super::b::B;"),
            ("auth/b.rs", "use super::c::C;"),
            ("auth/c.rs", "use super::a::A;"),
        ];
        assert_eq!(judge(&files), ["crates/app/src/auth/a.rs:1 a circle: auth/a → auth/b → auth/c → auth/a"]);
    }

    #[test]
    fn tests_and_other_slices_do_not_count() {
        let files = [
            ("auth/mod.rs", ""),
            ("auth/a.rs", "use super::b::B;"),
            ("auth/b.rs", "mod tests { use super::super::a::A; }"),
            ("auth/tests.rs", "use super::a::A;"),
            ("keys/a.rs", "use crate::auth::a::A;"),
        ];
        assert!(judge(&files).is_empty());
    }
}
