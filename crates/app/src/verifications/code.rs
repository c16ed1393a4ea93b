//! Finds the code in a text. Pure.
//!
//! Every word that could be a code is a candidate; words around it tell how likely it is. Digits in groups
//! (`123-456`, `123 456`) are one code without the separators, as services take them. A code of letters and digits is
//! one only near a word that announces it, and keeps its dashes, which services want typed.

/// Words that announce a code, in the languages that services write most.
const ANNOUNCES: [&str; 26] = [
    "code",
    "codes",
    "otp",
    "pin",
    "passcode",
    "password",
    "verification",
    "verify",
    "confirmation",
    "token",
    "kod",
    "код",
    "пароль",
    "código",
    "codigo",
    "codice",
    "kode",
    "senha",
    "clave",
    "mot",
    "passwort",
    "验证码",
    "認証コード",
    "인증번호",
    "رمز",
    "कोड",
];
/// What follows a number that is a duration or a sum.
const UNITS: [&str; 24] = [
    "minutes",
    "minute",
    "mins",
    "min",
    "hours",
    "hour",
    "hrs",
    "seconds",
    "sec",
    "days",
    "day",
    "минут",
    "минуты",
    "usd",
    "eur",
    "gbp",
    "rub",
    "dollars",
    "euros",
    "%",
    "mb",
    "gb",
    "am",
    "pm",
];
/// What precedes a number that is a sum or an account.
const NOT_AFTER: [&str; 10] = ["usd", "eur", "gbp", "rub", "ending", "ends", "card", "account", "call", "©"];
/// Signs that belong to the word they stand at: it is a sum, or a year.
const SIGNS: [char; 4] = ['€', '£', '₽', '©'];
/// How many words away an announcement counts.
const REACH: usize = 6;

/// The code in a text: digits, or letters and digits, these perhaps in groups (`AB12-9Z`); `None` where nothing looks like one.
fn find(text: &str) -> Option<String> {
    let words = words(text);
    let mut best: Option<(i32, String)> = None;
    for at in 0..words.len() {
        let Some(candidate) = candidate(&words, at) else { continue };
        let score = score(&words, at, &candidate);
        if score > 0 && best.as_ref().is_none_or(|(other, _)| score > *other) {
            best = Some((score, candidate.code));
        }
    }
    best.map(|(_, code)| code)
}

/// The words and the code of a text that a supplier tells, with what it takes for the code. Where there are words, what
/// we find in them counts first: suppliers take years and sums for codes. Suppliers that tell no words may tell the
/// whole text as its code (SMS-Man's `sms_code`).
pub(super) fn read<'a>(words: Option<&'a str>, told: Option<&'a str>) -> (Option<&'a str>, Option<String>) {
    let told = told.map(str::trim).filter(|told| !told.is_empty());
    let words = words.or_else(|| told.filter(|told| is_sentence(told)));
    let told = told.filter(|told| !is_sentence(told)).map(tidy);
    (words, words.and_then(find).or(told))
}

/// Words in a row, of which one is longer than a group of a code.
fn is_sentence(told: &str) -> bool {
    told.contains(char::is_whitespace) && told.chars().filter(|c| c.is_lowercase()).count() > 2
}

/// A code that a supplier found, in the form in which we show codes.
fn tidy(code: &str) -> String {
    let bare: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let grouped = code.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ');
    if grouped && !bare.is_empty() { bare } else { code.trim().to_owned() }
}

struct Candidate {
    code: String,
    /// How many words it takes up.
    length: usize,
    /// Whether it is a code only near a word that announces it.
    unlikely: bool,
}

