//! What in a text has the form of a code, and what has the form of something else.

use super::{
    links::links,
    money::is_currency,
    tokens::{Kind, Tokens},
    words::Roles,
};

/// What is glued to a number that it counts.
const UNITS: [&str; 24] = [
    "s", "m", "h", "d", "k", "kb", "mb", "gb", "min", "mins", "sec", "hr", "hrs", "am", "pm", "km", "kwh", "kcal",
    "th", "usd", "eur", "rub", "tl", "ft",
];

/// Months as dates without spaces have them.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// How a candidate is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// 4 to 8 digits.
    Digits,
    /// Digits in the groups that codes are written in: 3-3, 4-4.
    Grouped,
    /// Digits in groups that other things have too: `84 93 21`, `1 2 3 4`.
    Spread,
    /// Digits after letters that say who wrote: `G-123456`.
    Prefixed,
    /// Letters and digits, perhaps in groups.
    Lettered,
    /// 9 or 10 digits, as phones and accounts have them.
    Long,
}

/// Why a number is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Not {
    /// A part of a longer token, a link or a hash.
    Piece,
    /// A date, a time or a year.
    Date,
    /// A sum, a share or a measure.
    Amount,
    /// A number to call or to write to.
    Phone,
    /// It belongs to an account, an order, a card, an address.
    Owned,
    /// A code of another kind.
    OtherCode,
    /// Too short, too long, of no form that codes have.
    Form,
}

/// A number, or letters and digits, in a text.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Its first token.
    pub first: usize,
    /// Its last token.
    pub last: usize,
    /// It as services take it.
    pub code: String,
    /// Its form, or what it is instead of a code.
    pub form: Result<Form, Not>,
}

/// Everything in a text that has digits in it, in order.
pub(super) fn items(tokens: &Tokens) -> Vec<Item> {
    let linked = links(tokens);
    let mut items: Vec<Item> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let last = end_of_compound(tokens, &linked, at);
        let numbered = (at..=last).any(|at| matches!(tokens.all()[at].kind, Kind::Digits | Kind::Mixed));
        if numbered {
            items.push(item(tokens, at, last, linked[at]));
        }
        at = last + 1;
    }
    let mut items = join_groups(tokens, items);
    if let [only] = &mut items[..]
        && is_shelf(tokens, only)
    {
        only.form = Ok(Form::Spread);
    }
    items
}

/// Written like a day, right behind the word for where a parcel lies: `取件码5-3-2091`. With other numbers about, it
/// stays a day.
fn is_shelf(tokens: &Tokens, item: &Item) -> bool {
    let ties = |at: &usize| tokens.all()[*at].roles.has(Roles::COPULA) || matches!(tokens.sign(*at), Some(':' | '：'));
    let name = (0..item.first).rev().find(|at| !ties(at));
    let named = name.is_some_and(|at| tokens.all()[at].roles.has(Roles::SHELF));
    let groups: Vec<&str> = item.code.split('-').collect();
    let shaped = matches!(groups[..], [shelf, row, number] if shelf.len() <= 2 && row.len() <= 2 && number.len() == 4);
    let year = groups.last().is_some_and(|last| ("1990".."2060").contains(last));
    item.form == Err(Not::Date) && named && shaped && !year
}

fn item(tokens: &Tokens, first: usize, last: usize, linked: bool) -> Item {
    let whole = tokens.span(first, last);
    let (code, form) = match (linked, first == last) {
        (true, _) => (whole, Err(Not::Piece)),
        (false, true) => (whole.clone(), alone(&whole)),
        (false, false) => compound(tokens, first, last, &whole),
    };
    Item { first, last, code, form }
}

/// The last token of what begins here and is written without a space.
fn end_of_compound(tokens: &Tokens, linked: &[bool], first: usize) -> usize {
    let mut last = first;
    if linked[first] {
        while last + 1 < tokens.len() && linked[last + 1] && tokens.glued(last + 1) {
            last += 1;
        }
        return last;
    }
    while connects(tokens, first, last) && !linked[last + 2] {
        last += 2;
    }
    last
}

