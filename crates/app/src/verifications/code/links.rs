//! What of a text is an address or a signature for machines: nothing in it is a code.

use super::tokens::{Kind, Token, Tokens};

/// The last part of a domain, where nothing else tells that a word is one.
const TOP_LEVEL: [&str; 40] = [
    "com", "net", "org", "io", "ly", "me", "gg", "ru", "co", "app", "de", "fr", "it", "es", "pt", "br", "nl", "pl",
    "uk", "in", "cn", "jp", "kr", "tr", "ua", "kz", "us", "eu", "id", "vn", "info", "biz", "dev", "link", "page", "gl",
    "to", "ai", "ng", "ke",
];
/// The length of the hash that Android's SMS Retriever wants at the end of a text.
const HASH: usize = 11;

/// Which tokens are part of a link, a mail address or the hash at the end.
pub(super) fn links(tokens: &Tokens) -> Vec<bool> {
    let mut linked = vec![false; tokens.len()];
    let mut first = 0;
    while first < tokens.len() {
        let last = chunk_end(tokens, first);
        if let Some(from) = link_in(tokens, first, last) {
            linked[from..=last].fill(true);
        }
        first = last + 1;
    }
    if let Some(first) = hash(tokens) {
        linked[first..].fill(true);
    }
    linked
}

/// Whether the hash that only texts with codes have stands at the end.
pub(super) fn hash(tokens: &Tokens) -> Option<usize> {
    let mut first = tokens.len().checked_sub(1)?;
    while tokens.glued(first) && first > 0 && tokens.len() - first <= HASH {
        first -= 1;
    }
    let chars: Vec<char> = tokens.span(first, tokens.len() - 1).chars().collect();
    let base64 = chars.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'));
    let kinds = [char::is_ascii_lowercase, char::is_ascii_uppercase, char::is_ascii_digit, is_sign];
    let varied = kinds.iter().filter(|kind| chars.iter().any(kind)).count() >= 2;
    // A capitalised word of eleven letters is a word.
    let word = chars.iter().skip(1).all(char::is_ascii_lowercase);
    (chars.len() == HASH && base64 && varied && !word && first > 0).then_some(first)
}

fn is_sign(c: &char) -> bool {
    matches!(c, '+' | '/')
}

/// The last token of a chunk of ASCII without white space.
fn chunk_end(tokens: &Tokens, first: usize) -> usize {
    let rest = &tokens.all()[first + 1..];
    let ends = |token: &Token| token.spaced || !tokens.chars(token).iter().all(char::is_ascii);
    rest.iter().position(ends).map_or(tokens.len() - 1, |length| first + length)
}

/// Where in a chunk an address begins.
fn link_in(tokens: &Tokens, first: usize, last: usize) -> Option<usize> {
    for at in first..=last {
        let sign = |ahead: usize| (at + ahead <= last).then(|| tokens.sign(at + ahead)).flatten();
        let scheme = sign(0) == Some(':') && sign(1) == Some('/') && sign(2) == Some('/');
        let mail = sign(0) == Some('@') && sign(2) == Some('.');
        if scheme || mail {
            return Some(word_before(tokens, first, at));
        }
        if sign(0) == Some('.') && at > first && is_domain(tokens, at, last) {
            return Some(word_before(tokens, first, at));
        }
    }
    None
}

/// The beginning of the word that a sign stands after: back over letters, digits, dots, dashes and underlines.
fn word_before(tokens: &Tokens, first: usize, sign: usize) -> usize {
    let belongs = |at: &usize| !matches!(tokens.sign(*at), Some(sign) if !matches!(sign, '.' | '-' | '_' | '+' | '@'));
    (first..sign).rev().take_while(belongs).last().unwrap_or(sign)
}

fn is_domain(tokens: &Tokens, dot: usize, last: usize) -> bool {
    let Some(part) = tokens.get(dot + 1).filter(|_| dot < last) else { return false };
    let named = tokens.before(dot).is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Mixed));
    let name: String = tokens.chars(part).iter().collect();
    let path = dot + 2 <= last && tokens.sign(dot + 2) == Some('/');
    let lower = name.chars().all(|c| c.is_ascii_lowercase());
    named && part.kind == Kind::Word && lower && (path || TOP_LEVEL.contains(&name.as_str()))
}
