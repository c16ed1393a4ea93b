//! Whether what touches a number shows that it belongs to something else: money, a measure, a phone, an address.

use super::{
    candidates::{Form, Item, Not},
    money::{is_currency, is_iso, is_listed},
    tokens::{Kind, Token, Tokens, is_unspaced},
    words::{Roles, VOCABULARY},
};

const STATES: &str = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC \
    ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC";
/// How many words after a house number its street is looked for.
const STREET: usize = 6;

/// What the neighbours of a number show it to be instead of a code.
pub(super) fn belongs(tokens: &Tokens, item: &Item) -> Option<Not> {
    if is_piece(tokens, item) {
        return Some(Not::Piece);
    }
    let before = item.first.checked_sub(1).and_then(|at| tokens.sign(at));
    if before == Some('©') || is_copyright(tokens, item) {
        return Some(Not::Date);
    }
    if before == Some('+') {
        return Some(Not::Phone);
    }
    if is_sum(item) || is_money(tokens, item) || is_measured(tokens, item) {
        return Some(Not::Amount);
    }
    (is_address(tokens, item)).then_some(Not::Owned)
}

/// A part of something longer: letters touch it, or signs that hide or hold the rest.
fn is_piece(tokens: &Tokens, item: &Item) -> bool {
    let (first, next) = (item.first, item.last + 1);
    let letters = |token: &Token, edge: Option<&char>| {
        let speaks = token.roles.announce() || token.roles.is_link() || token.roles.has(Roles::UNIT.or(Roles::MONEY));
        token.kind == Kind::Mixed || (token.kind == Kind::Word && !speaks && edge.is_some_and(|c| !is_unspaced(*c)))
    };
    let before = tokens.before(first).filter(|_| tokens.glued(first));
    let after = tokens.get(next).filter(|_| tokens.glued(next));
    before.is_some_and(|token| letters(token, tokens.chars(token).last()))
        || after.is_some_and(|token| letters(token, tokens.chars(token).first()))
        || is_hidden(tokens, item)
        || goes_on(tokens, item)
}

/// Signs before it stand for what is not shown: `**1234`, `...1234`, `•••• 1234`, or are part of what it belongs to.
fn is_hidden(tokens: &Tokens, item: &Item) -> bool {
    let sign = |back: usize| item.first.checked_sub(back).and_then(|at| tokens.sign(at));
    let after = tokens.sign(item.last + 1);
    match sign(1) {
        Some('•' | '●') => true,
        // `*123456*` is how chats write bold, `**123456**` too.
        Some('*') => after != Some('*') && (tokens.glued(item.first) || sign(2) == Some('*')),
        // `(***) ***-8820`
        Some('-') if matches!(sign(2), Some('*' | '•' | '●')) => true,
        Some(_) if !tokens.glued(item.first) => false,
        Some('/' | '_' | '\\' | '@' | '·' | '…' | '&' | '?') => true,
        Some('.') if sign(2) == Some('.') => tokens.size(item.first) <= 4,
        Some('.') => tokens.glued(item.first - 1) && item.first >= 2 && tokens.is_digits(item.first - 2),
        _ => false,
    }
}

/// Signs after it hold more of it: `6074****17`, `388-941-`, `4821/77`.
fn goes_on(tokens: &Tokens, item: &Item) -> bool {
    let next = item.last + 1;
    let dashed = item.last > item.first && tokens.sign(item.last - 1) == Some('-');
    let starred = item.first.checked_sub(1).and_then(|at| tokens.sign(at)) == Some('*');
    let more = tokens.glued(next + 1) && tokens.get(next + 1).is_some_and(|token| token.kind != Kind::Word);
    tokens.glued(next)
        && match tokens.sign(next) {
            Some('*') => !starred,
            Some('-') => dashed,
            Some('/' | '_' | '\\' | '@') => more,
            _ => false,
        }
}

/// `(c) 2026`.
fn is_copyright(tokens: &Tokens, item: &Item) -> bool {
    let Some(at) = item.first.checked_sub(3) else { return false };
    let letter = tokens.get(at + 1).is_some_and(|token| matches!(tokens.chars(token), ['c' | 'C']));
    letter && tokens.sign(at) == Some('(') && tokens.sign(at + 2) == Some(')')
}

/// A currency glued to digits: `USD500`, `500TL`.
fn is_sum(item: &Item) -> bool {
    let letters = item.code.trim_matches(|c: char| c.is_ascii_digit());
    let around = letters.len() < item.code.len() && letters.bytes().all(|b| b.is_ascii_alphabetic());
    let known = |letters: &str| {
        let chars: Vec<char> = letters.chars().collect();
        VOCABULARY.roles(&letters.to_ascii_lowercase()).has(Roles::MONEY) || is_iso(&chars)
    };
    item.form == Ok(Form::Lettered) && around && (2..=4).contains(&letters.len()) && known(letters)
}

