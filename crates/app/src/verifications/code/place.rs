//! What the place of a candidate in its text says.

use super::{
    candidates::Item,
    evidence::{Case, Evidence},
    text::Text,
    tokens::Kind,
    words::Roles,
};

/// How many tokens a domain has at most.
const DOMAIN: usize = 40;
/// How many words a sender's name has.
const NAME: usize = 2;
/// How many words after a number its validity takes at most.
const SPAN: usize = 6;
/// How many minutes a code counts at most; tickets count longer.
const MINUTES: u32 = 30;

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
    // A name with digits in it is a word: `2FA`.
    let plain = |item: &&Item| tokens.all()[item.first].roles == Roles::NONE;
    let single = text.items.iter().filter(plain).take(2).count() == 1;
    case.say(!alone && text.words <= 2 && single, Evidence::Labelled, 34);
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

/// Whether its sentence is a sender's name, a colon and nothing else: `LinkedIn: 00417.`
pub(super) fn sender(text: &Text, item: &Item) -> bool {
    let tokens = &text.tokens;
    let Some(colon) = item.first.checked_sub(1).filter(|at| matches!(tokens.sign(*at), Some(':' | '：'))) else {
        return false;
    };
    let is_name = |at: usize| {
        let token = &tokens.all()[at];
        let capital = tokens.chars(token).first().is_some_and(|c| !c.is_lowercase());
        token.kind == Kind::Word && capital && token.roles == Roles::NONE
    };
    let named = (1..=NAME.min(colon)).any(|size| (colon - size..colon).all(is_name) && text.begins(colon - size));
    let next = item.last + 1;
    named && tokens.get(next).is_none_or(|token| token.line || text.ends(next))
}

/// Whether the text begins with it, perhaps after a name, and goes on with how many minutes it counts.
pub(super) fn lasts(text: &Text, item: &Item) -> bool {
    let tokens = &text.tokens;
    let is_word = |at: &usize| !matches!(tokens.all()[*at].kind, Kind::Sign(_));
    let roles = |at: usize| tokens.get(at).map_or(Roles::NONE, |token| token.roles);
    let is_name = |at: usize| tokens.all()[at].kind == Kind::Word && roles(at) == Roles::NONE;
    let name: Vec<usize> = (0..item.first).filter(is_word).take(NAME + 1).collect();
    let counts = |at: usize| {
        let number: Option<u32> =
            tokens.get(at).and_then(|token| tokens.chars(token).iter().collect::<String>().parse().ok());
        number.is_some_and(|minutes| minutes <= MINUTES) && roles(at + 1).has(Roles::BRIEF)
    };
    // `(valid for 10 min)`, `. Code valid 10 min`, `，10分钟内有效`.
    let mut span = (item.last + 1..tokens.len()).filter(is_word).take(SPAN).skip_while(|at| roles(*at).announce());
    let Some(first) = span.next() else { return false };
    let valid = if counts(first) {
        span.any(|at| roles(at).has(Roles::VALID))
    } else {
        roles(first).has(Roles::VALID) && span.any(counts)
    };
    valid && name.len() <= NAME && name.into_iter().all(is_name)
}

/// The last line of the origin-bound format: `@example.com #123456`, perhaps with an embedded origin after it.
pub(super) fn is_origin_bound(text: &Text, item: &Item) -> bool {
    let tokens = &text.tokens;
    let Some(sharp) = item.first.checked_sub(1).filter(|at| tokens.sign(*at) == Some('#')) else { return false };
    let line = (0..sharp).rev().take(DOMAIN).find(|at| tokens.all()[*at].line);
    line.is_some_and(|at| tokens.sign(at) == Some('@')) && tokens.all()[sharp].spaced
}