/// Digits in groups of one size, written apart: two of three or four, or three of two. No digits follow, nor another
/// such group before.
fn apart(first: &str, before: Option<&String>, after: &[String]) -> Option<Candidate> {
    let is_group = |word: &String| word.len() == first.len() && digits(word);
    let more = after.iter().take_while(|word| digits(word)).count();
    let unlikely = match (more, first.len()) {
        (1, 3 | 4) => false,
        (2, 2) => true,
        _ => return None,
    };
    let groups = &after[..more];
    let whole = groups.iter().all(is_group) && !before.is_some_and(is_group);
    whole.then(|| Candidate { code: format!("{first}{}", groups.concat()), length: 1 + more, unlikely })
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Words without the punctuation around them. `code:123` and `code=123` are two words, `10:30` is one; digits end
/// where a script without spaces begins.
fn words(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut spaced = String::with_capacity(text.len());
    for (at, c) in chars.iter().enumerate() {
        let (before, after) = (at.checked_sub(1).map(|at| chars[at]), chars.get(at + 1));
        let between_digits = before.is_some_and(|b| b.is_ascii_digit()) && after.is_some_and(char::is_ascii_digit);
        let turns = before.is_some_and(|b| {
            (b.is_ascii_digit() && !c.is_ascii() && c.is_alphanumeric())
                || (c.is_ascii_digit() && !b.is_ascii() && b.is_alphanumeric())
        });
        if turns {
            spaced.push(' ');
        }
        let joins = matches!(c, ':' | '=') && between_digits;
        let separates = matches!(c, ':' | '=') || (!c.is_ascii() && !c.is_alphanumeric() && !SIGNS.contains(c));
        spaced.push(if separates && !joins { ' ' } else { *c });
    }
    let keep = |c: char| c.is_alphanumeric() || matches!(c, '+' | '$' | '%' | '#' | '*') || SIGNS.contains(&c);
    let bare = spaced.split_whitespace().map(|word| word.trim_matches(|c: char| !keep(c)));
    bare.filter(|word| !word.is_empty()).map(|word| word.trim_start_matches('#').to_lowercase_if_words()).collect()
}

trait Lower {
    fn to_lowercase_if_words(&self) -> String;
}

impl Lower for str {
    /// Lower case, except where there is a digit: a code keeps its letters.
    fn to_lowercase_if_words(&self) -> String {
        if self.chars().any(|c| c.is_ascii_digit()) { self.to_owned() } else { self.to_lowercase() }
    }
}

fn candidate(words: &[String], at: usize) -> Option<Candidate> {
    let word = without_prefix(&words[at]);
    if digits(word) {
        let whole = || Candidate { code: word.to_owned(), length: 1, unlikely: false };
        let before = at.checked_sub(1).map(|at| &words[at]);
        return apart(word, before, &words[at + 1..]).or_else(|| (4..=10).contains(&word.len()).then(whole));
    }
    let groups: Vec<&str> = word.split('-').collect();
    if groups.len() > 1 {
        return grouped(word, &groups);
    }
    let mixed = word.bytes().all(|b| b.is_ascii_alphanumeric())
        && word.bytes().any(|b| b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_alphabetic());
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit()).bytes().all(|b| b.is_ascii_lowercase());
    let counted = unit && word.bytes().next().is_some_and(|b| b.is_ascii_digit());
    (mixed && !counted && (4..=10).contains(&word.len())).then(|| Candidate {
        code: word.to_owned(),
        length: 1,
        unlikely: true,
    })
}

/// Groups of digits, or of capitals and digits. Of the latter a date (`12-NOV`) and a name (`COVID-19`) are none.
fn grouped(word: &str, groups: &[&str]) -> Option<Candidate> {
    let bare = groups.concat();
    let even = groups.len() <= 4 && groups.iter().all(|group| (2..=6).contains(&group.len()));
    if !even || !(4..=12).contains(&bare.len()) {
        return None;
    }
    let (digit, capital) = (|b: u8| b.is_ascii_digit(), |b: u8| b.is_ascii_uppercase());
    if bare.bytes().all(digit) {
        let short = bare.len() <= 10 && groups.iter().all(|group| group.len() <= 4);
        return short.then_some(Candidate { code: bare, length: 1, unlikely: false });
    }
    let mixes = |group: &&str| group.bytes().any(digit) && group.bytes().any(capital);
    let coded = groups.iter().any(mixes) || bare.bytes().filter(|b| digit(*b)).count() >= 3;
    let all_known = bare.bytes().all(|b| digit(b) || capital(b)) && bare.bytes().any(digit);
    (coded && all_known).then(|| Candidate { code: word.to_owned(), length: 1, unlikely: true })
}

/// `G-123456` is 123456: the letters say who wrote, and nobody types them.
fn without_prefix(word: &str) -> &str {
    match word.split_once('-') {
        Some((letters, rest))
            if (1..=3).contains(&letters.len())
                && letters.bytes().all(|b| b.is_ascii_alphabetic())
                && rest.bytes().next().is_some_and(|b| b.is_ascii_digit())
                && rest.bytes().all(|b| b.is_ascii_digit() || b == b'-') =>
        {
            rest
        }
        Some(("G", rest)) if !rest.contains('-') => rest,
        _ => word,
    }
}

fn score(words: &[String], at: usize, candidate: &Candidate) -> i32 {
    let announced = announcement(words, at, candidate.length);
    if candidate.unlikely {
        return announced.map_or(0, |near| near + 1);
    }
    let by_length = match candidate.code.len() {
        6 => 4,
        4 | 5 => 3,
        7 | 8 => 2,
        _ => -4,
    };
    let year = candidate.code.len() == 4 && (candidate.code.starts_with("19") || candidate.code.starts_with("20"));
    let is_one_of = |word: Option<&String>, list: &[&str]| word.is_some_and(|word| list.contains(&word.as_str()));
    let measured = is_one_of(words.get(at + candidate.length), &UNITS)
        || at.checked_sub(1).is_some_and(|before| is_one_of(words.get(before), &NOT_AFTER));
    announced.unwrap_or(0) + by_length - 4 * i32::from(year) - 12 * i32::from(measured)
}