/// A currency before or after, which is not that of a neighbouring number.
fn is_money(tokens: &Tokens, item: &Item) -> bool {
    let dot = |at: usize| tokens.sign(at) == Some('.');
    let before = item.first.checked_sub(1).map(|at| if at > 0 && dot(at) { at - 1 } else { at });
    if let Some(at) = before.filter(|at| is_currency(tokens, *at)) {
        let symbol = matches!(tokens.all()[at].kind, Kind::Sign(_));
        let others = at > 0 && tokens.is_digits(at - 1) && (tokens.glued(at) || !symbol) && !tokens.glued(item.first);
        if !others {
            return true;
        }
    }
    let next = item.last + 1;
    let numbered = tokens.is_digits(next + 1) || (dot(next + 1) && tokens.is_digits(next + 2));
    is_currency(tokens, next) && (tokens.glued(next) || !numbered)
}

/// A share, or a unit right after it.
fn is_measured(tokens: &Tokens, item: &Item) -> bool {
    let next = item.last + 1;
    let is_unit = |at: usize| tokens.get(at).is_some_and(|token| token.roles.has(Roles::UNIT) && !token.line);
    match tokens.sign(next) {
        Some('%') => return !tokens.get(next + 1).is_some_and(|token| token.kind == Kind::Word && !token.spaced),
        Some('°' | '℃') => return true,
        Some('+') => return tokens.glued(next),
        // Hungarian and Turkish glue *until* to what it ends at: `2359-ig`, `2359'a kadar`.
        Some('-') => return is_unit(next + 1) && tokens.glued(next) && tokens.glued(next + 1),
        Some('\'') => return is_unit(next + 2) && tokens.glued(next) && tokens.size(next + 1) <= 2,
        _ => {}
    }
    is_unit(next) && item.form != Ok(Form::Lettered)
}

/// A house number before its street, or a postal code after its state or the word for it.
fn is_address(tokens: &Tokens, item: &Item) -> bool {
    if item.code.len() <= 5 && is_before_street(tokens, item) || is_pin_code(tokens, item) {
        return true;
    }
    let state = tokens.before(item.first).is_some_and(|token| {
        item.code.len() == 5 && tokens.chars(token).len() == 2 && is_listed(STATES, tokens.chars(token))
    });
    state && item.first >= 2 && (tokens.sign(item.first - 2) == Some(',') || is_capital(tokens, item.first - 2))
}

/// `1420 N Market St`, `1600 SW 5th Ave`, `1420 avenue Foch`.
fn is_before_street(tokens: &Tokens, item: &Item) -> bool {
    let next = item.last + 1;
    let roles = |at: usize| tokens.get(at).map_or(Roles::NONE, |token| token.roles);
    if roles(next).has(Roles::STREET) && !is_capital(tokens, next) {
        let named = next + 1 + usize::from(roles(next + 1).has(Roles::LINK));
        return is_capital(tokens, named);
    }
    let ordinal = |at: usize| tokens.get(at).is_some_and(|token| token.kind == Kind::Mixed) && tokens.size(at) <= 5;
    let named =
        |at: &usize| (is_capital(tokens, *at) || ordinal(*at)) && tokens.get(*at).is_some_and(|token| !token.line);
    let mut street = (next..).take(STREET).take_while(named).skip(1);
    (roles(next) == Roles::NONE || ordinal(next)) && street.any(|at| roles(at).has(Roles::STREET))
}

pub(super) fn is_capital(tokens: &Tokens, at: usize) -> bool {
    let word = tokens.get(at).filter(|token| token.kind == Kind::Word);
    word.is_some_and(|token| tokens.chars(token).first().is_some_and(|c| c.is_uppercase()))
}

/// Whether a name stands at the end of its sentence.
fn is_last(tokens: &Tokens, at: usize) -> bool {
    let ends = |at: usize| tokens.get(at).is_none_or(|token| token.line || matches!(token.kind, Kind::Sign(_)));
    tokens.all()[at].roles == Roles::NONE && ends(at + 1)
}

/// India calls its postal codes PIN: `Bengaluru, PIN 560001`, `Pin code 400001 Mumbai`.
fn is_pin_code(tokens: &Tokens, item: &Item) -> bool {
    let is_name = |at: &usize| tokens.all()[*at].roles.has(Roles::PIN) || matches!(tokens.sign(*at), Some('-' | ':'));
    let name = (0..item.first).rev().take_while(is_name).last();
    let Some(name) = name.filter(|at| item.code.len() == 6 && tokens.all()[*at].roles.has(Roles::PIN)) else {
        return false;
    };
    let long = tokens.size(name) > 3 || tokens.all()[name + 1].roles.has(Roles::PIN);
    let comma = name.checked_sub(1).filter(|at| tokens.sign(*at) == Some(','));
    let place = comma.and_then(|at| at.checked_sub(1)).is_some_and(|at| is_capital(tokens, at));
    let next = item.last + 1;
    let ends = tokens.get(next).is_none_or(|token| token.line || token.kind != Kind::Word);
    let town = is_capital(tokens, next) && tokens.all()[next].roles == Roles::NONE;
    let posted = tokens.all().iter().any(|token| token.roles.has(Roles::POST));
    // `PIN code: 560001, Bengaluru`.
    let addressed = tokens.sign(next) == Some(',') && is_capital(tokens, next + 1) && is_last(tokens, next + 1);
    (place && ends && posted) || (long && name == 0 && (town || posted || addressed))
}
