//! Finds the code in a text. Pure.
//!
//! A text becomes [`tokens`], the digits of every script as ASCII. What has digits in it is an item ([`candidates`]): of
//! the form of a code, or of something else. What touches a candidate ([`belongs`]) and what its sentence says of it
//! ([`around`], [`against`]) shows whose it is: a number of an account, a sum, a time, a phone is never a code. For the
//! rest [`evidence`] is weighed ([`weigh`]); the weightiest case wins, if it weighs enough, and its reasons are told.
//!
//! Digits in groups (`123-456`, `123 456`) are one code without the separators, as services take them. A code of letters
//! and digits keeps its dashes, which services want typed.

mod against;
mod around;
mod belongs;
mod candidates;
mod evidence;
mod links;
mod money;
mod normal;
mod place;
mod spent;
#[cfg(test)]
mod tests;
mod text;
mod tokens;
mod weigh;
mod words;

use candidates::Item;
use evidence::{Case, Evidence};
use text::Text;

/// What a case must weigh.
const ENOUGH: i32 = 40;
/// What a supplier's word weighs: not enough alone, so that a number that nothing announces needs more.
const SUPPLIER: i32 = 30;
/// How many characters a code has at most, without its dashes.
const LONGEST: usize = 12;
/// How many dashes a code has at most.
const DASHES: usize = 3;

/// A code, and why it is taken for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The code.
    pub code: String,
    /// What speaks for it, the weightiest first.
    pub because: Vec<Evidence>,
}

impl Found {
    /// Its reasons in words.
    pub(super) fn why(&self) -> String {
        let words: Vec<&str> = self.because.iter().map(|evidence| evidence.words()).collect();
        words.join(", ")
    }
}

/// The words and the code of a text that a supplier tells, with what it takes for the code. Where there are words, what
/// we find in them counts first: suppliers take years and sums for codes. Suppliers that tell no words may tell the
/// whole text as its code (SMS-Man's `sms_code`). What is no code in the words is none because a supplier says so.
pub(super) fn read<'a>(words: Option<&'a str>, told: Option<&'a str>) -> (Option<&'a str>, Option<Found>) {
    let told = told.map(str::trim).filter(|told| !told.is_empty());
    let code = told.and_then(tidy);
    let words = words.or(told.filter(|_| code.is_none()));
    let found = match words {
        Some(words) => find(words, code.as_deref()),
        None => code.map(told_only),
    };
    (words, found)
}

fn told_only(code: String) -> Found {
    Found { code, because: vec![Evidence::Supplier] }
}

/// The code in a text; `None` where nothing looks enough like one. What a supplier takes for the code is evidence too.
fn find(words: &str, told: Option<&str>) -> Option<Found> {
    let text = Text::of(words);
    let spent = spent::spent(&text);
    let text = text.less(spent);
    let mut best: Option<(i32, &Item, Case)> = None;
    for item in &text.items {
        let Ok(mut case) = weigh::case(&text, item) else { continue };
        if told.is_some_and(|told| is_same(told, &item.code)) {
            case.reasons.push((Evidence::Supplier, SUPPLIER));
        }
        let weight = case.weight();
        if weight >= ENOUGH && best.as_ref().is_none_or(|(other, ..)| weight > *other) {
            best = Some((weight, item, case));
        }
    }
    if let Some((_, item, mut case)) = best {
        case.reasons.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        let because = case.reasons.into_iter().map(|(evidence, _)| evidence).collect();
        return Some(Found { code: item.code.clone(), because });
    }
    // A supplier may know more than the words that it tells, but not another meaning of what stands in them.
    told.filter(|told| !stands_in(&text, told)).map(|told| told_only(told.to_owned()))
}

/// Whether any part of the text has these letters and digits.
fn stands_in(text: &Text, told: &str) -> bool {
    let bare = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let last = text.tokens.len().checked_sub(1);
    last.is_some_and(|last| bare(&text.tokens.span(0, last)).contains(&bare(told)))
}

fn is_same(one: &str, other: &str) -> bool {
    let bare = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    bare(one) == bare(other)
}

/// A code that a supplier tells, in the form in which we show codes; `None` for anything that is no code, above all
/// for words in a row.
fn tidy(told: &str) -> Option<String> {
    let told: String = normal::normal(told).into_iter().collect();
    let bare: String = told.chars().filter(char::is_ascii_alphanumeric).collect();
    let separated = told.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ' ');
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    if !separated
        || bare.is_empty()
        || bare.len() > LONGEST
        || (digits == 0 && !told.bytes().all(|b| b.is_ascii_uppercase()))
    {
        return None;
    }
    match (digits == bare.len(), told.contains(' ')) {
        (true, _) => Some(bare),
        (false, false) => Some(told).filter(|told| told.len() <= LONGEST + DASHES),
        (false, true) => None,
    }
}
