//! Texts as services send them, and what must hold for any text.

use proptest::prelude::*;

use super::{Evidence, find, normal::normal, read};

/// Language, service, text (`\n` for a new line), and its code: empty where there is none.
const CORPUS: &str = include_str!("corpus.tsv");

struct Row {
    language: &'static str,
    service: &'static str,
    text: String,
    code: Option<&'static str>,
}

fn corpus() -> Vec<Row> {
    let rows = CORPUS.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let [language, service, text, code] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        Row { language, service, text: text.replace("\\n", "\n"), code: Some(code).filter(|code| !code.is_empty()) }
    })
    .collect()
}

fn code_in(text: &str) -> Option<String> {
    find(text, None).map(|found| found.code)
}

#[test]
fn the_corpus_is_read_as_people_read_it() {
    let wrong: Vec<String> = corpus()
        .iter()
        .filter_map(|row| {
            let found = find(&row.text, None);
            let code = found.as_ref().map(|found| found.code.as_str());
            (code != row.code).then(|| format!("{}: {:?} is {:?}, read {found:?}", row.language, row.text, row.code))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_corpus_is_broad() {
    use std::collections::HashSet;
    let corpus = corpus();
    let languages: HashSet<&str> = corpus.iter().map(|row| row.language).collect();
    let services: HashSet<&str> = corpus.iter().map(|row| row.service).collect();
    let without = corpus.iter().filter(|row| row.code.is_none()).count();
    assert!(corpus.len() >= 600 && without >= 150, "{} texts, {without} without a code", corpus.len());
    assert!(
        languages.len() >= 50 && services.len() >= 200,
        "{} languages, {} services",
        languages.len(),
        services.len()
    );
}

#[test]
fn what_a_supplier_takes_for_the_code_is_evidence() {
    for (words, told, shown, code) in [
        (Some("On 2026-11-21 your balance $500.00, PIN 7788"), Some("2026"), true, Some("7788")),
        (Some("No digits here"), Some("AB12"), true, Some("AB12")),
        (Some("Your parcel 1Z999AA10123456784 arrives on 2026-11-27"), Some("2026"), true, None),
        (Some("Your balance is 5000 USD"), Some("5000"), true, None),
        (Some("Nambari yako mpya: 482913"), Some("482-913"), true, Some("482913")),
        (Some("Your code is 482 019 37"), Some("482019"), true, Some("48201937")),
        (Some("Your code is 482 01937"), Some("01937"), true, Some("48201937")),
        (Some("Your code is 482 019 374"), Some("482019"), true, Some("482019374")),
        (Some("Your code is 482 019 374 21"), Some("482019"), true, None),
        (Some("Parcel 482 019 374 is here"), Some("482019"), true, None),
        (Some("Parcel 48201 937 is here"), Some("48201"), true, None),
        (None, Some("Hello there"), true, None),
        (None, Some("hello"), true, None),
        (None, Some("Your code is 482-913"), true, Some("482913")),
        (None, Some("رمز التحقق: ٤٥٦٧٨٩"), true, Some("456789")),
        (None, Some("【微信】验证码123456，5分钟内有效"), true, Some("123456")),
        (None, Some("2026-11-27T10:00"), true, None),
        (None, Some("٤٥٦٧٨٩"), false, Some("456789")),
        (None, Some("482 913"), false, Some("482913")),
        (None, Some(" 12 34 "), false, Some("1234")),
        (None, Some("AB12-9Z"), false, Some("AB12-9Z")),
        (None, Some("HBVKR"), false, Some("HBVKR")),
        (None, Some("  "), false, None),
    ] {
        let (words, found) = read(words, told);
        let found = found.map(|found| found.code);
        assert_eq!((words.is_some(), found.as_deref()), (shown, code), "{told:?}");
    }
}

#[test]
fn a_choice_says_why() {
    let because = |text: &str| find(text, None).map(|found| found.because).unwrap_or_default();
    let announced = because("Your account 123456 will receive OTP 654320, valid in 300s");
    assert_eq!(announced.first(), Some(&Evidence::AnnouncedBefore));
    assert_eq!(because("482913").first(), Some(&Evidence::Whole));
    assert!(because("Login\n\n@example.com #482913").contains(&Evidence::OriginBound));
    let told = find("Nambari yako mpya: 482913", Some("482913")).expect("the supplier says so");
    assert!(told.because.contains(&Evidence::Supplier) && told.why().contains("the supplier says so"));
}

#[test]
fn a_long_text_is_read_to_its_end() {
    // Reading that grows with the square of the length would take minutes here.
    for part in
        ["word ", "1234 ", "код12-", "a1-", "验证码：", "https://a.b/", "1 2 3 ", "()[]..", "A", "رمز ", "\n12\n"]
    {
        let text = format!("{}\n\nOTP: 482913.", part.repeat(100_000 / part.len()));
        assert_eq!(code_in(&text).as_deref(), Some("482913"), "{part:?}");
    }
}

/// Texts of what texts are made of, in any order.
fn garbled() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("code".to_owned()),
        Just("OTP ".to_owned()),
        Just("is ".to_owned()),
        Just(": ".to_owned()),
        Just("验证码".to_owned()),
        Just("رمز ".to_owned()),
        Just("-".to_owned()),
        Just(". ".to_owned()),
        Just("\n".to_owned()),
        Just("$".to_owned()),
        Just("@a.com #".to_owned()),
        Just("G-".to_owned()),
        "[0-9]{1,9}",
        "[A-Z0-9]{2,14}",
        "[a-z]{1,9} ",
        "[٠-٩]{1,8}",
        ".{0,4}",
    ];
    proptest::collection::vec(parts, 0..30).prop_map(|parts| parts.concat())
}

/// Whether a code stands in a text as something whole: its groups one after the other, with single separators, and
/// neither a letter nor a digit of ASCII at its ends, but for a prefix (`G-`) or an announcement (`code1234`).
fn stands_whole(text: &str, code: &str) -> bool {
    let chars = normal(text);
    let wanted: Vec<char> = code.chars().filter(char::is_ascii_alphanumeric).collect();
    (0..chars.len()).any(|start| {
        let (mut at, mut next, mut gap) = (start, 0, 0);
        while at < chars.len() && next < wanted.len() {
            if chars[at] == wanted[next] {
                (at, next, gap) = (at + 1, next + 1, 0);
            } else if next > 0 && gap == 0 && (chars[at] == '-' || chars[at].is_whitespace()) {
                (at, gap) = (at + 1, 1);
            } else if next > 0 && chars[at].is_whitespace() {
                at += 1;
            } else {
                return false;
            }
        }
        let before: Vec<&char> = chars[..start].iter().rev().take_while(|c| c.is_ascii_alphanumeric()).collect();
        let announced = before.len() >= 3 && before.iter().all(|c| c.is_ascii_alphabetic());
        next == wanted.len()
            && (before.is_empty() || announced)
            && chars.get(at).is_none_or(|c| !c.is_ascii_alphanumeric())
    })
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    let Some(code) = code_in(text) else { return Ok(()) };
    let bare = code.bytes().filter(u8::is_ascii_alphanumeric).count();
    prop_assert!((4..=12).contains(&bare), "{code:?}");
    prop_assert!(code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{code:?}");
    prop_assert!(code.bytes().any(|b| b.is_ascii_digit()), "{code:?}");
    prop_assert!(stands_whole(text, &code), "{code:?} is a piece of something");
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read_without_harm(text in ".{0,200}") {
        holds(&text)?;
    }

    #[test]
    fn any_mixture_is_read_without_harm(text in garbled()) {
        holds(&text)?;
    }

    #[test]
    fn what_a_supplier_tells_is_never_a_sentence(told in garbled()) {
        if let (_, Some(found)) = read(None, Some(&told)) {
            prop_assert!(found.code.len() <= 15 && !found.code.contains(char::is_whitespace), "{:?}", found.code);
        }
    }

    #[test]
    fn an_announced_code_is_found_among_other_numbers(
        code in "[0-9]{4,8}", minutes in 1_u8..60, paid in 1_u32..100_000,
        form in 0_usize..8,
    ) {
        let text = match form {
            0 => format!("Your code is {code}. It expires in {minutes} minutes."),
            1 => format!("USD {paid} was paid. Verification code: {code}"),
            2 => format!("{code} is your confirmation code, valid {minutes} min"),
            3 => format!("OTP={code} © 2026 Example {minutes}"),
            4 => format!("Your account {paid}00 will receive OTP {code}, valid in {minutes}s"),
            5 => format!("OTP for ACME (XX{paid}) is {code} (valid for {minutes} mins)."),
            6 => format!("【微信】验证码{code}，{minutes}分钟内有效"),
            _ => format!("Код {code}. Никому не сообщайте. Списание {paid} руб."),
        };
        prop_assert_eq!(code_in(&text), Some(code));
    }

    #[test]
    fn every_scripts_digits_become_ascii(code in "[0-9]{4,8}", zero in prop::sample::select(vec!['٠', '۰', '०', '০', '๐', '０', '௦', '᠐'])) {
        let digit = |c: char| char::from_u32(u32::from(zero) + u32::from(c) - u32::from('0')).unwrap();
        let written: String = code.chars().map(digit).collect();
        prop_assert_eq!(code_in(&format!("رمز التحقق: {written}")), Some(code.clone()));
        prop_assert_eq!(code_in(&format!("Your code is {written}.")), Some(code));
    }

    #[test]
    fn groups_are_one_code(a in "[0-9]{3}", b in "[0-9]{3}", separator in "[- ]") {
        let text = format!("Your code: {a}{separator}{b}");
        prop_assert_eq!(code_in(&text), Some(format!("{a}{b}")));
    }

    #[test]
    fn groups_with_letters_stay_apart(a in "[A-Z][0-9][A-Z0-9]{1,2}", b in "[0-9][A-Z0-9]{2,3}") {
        prop_assert_eq!(code_in(&format!("Your code is {a}-{b}.")), Some(format!("{a}-{b}")));
    }

    #[test]
    fn dates_prices_and_phones_are_never_codes(
        day in 1_u8..29, month in 1_u8..13, year in 1990_u16..2060, paid in 1000_u32..99_999_999, line in 1_000_000_u32..9_999_999,
        form in 0_usize..10,
    ) {
        let text = match form {
            0 => format!("Your code arrives on {year}-{month:02}-{day:02}."),
            1 => format!("Never share your code. See you on {day:02}/{month:02}/{year}"),
            2 => format!("Your code was sent on {day}.{month}.{year}"),
            3 => format!("Your code costs ${paid}"),
            4 => format!("Your PIN was used for {paid} EUR"),
            5 => format!("Code not yours? Call +1415{line}"),
            6 => format!("Code not yours? Call 0800 {line}"),
            7 => format!("Пароль не сообщайте. Списано {paid} руб."),
            8 => format!("Your code costs Rs.{paid}.50"),
            _ => format!("Your code has been sent to 415{line}"),
        };
        prop_assert_eq!(code_in(&text), None);
    }
}
