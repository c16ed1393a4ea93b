//! What speaks against a candidate: whose its sentence says it is, and what its form needs to be a code.

use super::{
    around::{OWNED, Side},
    candidates::{Form, Item, Not},
    place::starts,
    text::Text,
    tokens::Kind,
    words::Roles,
};

/// How far away a word for calling makes a number one to call.
const CALLED: i32 = 4;

/// How many letters the word for a code has where it is no compound.
const SHORT: usize = 6;

/// Words with which a sentence goes on from a code.
const GOES_ON: Roles = Roles::TURN.or(Roles::VALID).or(Roles::WHEN).or(Roles::LINK).or(Roles::TO);

/// How doubtful an owner makes the candidate, or that it is the owner's.
pub(super) fn owned(text: &Text, item: &Item, back: &Side, ahead: &Side) -> Result<i32, Not> {
    let tied = back.tied && back.announced.is_some();
    let called = back.call.is_some_and(|distance| distance <= CALLED);
    let sent = (back.to && back.send.is_some()) || back.send == Some(0) && back.announced.is_none();
    let answered = ahead.announced.is_some() && (ahead.tied || back.used);
    if sent || (called && !tied && !answered) {
        return Err(Not::Phone);
    }
    let owner = back.owner.is_some_and(|distance| distance <= OWNED);
    let named = ahead.near(0) && back.owner != Some(0);
    if owner && !tied && !named && !(answered && (back.paused || back.tied)) {
        return Err(Not::Owned);
    }
    if text.is_spent(item) {
        return Err(Not::OtherCode);
    }
    let elsewhere = back.gone.is_some() || ahead.gone == Some(0) && !back.near(0);
    if elsewhere && back.announced.is_some() && !back.tied && !back.used {
        return Err(Not::Owned);
    }
    if back.other && back.verify.is_none() || (back.announced.is_none() && ahead.other) {
        return Err(Not::OtherCode);
    }
    let theirs = ahead.owner.is_some_and(|distance| distance <= OWNED) && ahead.announced.is_none();
    if theirs && !ahead.paused && back.announced.is_none() && ahead.verify.is_none() {
        return Err(Not::Owned);
    }
    let travels = item.form == Ok(Form::Lettered) && text.roles.has(Roles::TRAVEL);
    if sells(text, item, back, ahead) || (travels && !back.certain() && !ahead.certain()) {
        return Err(Not::OtherCode);
    }
    // No code follows *at* or *until*.
    let dated_at = back.when && !back.near(0) && ahead.announced.is_none() && item.form == Ok(Form::Digits);
    if dated_at || (is_time(item) && dated(back, ahead)) || is_in_a_range(text, item) {
        return Err(Not::Date);
    }
    Ok(if owner || called { 12 } else { 0 })
}

/// Whether its code is one that gives a discount.
fn sells(text: &Text, item: &Item, back: &Side, ahead: &Side) -> bool {
    let verified = text.roles.has(Roles::VERIFY.or(Roles::SECRET).or(Roles::OTP));
    if back.certain() || ahead.certain() || verified {
        return false;
    }
    let here = back.promo || ahead.promo;
    let lettered = item.form == Ok(Form::Lettered);
    here || (lettered && text.roles.has(Roles::PROMO)) || (lettered && is_slogan(&item.code) && !back.tied)
}

