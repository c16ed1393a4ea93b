//! The paths that a file's code names, and what a module hands on under its own name.

use crate::tidy::lexer::Token;

/// A path as it is written, with the line it stands on.
#[derive(Debug, PartialEq, Clone)]
pub(super) struct Named<'a> {
    pub(super) line: usize,
    pub(super) path: Vec<&'a str>,
}

/// The code of a file without its inline test modules.
pub(super) fn without_tests<'a>(code: &[Token<'a>]) -> Vec<Token<'a>> {
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < code.len() {
        let is_tests = code[at].text == "mod" && at + 2 < code.len() && code[at + 2].text == "{";
        if is_tests && code[at + 1].text.ends_with("tests") {
            at = end_of_braces(code, at + 2);
        } else {
            kept.push(code[at]);
            at += 1;
        }
    }
    kept
}

/// Every path that starts at `crate`, `self` or `super`, those of `use` in full.
pub(super) fn named<'a>(code: &[Token<'a>]) -> Vec<Named<'a>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < code.len() {
        if matches!(code[at].text, "crate" | "self" | "super") && text(code, at + 1) == "::" {
            at = tree(code, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// What `pub use` (or `pub(crate) use`) hands on: the name, and the path behind it.
pub(super) fn handed_on<'a>(code: &[Token<'a>]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut found = Vec::new();
    for (at, token) in code.iter().enumerate() {
        let is_public = at > 0 && matches!(code[at - 1].text, "pub" | ")");
        if token.text != "use" || !is_public {
            continue;
        }
        let mut paths = Vec::new();
        let end = tree(code, at + 1, &[], &mut paths);
        let renamed = (text(code, end) == "as").then(|| text(code, end + 1));
        for path in paths {
            let own = path.path.last().copied().unwrap_or_default();
            found.push((renamed.unwrap_or(own), path.path));
        }
    }
    found
}

/// Reads a path, or each branch of a group, from `at`; says where it ends.
fn tree<'a>(code: &[Token<'a>], mut at: usize, before: &[&'a str], found: &mut Vec<Named<'a>>) -> usize {
    let (line, mut path) = (code.get(at).map_or(0, |token| token.line), before.to_vec());
    loop {
        match text(code, at) {
            "{" => {
                let end = end_of_braces(code, at);
                at += 1;
                while at < end {
                    let next = tree(code, at, &path, found);
                    // A comma, or the closing brace; `as name` in between changes nothing.
                    at = (next.max(at + 1)..end).find(|at| text(code, *at) == ",").map_or(end, |comma| comma + 1);
                }
                return end;
            }
            word if is_word(word) => {
                path.push(word);
                at += 1;
                if text(code, at) != "::" {
                    found.push(Named { line, path });
                    return at;
                }
                at += 1;
            }
            // A glob names the module itself.
            _ => {
                found.push(Named { line, path });
                return at;
            }
        }
    }
}

fn end_of_braces(code: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in code.iter().enumerate().skip(open) {
        match token.text {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

fn text<'a>(code: &[Token<'a>], at: usize) -> &'a str {
    code.get(at).map_or("", |token| token.text)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::{handed_on, named, without_tests};
    use crate::tidy::lexer::tokens;

    fn paths(text: &str) -> Vec<String> {
        named(&without_tests(&tokens(text))).into_iter().map(|named| named.path.join("::")).collect()
    }

    #[test]
    fn every_branch_is_a_path() {
        let text = "use super::{Auth, model::{Who, Device}, sql::{self, Row}}; fn f() { crate::web::now() }";
        let all = [
            "super::Auth",
            "super::model::Who",
            "super::model::Device",
            "super::sql::self",
            "super::sql::Row",
            "crate::web::now",
        ];
        assert_eq!(paths(text), all);
        assert_eq!(paths("use super::{a as b, c}; use super::*;"), ["super::a", "super::c", "super"]);
    }

    #[test]
    fn tests_name_what_they_like() {
        assert!(paths("mod tests { use super::a::b; mod more { } use super::c; }").is_empty());
    }

    #[test]
    fn what_a_module_hands_on_has_a_name() {
        let code = tokens("pub use model::{A, b::C}; pub(crate) use sql::find as look; use self::x::Y;");
        let found = handed_on(&code);
        assert_eq!(found.len(), 3);
        assert_eq!(found[1], ("C", vec!["model", "b", "C"]));
        assert_eq!(found[2], ("look", vec!["sql", "find"]));
    }
}