/// Whether the sign after a token ties it to the next one.
fn connects(tokens: &Tokens, first: usize, at: usize) -> bool {
    let (Some(sign), Some(right)) = (tokens.sign(at + 1), tokens.get(at + 2)) else { return false };
    let left = &tokens.all()[at];
    let ascii = |at: usize| tokens.chars(&tokens.all()[at]).iter().all(char::is_ascii_alphanumeric);
    if !tokens.glued(at + 1) || !tokens.glued(at + 2) || !ascii(at) || !ascii(at + 2) {
        return false;
    }
    let (size, next) = (tokens.size(at), tokens.size(at + 2));
    let digits = left.kind == Kind::Digits && right.kind == Kind::Digits;
    match sign {
        '.' => digits || (left.kind == Kind::Mixed && right.kind == Kind::Digits),
        ',' => digits && next == 3 && (size <= 3 || first < at) || digits && next == 2 && !counted(tokens, at + 2),
        '\'' => digits && size <= 3 && next == 3,
        ':' => digits && size <= 2 && next == 2,
        '-' => hyphenates(tokens, at, at + 2),
        '/' => left.kind != Kind::Digits || right.kind == Kind::Digits,
        '_' | '+' | '*' => left.kind != Kind::Word || right.kind != Kind::Word,
        _ => false,
    }
}

/// Whether a unit follows: `4821,10 min` are two numbers.
fn counted(tokens: &Tokens, at: usize) -> bool {
    tokens.get(at + 1).is_some_and(|token| token.roles.has(Roles::UNIT))
}

/// Whether a dash ties two tokens: not a number to the word that goes on, nor a word to its number.
fn hyphenates(tokens: &Tokens, left: usize, right: usize) -> bool {
    let is_part = |at: usize| {
        let token = &tokens.all()[at];
        let capitals = tokens.chars(token).iter().all(char::is_ascii_uppercase);
        token.kind != Kind::Word || (capitals && tokens.size(at) <= 4 && token.roles == Roles::NONE)
    };
    is_part(left) && is_part(right)
}

/// The form of a token that nothing is tied to.
fn alone(token: &str) -> Result<Form, Not> {
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    if digits == token.len() {
        return match digits {
            4..=8 => Ok(Form::Digits),
            9 | 10 => Ok(Form::Long),
            _ => Err(Not::Form),
        };
    }
    let (head, rest) = token.split_at(token.len() - token.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    // `300s`, `10min`, `2nd`: digits, and a unit in lower case.
    let short = head.len() <= 3 && rest.len() <= 4 && rest.bytes().all(|b| b.is_ascii_lowercase());
    let counted = !head.is_empty() && (short || UNITS.contains(&rest.to_ascii_lowercase().as_str()));
    let hidden = token.trim_start_matches(['x', 'X']);
    let masked = hidden.len() + 2 <= token.len() && hidden.bytes().all(|b| b.is_ascii_digit());
    match token.len() {
        _ if masked => Err(Not::Piece),
        _ if counted => Err(Not::Amount),
        _ if is_day_of_month(head.len(), rest) => Err(Not::Date),
        4..=10 => Ok(Form::Lettered),
        _ => Err(Not::Form),
    }
}

/// `NOV`, `Nov`.
fn is_month(letters: &str) -> bool {
    MONTHS.contains(&letters.to_ascii_lowercase().as_str())
}

/// `27NOV`, `27Nov26`.
fn is_day_of_month(day: usize, rest: &str) -> bool {
    let (month, year) = rest.split_at_checked(3).unwrap_or((rest, ""));
    (1..=2).contains(&day) && is_month(month) && year.bytes().all(|b| b.is_ascii_digit())
}

/// The code and the form of what signs hold together.
fn compound(tokens: &Tokens, first: usize, last: usize, whole: &str) -> (String, Result<Form, Not>) {
    let signs: Vec<char> = (first..=last).filter_map(|at| tokens.sign(at)).collect();
    let not = |not: Not| (whole.to_owned(), Err(not));
    let digits = (first..=last).step_by(2).all(|at| tokens.is_digits(at));
    if signs.iter().any(|sign| *sign != '-') {
        return match signs[0] {
            ':' => not(Not::Date),
            '.' | '/' if digits && is_date(whole) => not(Not::Date),
            ',' | '.' | '\'' if digits => not(Not::Amount),
            _ => not(Not::Piece),
        };
    }
    let groups: Vec<&str> = whole.split('-').collect();
    let bare = groups.concat();
    if digits {
        let form =
            if is_date(whole) || is_month_of_year(&groups) { Err(Not::Date) } else { grouped(&groups, bare.len()) };
        // Days keep their dashes: a shelf may be written like one.
        return (if form == Err(Not::Date) { whole.to_owned() } else { bare }, form);
    }
    if let Some(rest) = without_prefix(&groups) {
        let form = if rest.bytes().all(|b| b.is_ascii_digit()) { Form::Prefixed } else { Form::Lettered };
        let fits = (4..=10).contains(&rest.len()) && (form == Form::Lettered || rest.len() <= 8);
        return (rest, if fits { Ok(form) } else { Err(Not::Form) });
    }
    if is_moment(&groups) || (groups.len() > 1 && is_month(groups[1])) {
        return not(Not::Date);
    }
    if is_coded(&groups, &bare) { (whole.to_owned(), Ok(Form::Lettered)) } else { not(Not::Form) }
}

/// `2026-11-28T10`, `2026-W48`: machines write moments and weeks so.
fn is_moment(groups: &[&str]) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let year = |group: &str| group.len() == 4 && digits(group);
    match groups {
        [first, week, ..] if year(first) && week.strip_prefix(['W', 'w']).is_some_and(digits) => true,
        [first, _, day] if year(first) => day
            .split_once(['T', 't'])
            .is_some_and(|(day, time)| digits(day) && time.starts_with(|c: char| c.is_ascii_digit())),
        _ => false,
    }
}

