//! What the place of a candidate in its text says.

use super::{
    candidates::Item,
    evidence::{Case, Evidence},
    text::Text,
    tokens::Kind,
};

/// How many tokens a domain has at most.
const DOMAIN: usize = 40;

/// What the place of a candidate says.
pub(super) fn place(case: &mut Case, text: &Text, item: &Item) {
    let tokens = &text.tokens;
    let is_sign = |at: usize| matches!(tokens.all()[at].kind, Kind::Sign(_));
    let (first, last) = (item.first, item.last);
    let alone = (0..first).all(is_sign) && (last + 1..tokens.len()).all(is_sign);
    case.say(alone, Evidence::Whole, 60);
    let opened = (0..first).rev().take_while(|at| is_sign(*at)).last().unwrap_or(first);
    let closed = (last + 1..tokens.len()).find(|at| !is_sign(*at));
    let line = tokens.all()[opened].line && closed.is_none_or(|at| line_between(text, last, at));
    let ended = opened.checked_sub(1).is_none_or(|at| text.ends(at)) || (opened..first).any(|at| text.ends(at));
    let stopped = closed.is_none() || (last + 1..closed.unwrap_or(tokens.len())).any(|at| text.ends(at));
    let sentence = ended && stopped;
    case.say(!alone && (line || sentence), Evidence::Apart, if line { 22 } else { 18 });
    case.say(starts(text, first), Evidence::Starts, 10);
    case.say(!alone && text.words <= 2 && text.items.len() == 1, Evidence::Labelled, 34);
    let quote =
        |sign: Option<char>| sign.is_some_and(|sign| matches!(sign, '[' | '(' | '"' | '«' | '“' | '「' | '【' | '<'));
    case.say(first.checked_sub(1).is_some_and(|at| quote(tokens.sign(at))), Evidence::Quoted, 3);
}

/// Whether a line begins after one place and not later than another.
fn line_between(text: &Text, last: usize, at: usize) -> bool {
    (last + 1..=at).any(|at| text.tokens.all()[at].line)
}

/// Whether nothing stands before it but a sender in brackets, or one with a colon.
pub(super) fn starts(text: &Text, first: usize) -> bool {
    let tokens = &text.tokens;
    if (0..first).all(|at| matches!(tokens.all()[at].kind, Kind::Sign(_))) {
        return true;
    }
    let label = first <= 6 && text.items.first().is_some_and(|item| item.first == first);
    label && matches!(tokens.sign(first - 1), Some(':' | '：' | ']' | '】' | ')' | '-' | '>'))
}

/// The last line of the origin-bound format: `@example.com #123456`, perhaps with an embedded origin after it.
pub(super) fn is_origin_bound(text: &Text, item: &Item) -> bool {
    let tokens = &text.tokens;
    let Some(sharp) = item.first.checked_sub(1).filter(|at| tokens.sign(*at) == Some('#')) else { return false };
    let line = (0..sharp).rev().take(DOMAIN).find(|at| tokens.all()[*at].line);
    line.is_some_and(|at| tokens.sign(at) == Some('@')) && tokens.all()[sharp].spaced
}
