//! Slices of the crate `app` import downwards only, so that each can be read, tested and changed knowing only
//! what lies below it.

use super::lexer::{Token, tokens};
use super::{Finding, Source};

const ROOT: &str = "crates/app/src/";

/// The slices from the bottom up. Those of one layer do not know each other.
const LAYERS: &[&[&str]] = &[
    &["web"],
    &["audit", "orphans"],
    &["events"],
    &["ledger"],
    &["jobs"],
    &["files"],
    &["accounts"],
    &["mail"],
    &["auth", "keys", "members"],
    &["guards"],
    &["prices", "tax"],
    &["usage"],
    &["orders", "payments"],
    &["subscriptions"],
    &["offers", "flows"],
    &["numbers"],
    &["suppliers"],
    &["verifications"],
    &["market", "sessions"],
    &["voice"],
    &["messages"],
    &["invoices"],
    &["webhooks", "notifications", "streams", "analytics"],
    &["operators"],
];

/// Every import that points sideways or up.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    sources.iter().filter(|source| source.is_rust()).flat_map(check_file).collect()
}

fn check_file(source: &Source) -> Vec<Finding> {
    let Some(inside) = source.path.strip_prefix(ROOT) else { return Vec::new() };
    let module = module_path(inside);
    // lib.rs names every slice.
    let Some(own) = module.first() else { return Vec::new() };
    let Some(rank) = layer(own) else {
        let what = format!("`{own}` is a slice without a place in the order");
        return vec![Finding::new(
            source,
            1,
            what,
            "add it to LAYERS in xtask/src/tidy/slices.rs and to ARCHITECTURE.md",
        )];
    };
    let judge = |token: &Token<'_>| {
        let target = layer(token.text)?;
        if token.text == *own || target < rank {
            return None;
        }
        let place = if target == rank { "a neighbour of" } else { "above" };
        let what = format!("`{own}` imports `{}`, which is {place} it", token.text);
        let remedy =
            "invert it: declare a trait in the lower slice and implement it in the higher one, joined in compose.rs";
        Some(Finding::new(source, token.line, what, remedy))
    };
    let code = tokens(&source.text);
    reached_from_root(&code, module.len()).iter().filter_map(judge).collect()
}

fn layer(slice: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&slice))
}

/// `numbers/mod.rs` is `[numbers]`, `numbers/buy.rs` is `[numbers, buy]`, `lib.rs` is the root itself.
fn module_path(inside: &str) -> Vec<&str> {
    let mut path: Vec<&str> = inside.trim_end_matches(".rs").split('/').collect();
    if matches!(path.last(), Some(&"mod" | &"lib")) {
        path.pop();
    }
    path
}

/// The names that the code takes from the root of the crate, by `crate::…` or by enough `super::`.
fn reached_from_root<'a>(code: &[Token<'a>], depth: usize) -> Vec<Token<'a>> {
    let mut found = Vec::new();
    // For each open brace, whether it opened an inline module.
    let mut braces: Vec<bool> = Vec::new();
    for (at, token) in code.iter().enumerate() {
        match token.text {
            "{" => braces.push(at >= 2 && code[at - 2].text == "mod"),
            "}" => drop(braces.pop()),
            "crate" if is_sign(code, at + 1, "::") => found.extend(heads(&code[at + 2..])),
            "super" if !(at >= 2 && is_sign(code, at - 1, "::") && code[at - 2].text == "super") => {
                let steps = code[at..].chunks(2).take_while(|pair| is_step_up(pair)).count();
                if steps == depth + braces.iter().filter(|inline| **inline).count() {
                    found.extend(heads(&code[at + 2 * steps..]));
                }
            }
            _ => {}
        }
    }
    found
}

fn is_step_up(pair: &[Token<'_>]) -> bool {
    matches!(pair, [name, sign] if name.text == "super" && sign.text == "::")
}

fn is_sign(code: &[Token<'_>], at: usize, sign: &str) -> bool {
    code.get(at).is_some_and(|token| token.text == sign)
}

/// The first names of what follows a `::`: one, or those of each branch of `{a::b, c::{d, e}}`.
fn heads<'a>(code: &[Token<'a>]) -> Vec<Token<'a>> {
    let Some(first) = code.first() else { return Vec::new() };
    if first.text != "{" {
        return vec![*first];
    }
    let (mut found, mut open, mut expected) = (Vec::new(), 0, true);
    for token in code {
        match token.text {
            "{" => open += 1,
            "}" => open -= 1,
            "," if open == 1 => expected = true,
            _ if open == 1 && expected => {
                found.push(*token);
                expected = false;
            }
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::Source;

    /// The findings of one file of `app`, as `line what`.
    fn judge(path: &str, text: &str) -> Vec<String> {
        let source = Source { path: format!("crates/app/src/{path}"), text: text.into() };
        check(&[source]).into_iter().map(|finding| format!("{} {}", finding.line, finding.what)).collect()
    }

    #[test]
    fn downwards_and_within_is_fine() {
        assert!(judge("numbers/buy.rs", "use crate::{orders::Line, ledger, numbers::model::Number};").is_empty());
        assert!(judge("numbers/mod.rs", "pub mod buy; use self::buy::x; use super::web::Caller;").is_empty());
        assert!(judge("lib.rs", "pub mod web; pub use crate::numbers::Number;").is_empty());
    }

    #[test]
    fn upwards_is_refused_with_its_line() {
        let found = judge("orders/open.rs", "use crate::ledger;\n\nfn f() { crate::numbers::buy() }");
        assert_eq!(found, ["3 `orders` imports `numbers`, which is above it"]);
    }

    #[test]
    fn a_neighbour_is_refused() {
        let found = judge("auth/login.rs", "use crate::keys::Key;");
        assert_eq!(found, ["1 `auth` imports `keys`, which is a neighbour of it"]);
    }

    #[test]
    fn every_branch_of_a_group_is_seen() {
        let found = judge("prices/mod.rs", "use crate::{\n    web::{voice, Page},\n    voice::Call,\n    usage,\n};");
        assert_eq!(
            found,
            ["3 `prices` imports `voice`, which is above it", "4 `prices` imports `usage`, which is above it"]
        );
    }

    #[test]
    fn the_way_over_super_is_seen() {
        assert_eq!(judge("web/page.rs", "use super::super::events::Event;").len(), 1);
        assert_eq!(judge("web/mod.rs", "use super::{events, web};").len(), 1);
        assert_eq!(judge("web/page.rs", "mod tests { use super::super::super::events; }").len(), 1);
        // Two steps out of an inline module stay inside the slice.
        assert!(judge("web/page.rs", "mod tests { use super::super::events; }").is_empty());
        assert_eq!(judge("web/page.rs", "mod tests { fn f() {} } use super::super::events;").len(), 1);
    }

    #[test]
    fn comments_strings_and_visibility_are_not_imports() {
        assert!(
            judge("web/mod.rs", "/// [`crate::orders`]\npub(crate) fn f() -> &'static str { \"crate::orders\" }")
                .is_empty()
        );
    }

    #[test]
    fn a_new_slice_needs_a_place() {
        assert_eq!(judge("faxes/mod.rs", ""), ["1 `faxes` is a slice without a place in the order"]);
    }
}