/// How near the next announcing word is: 10 for a neighbour before, 8 for one after, one less for each word between.
fn announcement(words: &[String], at: usize, length: usize) -> Option<i32> {
    let announces = |word: &&String| ANNOUNCES.contains(&word.as_str());
    let distance = |steps: usize| i32::try_from(steps).unwrap_or(i32::MAX);
    let before = words[..at].iter().rev().take(REACH).position(|word| announces(&word));
    let after = words.get(at + length..).unwrap_or_default().iter().take(REACH).position(|word| announces(&word));
    before.map(|steps| 10 - distance(steps)).max(after.map(|steps| 8 - distance(steps)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_supplier_takes_for_the_code_counts_where_we_find_none() {
        for (words, told, shown, code) in [
            (Some("On 2026-11-21 your balance $500.00, PIN 7788"), Some("2026"), true, Some("7788")),
            (Some("No digits here"), Some("AB12"), true, Some("AB12")),
            (None, Some("Hello there"), true, None),
            (None, Some("Your code is 482-913"), true, Some("482913")),
            (None, Some("482 913"), false, Some("482913")),
            (None, Some("AB12-9Z"), false, Some("AB12-9Z")),
            (None, Some("  "), false, None),
        ] {
            let (words, found) = read(words, told);
            assert_eq!((words.is_some(), found.as_deref()), (shown, code), "{told:?}");
        }
    }

    #[test]
    fn real_texts() {
        for (text, code) in [
            ("Your WhatsApp code: 123-456. Don't share this code with others", "123456"),
            ("G-784512 is your Google verification code.", "784512"),
            ("482 913 is your Instagram code. Don't share it.", "482913"),
            ("Votre code : 84 93 21. Ne le partagez pas.", "849321"),
            ("G-XK72QP is your verification code", "XK72QP"),
            ("Telegram code: 54321. Do not give it to anyone.", "54321"),
            ("Your Uber code is 4821. Never share this code. Reply STOP to 89203 to unsubscribe.", "4821"),
            ("Use 2024 as your code. It is valid for 15 minutes. (c) 2026 Example", "2024"),
            ("You paid USD 500 at 10:30. Your OTP is 993412, valid 5 min", "993412"),
            ("Your login code is XK7Q2P", "XK7Q2P"),
            ("【微信】验证码123456，5分钟内有效", "123456"),
            ("Ваш код: 0042", "0042"),
            ("<#> 771204 is your Facebook code H29Q+Fsn4Sr", "771204"),
            ("Steam: your access code=R4TX9", "R4TX9"),
            ("Code 8123 for card ending 4477", "8123"),
            ("G-482913 is your code", "482913"),
            ("FB-12345 is your Facebook confirmation code", "12345"),
            ("Your code is AB12-9Z", "AB12-9Z"),
            ("Your code: XK7-Q2P. Valid for 10 min", "XK7-Q2P"),
            ("Steam Guard code: 4TX9-BB2K-77QD", "4TX9-BB2K-77QD"),
            ("ABCD-1234 is your verification code", "ABCD-1234"),
            ("By 12-NOV-26 use code 771204 for your COVID-19 pass", "771204"),
        ] {
            assert_eq!(find(text).as_deref(), Some(code), "{text}");
        }
    }

    #[test]
    fn texts_without_a_code() {
        for text in [
            "",
            "Hello there",
            "Call me at +14155552671",
            "Sale: 50% off until 12/05!",
            "I paid 5000 usd",
            "Your room is AB12-9Z",
            "Lottery: 12 17 33",
            "Use the 2nd-hand shop's code book until 12-NOV, says COVID-19 token staff",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn a_suppliers_own_finding_loses_its_separators_only() {
        assert_eq!((tidy("123-456"), tidy("12 34"), tidy(" AB-12 ")), ("123456".into(), "1234".into(), "AB-12".into()));
    }

    proptest! {
        #[test]
        fn whatever_arrives_is_read_without_harm(text in ".{0,200}") {
            if let Some(code) = find(&text) {
                let bare = code.bytes().filter(u8::is_ascii_alphanumeric).count();
                prop_assert!((4..=12).contains(&bare) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
            }
        }

        #[test]
        fn an_announced_code_is_found_among_other_numbers(
            code in "[0-9]{4,8}", minutes in 1_u8..60, paid in 1_u32..100_000,
            form in 0_usize..4,
        ) {
            let text = match form {
                0 => format!("Your code is {code}. It expires in {minutes} minutes."),
                1 => format!("USD {paid} was paid. Verification code: {code}"),
                2 => format!("{code} is your confirmation code, valid {minutes} min"),
                _ => format!("OTP={code} © 2026 Example {minutes}"),
            };
            prop_assert_eq!(find(&text), Some(code));
        }

        #[test]
        fn groups_are_one_code(a in "[0-9]{3}", b in "[0-9]{3}", separator in "[- ]") {
            let text = format!("Your code: {a}{separator}{b}");
            prop_assert_eq!(find(&text), Some(format!("{a}{b}")));
        }

        #[test]
        fn groups_with_letters_stay_apart(a in "[A-Z][0-9][A-Z0-9]{1,2}", b in "[0-9][A-Z0-9]{2,3}") {
            prop_assert_eq!(find(&format!("Your code is {a}-{b}.")), Some(format!("{a}-{b}")));
        }
    }
}