/// `2026-12`, `12 2026`.
fn is_month_of_year(groups: &[&str]) -> bool {
    let month = |group: &str| group.len() <= 2 && group.parse().is_ok_and(|month: u32| (1..=12).contains(&month));
    let year = |group: &str| group.len() == 4 && ("1900".."2200").contains(&group);
    matches!(groups, [a, b] if (year(a) && month(b)) || (month(a) && year(b)))
}

/// Groups of digits, tied by dashes or written apart.
fn grouped(groups: &[&str], total: usize) -> Result<Form, Not> {
    let sizes: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let even = sizes.iter().all(|size| *size == sizes[0]);
    match (even, sizes[0], sizes.len()) {
        (true, 3, 2) | (true, 4, 2) => Ok(Form::Grouped),
        (true, 2, 2..=4) | (true, 1, 4..=8) => Ok(Form::Spread),
        (true, 3, 3) | (true, 5, 2) => Ok(Form::Long),
        _ if total >= 9 => Err(Not::Phone),
        // So days are written, these too where no calendar has them.
        _ if matches!(sizes[..], [4, 2, 2] | [2, 2, 4] | [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 4]) => Err(Not::Date),
        (false, ..) if (4..=8).contains(&total) && sizes != [3, 4] => Ok(Form::Spread),
        _ => Err(Not::Phone),
    }
}

/// `G-123456` is 123456: one to three letters say who wrote, and nobody types them.
fn without_prefix(groups: &[&str]) -> Option<String> {
    let (letters, rest) = groups.split_first()?;
    let capitals = (1..=3).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_alphabetic());
    let digits = rest.iter().all(|group| group.bytes().all(|b| b.is_ascii_digit()));
    (capitals && (digits || (*letters == "G" && rest.len() == 1))).then(|| rest.concat())
}

/// Groups of capitals and digits; a date (`12-NOV`) and a name (`COVID-19`) are none.
fn is_coded(groups: &[&str], bare: &str) -> bool {
    let (digit, capital) = (|b: u8| b.is_ascii_digit(), |b: u8| b.is_ascii_uppercase());
    let even = groups.len() <= 4 && groups.iter().all(|group| (2..=6).contains(&group.len()));
    let mixes = |group: &&str| group.bytes().any(digit) && group.bytes().any(capital);
    let alternate = groups.len() >= 3 && bare.bytes().any(digit);
    let coded = groups.iter().any(mixes) || alternate || bare.bytes().filter(|b| digit(*b)).count() >= 3;
    even && coded && (4..=12).contains(&bare.len()) && bare.bytes().all(|b| digit(b) || capital(b))
}

/// A day, a month and perhaps a year, in any order that is written.
fn is_date(whole: &str) -> bool {
    let parts: Vec<(usize, u32)> =
        whole.split(['-', '.', '/']).map(|part| (part.len(), part.parse().unwrap_or(u32::MAX))).collect();
    let day = |(size, value): (usize, u32)| size <= 2 && (1..=31).contains(&value);
    let year = |(size, value): (usize, u32)| size == 2 || (size == 4 && (1900..2200).contains(&value));
    let month = |(size, value): (usize, u32)| size <= 2 && (1..=12).contains(&value);
    match parts[..] {
        [a, b, c] => {
            (year(a) && month(b) && day(c))
                || (year(c) && day(a) && day(b) && (month(a) || month(b)))
                || (year(a) && a.0 == 4 && day(b) && day(c))
        }
        _ => false,
    }
}