/// A word and a number, as shops like them: `SAVE20`.
fn is_slogan(code: &str) -> bool {
    let digits = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
    code.len() >= digits.len() + 4 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Four digits that are a year, or a time of the day.
fn is_time(item: &Item) -> bool {
    let (Ok(Form::Digits), Ok(number)) = (item.form, item.code.parse::<u32>()) else { return false };
    item.code.len() == 4 && (is_year(number) || (number < 2400 && number % 100 < 60))
}

fn is_year(number: u32) -> bool {
    (1900..2100).contains(&number)
}

/// A day of these years, written `20261127`, `27112026` or `11272026`.
fn is_day(code: &str) -> bool {
    let part = |range: std::ops::Range<usize>| code.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let year = |year: u32| (2020..2040).contains(&year);
    let day = |month: u32, day: u32| (1..=12).contains(&month) && (1..=31).contains(&day);
    let (first, second) = (part(0..2), part(2..4));
    let begins = year(part(0..4)) && day(part(4..6), part(6..8));
    code.len() == 8 && (begins || (year(part(4..8)) && (day(first, second) || day(second, first))))
}

/// Whether it is one of two times with *to* between: `0100 to 0500`.
fn is_in_a_range(text: &Text, item: &Item) -> bool {
    let spans = |left: &Item, right: &Item| {
        let between = text.tokens.get(left.last + 1).filter(|_| right.first == left.last + 2);
        is_time(left) && is_time(right) && between.is_some_and(|token| token.roles.has(Roles::TO.or(Roles::WHEN)))
    };
    text.items.windows(2).any(|pair| {
        let [left, right] = pair else { return false };
        (left.first == item.first || right.first == item.first) && spans(left, right)
    })
}

/// Whether what stands around says that it is a year or a time, or nothing near says that it is a code.
fn dated(back: &Side, ahead: &Side) -> bool {
    let announced = back.near(1) || back.tied_within(12) || ahead.near(3);
    back.when || !announced && back.announced.is_some_and(|_| back.passed > 0)
}

/// Groups of letters and digits to be entered for something that codes are for: `Enter AB12-CD34 to activate`.
pub(super) fn is_key(text: &Text, item: &Item, back: &Side, ahead: &Side) -> bool {
    let grouped = item.form == Ok(Form::Lettered) && item.code.contains('-');
    grouped
        && back.used
        && ahead.verify.is_some_and(|distance| distance <= 1)
        && !text.roles.has(Roles::PROMO.or(Roles::OTHER))
}

/// A year that nothing near announces is a year; so are groups, and letters with digits, no codes then.
pub(super) fn needs(text: &Text, item: &Item, back: &Side, ahead: &Side) -> Result<(), Not> {
    let form = item.form?;
    let ahead_of = |words: i32| ahead.tied_within(words) || (back.used && ahead.near(words));
    let year = item.code.len() == 4 && item.code.parse().is_ok_and(is_year) && !back.tied_within(12);
    let said = (back.near(1) && !back.when) || ahead_of(4) || (starts(text, item.first) && ahead.near(3));
    let alone = text.items.len() == 1 && (text.words == 0 || (text.words <= 2 && back.tied));
    // Things happen on a day: *on* ties it to no code.
    let day = is_day(&item.code);
    let called = back.near(0) && !back.when;
    let said = if day { called || ahead_of(4) || (starts(text, item.first) && ahead.near(3)) } else { said };
    if form == Form::Digits && (year || day) && !said && !alone {
        return Err(Not::Date);
    }
    match form {
        Form::Spread if !back.near(3) && !ahead.near(4) && !is_typed(item, back, ahead) => Err(Not::Form),
        Form::Long if !is_long(text, item, back, ahead) => Err(Not::Phone),
        Form::Lettered => {
            let small = item.code.bytes().any(|b| b.is_ascii_lowercase());
            let known = if small { back.near(0) || back.tied_within(4) } else { back.near(2) || back.tied_within(12) };
            if known || ahead_of(6) || is_key(text, item, back, ahead) { Ok(()) } else { Err(Not::Form) }
        }
        _ => Ok(()),
    }
}

/// Groups with nothing but what they are for to show that they are a code: `Type 39 21 88 to finish signing in`.
fn is_typed(item: &Item, back: &Side, ahead: &Side) -> bool {
    let part = |at: usize| item.code.get(at..at + 2).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let day = |month: usize, day: usize| (1..=12).contains(&part(month)) && (1..=31).contains(&part(day));
    let dated = item.code.len() == 6 && (day(2, 0) || day(0, 2) || day(2, 4));
    back.used && ahead.verify.is_some() && !dated
}

/// Whether 9 or 10 digits are a code: only where right beside them nothing but a code is spoken of, for phones,
/// accounts and parcels have as many.
fn is_long(text: &Text, item: &Item, back: &Side, ahead: &Side) -> bool {
    let digits = item.code.as_bytes();
    // `123456789` is what people write where a number is to come.
    let sample = digits.windows(2).all(|pair| pair[0] + 1 == pair[1] || (pair[0] == b'9' && pair[1] == b'0'));
    // *On* is Finnish for *is*, and English for where a code went.
    let on = text.tokens.before(item.first).is_some_and(|token| matches!(text.tokens.chars(token), ['o' | 'O', 'n']));
    let (said, follows) = (back.near(0) && is_certain(text, back), ahead.near(0) && is_certain(text, ahead));
    let free = back.owner.is_none() && back.call.is_none() && ahead.call.is_none() && !back.to && !back.when;
    let next = text.tokens.get(item.last + 1).filter(|token| token.kind == Kind::Word && !token.line);
    let done = next.is_none_or(|token| token.roles.has(GOES_ON) && !token.roles.has(Roles::COPULA));
    let after = said && done && !on && (back.tied || !back.paused && is_for(text, back));
    let called = is_for(text, ahead) || is_yours(text, ahead);
    let before = follows && called && ahead.tied && text.begins(item.first) && back.announced.is_none();
    free && !sample && !text.usual && (after || before)
}

/// Whether the word for a code says what the code is for, by itself or with its neighbour.
fn is_for(text: &Text, side: &Side) -> bool {
    let verifies = |at: usize| text.tokens.get(at).is_some_and(|token| token.roles.has(Roles::VERIFY));
    let Some(name) = side.name else { return false };
    verifies(name) || verifies(name + 1) || name.checked_sub(1).is_some_and(verifies)
}

/// Whether the word for a code leaves no other kind of it: by what it is for, or because nothing stands with it.
fn is_certain(text: &Text, side: &Side) -> bool {
    let Some(name) = side.name else { return false };
    // What is longer is compound: `Kundencode`.
    let bare = text.tokens.size(name) <= SHORT && is_yours(text, side);
    side.certain() || bare || is_for(text, side)
}

/// Whether *your* stands before the word for a code.
fn is_yours(text: &Text, side: &Side) -> bool {
    side.name.and_then(|name| text.tokens.before(name)).is_some_and(|token| token.roles.has(Roles::LINK))
}