/// Joins numbers that are written apart and belong together: `123 456` is one code, `0800 123 456` one phone number.
fn join_groups(tokens: &Tokens, items: Vec<Item>) -> Vec<Item> {
    let mut joined: Vec<Item> = Vec::with_capacity(items.len());
    let mut at = 0;
    while at < items.len() {
        let dialled = items[at].first.checked_sub(1).is_some_and(|sign| tokens.sign(sign) == Some('+'));
        let mut end = at;
        while let Some(next) = items.get(end + 1)
            && follows(tokens, &items[end], next, dialled)
            && (dialled || !is_count(tokens, &items[at..=end], next))
        {
            end += 1;
        }
        let run = &items[at..=end];
        match whole(tokens, run, dialled) {
            Some(item) => joined.push(item),
            None => joined.extend_from_slice(run),
        }
        at = end + 1;
    }
    joined
}

/// Whether a number goes on from another with a space, or brackets as phone numbers have, between.
fn follows(tokens: &Tokens, left: &Item, right: &Item, dialled: bool) -> bool {
    let gap = right.first - left.last - 1;
    let enclosed = left.first.checked_sub(1).is_some_and(|at| tokens.sign(at) == Some('('));
    let bracket = |at: usize| match tokens.sign(at) {
        Some('(') => dialled,
        Some(')') => dialled || enclosed,
        _ => false,
    };
    let apart = (left.last + 1..right.first).all(bracket) && gap <= 2;
    let is_number = |item: &Item| (item.first..=item.last).step_by(2).all(|at| tokens.is_digits(at));
    let short = |item: &Item| dialled || (item.first..=item.last).all(|at| tokens.size(at) <= 6);
    let dashed = |item: &Item| (item.first..item.last).all(|at| tokens.sign(at).is_none_or(|sign| sign == '-'));
    let same_line = !tokens.all()[right.first].line;
    let dated = left.form == Err(Not::Date) || right.form == Err(Not::Date);
    apart
        && same_line
        && !dated
        && is_number(left)
        && is_number(right)
        && short(left)
        && short(right)
        && dashed(left)
        && dashed(right)
}

/// What a run of numbers is as a whole, if it is something.
fn whole(tokens: &Tokens, run: &[Item], dialled: bool) -> Option<Item> {
    let (first, last) = (run.first()?.first, run.last()?.last);
    let groups: Vec<&str> = run.iter().map(|item| item.code.as_str()).collect();
    let code = groups.concat();
    let item = |form| Some(Item { first, last, code: code.clone(), form });
    if dialled {
        return item(Err(Not::Phone));
    }
    if run.len() == 1 {
        return None;
    }
    let bracketed = (first..last).any(|at| tokens.sign(at).is_some_and(|sign| sign != '-'));
    let plain = run.iter().all(|item| item.first == item.last);
    if bracketed || (code.len() >= 9 && !plain) {
        return item(Err(Not::Phone));
    }
    if is_month_of_year(&groups) {
        return item(Err(Not::Date));
    }
    let form = if is_doubtful(tokens, run) { Err(Not::Form) } else { grouped(&groups, code.len()) };
    plain.then(|| item(form))?
}

/// Whether what stands behind or before groups may as well be a number of its own: `Step 2 4821`, `482 019 2 tries`.
fn is_doubtful(tokens: &Tokens, run: &[Item]) -> bool {
    let sizes: Vec<usize> = run.iter().map(|item| item.code.len()).collect();
    let (Some(first), Some(last)) = (sizes.first(), sizes.last()) else { return false };
    let word = run.last().and_then(|item| tokens.get(item.last + 1));
    let counted = word.is_some_and(|token| token.kind == Kind::Word && !token.line && token.roles == Roles::NONE);
    let pair = sizes.len() == 2 && first.min(last) <= &2 && first.max(last) >= &4;
    pair || (first != last && last <= &2 && counted)
}

/// Where a code ends and what stands behind it counts something: `4821 10 min`, `4821 3 tries`.
fn is_count(tokens: &Tokens, code: &[Item], next: &Item) -> bool {
    let word = tokens.get(next.last + 1).filter(|token| token.kind == Kind::Word && !token.line);
    let small = next.code.len() <= 2 && matches!(code, [only] if only.code.len() >= 4);
    word.is_some_and(|token| small || token.roles.has(Roles::UNIT) || is_currency(tokens, next.last + 1))
}
