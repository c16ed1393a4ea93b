//! The words of a text: made up for a service, and the code read from them.

use vocab::Ambient;

use super::catalogue::Service;

/// A text with a fresh code, as the service would send it.
pub(crate) fn fresh(ambient: &Ambient, service: &Service) -> String {
    let mut code = String::new();
    for part in service.shape.chars() {
        let Some(length) = part.to_digit(10) else {
            code.push(part);
            continue;
        };
        for _ in 0..length {
            code.push(digit(ambient, code.is_empty()));
        }
    }
    match service.text {
        Some(text) => text.replace("{code}", &code),
        None => format!("{code} is your {} verification code", service.title),
    }
}

/// A code never begins with 0: clients that read it as a number must not shorten it.
fn digit(ambient: &Ambient, first: bool) -> char {
    let digit = if first { 1 + ambient.below(9) } else { ambient.below(10) };
    char::from(b'0' + digit as u8)
}

/// What may stand right before a code that the market is sure of.
const BEFORE: [&str; 9] = ["code", "is", "otp", "pin", "password", "passcode", "use", "or", "enter"];

/// Words of texts whose number is of another kind, or a code no more.
const OTHERS: [&str; 9] = ["postal", "zip", "pin code", "wi-fi", "wifi", "expired", "no longer", "void", "not valid"];

/// The code in a text: the first 4 to 8 digits, with at most a hyphen or a space between groups of them.
pub(crate) fn code_in(text: &str) -> Option<String> {
    numbers(text).into_iter().next().map(|(_, _, code)| code)
}

/// The code that the market is sure of: the only number of a code's length, by itself after a word or a sign that says
/// so, or where the text begins. Of any other text it knows no code.
pub(crate) fn sure_code_in(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if OTHERS.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let mut found = numbers(text);
    let (start, end, code) = found.pop().filter(|_| found.is_empty())?;
    let (before, after) = (&text[..start], &text[end..]);
    let word = before.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
    let marked = word.ends_with([':', '=', ']']) || (word == before && before.ends_with('-'));
    // A name and a number.
    let named = word == before.trim_end() && after.is_empty();
    let said = word.is_empty() || marked || named || BEFORE.contains(&word.to_lowercase().as_str());
    let ends = after.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '.' | ',' | '!' | ')'));
    let counted = after.trim_start().split(char::is_whitespace).next().unwrap_or_default();
    let paid = counted.len() == 3 && counted.bytes().all(|b| b.is_ascii_uppercase());
    let broken = after.strip_prefix(['.', ',']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    (said && ends && !paid && !broken).then_some(code)
}

/// The numbers of 4 to 8 digits in a text, each with where it begins and ends.
fn numbers(text: &str) -> Vec<(usize, usize, String)> {
    let (mut numbers, mut code, mut joint) = (Vec::new(), String::new(), false);
    let (mut start, mut end) = (0, 0);
    for (at, character) in text.char_indices().chain([(text.len(), '.')]) {
        if character.is_ascii_digit() {
            if code.is_empty() {
                start = at;
            }
            code.push(character);
            (joint, end) = (false, at + 1);
        } else if matches!(character, '-' | ' ') && code.len() == 3 && !joint {
            joint = true;
        } else {
            if (4..=8).contains(&code.len()) {
                numbers.push((start, end, std::mem::take(&mut code)));
            }
            (code, joint) = (String::new(), false);
        }
    }
    numbers
}

/// The short number that a service's texts come from.
pub(crate) fn sender(service: &str) -> String {
    (20_000 + hash(service) % 70_000).to_string()
}

/// FNV-1a with a final stir: the same everywhere and for ever, which the standard library's hasher does not promise.
pub(crate) fn hash(text: &str) -> u64 {
    let hash =
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, b| (hash ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16
}

#[cfg(test)]
mod tests {
    use super::{super::catalogue::SERVICES, *};

    #[test]
    fn codes_are_found_where_people_see_them() {
        for (text, code) in [
            ("Your code: 123456", Some("123456")),
            ("123-456 is it", Some("123456")),
            ("123 456 is your code", Some("123456")),
            ("G-987654 is yours", Some("987654")),
            ("Pay 12.50 with 4711", Some("4711")),
            ("5 minutes left, 123 go", None),
            ("no digits", None),
            ("call 415555267188", None),
        ] {
            assert_eq!(code_in(text).as_deref(), code, "{text}");
        }
    }

    #[test]
    fn every_service_sends_a_code_that_is_found() {
        let ambient = Ambient::fixed(5);
        for service in SERVICES.iter() {
            let text = fresh(&ambient, service);
            assert!(code_in(&text).is_some(), "{text}");
        }
    }

    #[test]
    fn the_market_is_sure_of_plain_texts_only() {
        for (text, code) in [
            ("Your code: 123456", Some("123456")),
            ("123-456 is it", Some("123456")),
            ("G-987654 is yours", Some("987654")),
            ("VK: 48213 is your code", Some("48213")),
            ("Your Uber code is 4821. Never share this code.", Some("4821")),
            ("Your account 123456 will receive OTP 654320, valid in 300s", None),
            ("OTP for ACME (XX1245) is 811730 (valid for 10 mins).", None),
            ("رمز التحقق: ٤٥٦٧٨٩", None),
            ("Your parcel 1Z999AA10123456784 arrives on 2026-11-27 between 10:00 and 12:00.", None),
            ("Your balance is 5000 USD", None),
            ("The price is 1000.50", None),
            ("Your order 482913 is on its way", None),
            ("Your postal code is 94105", None),
            ("Zip code: 94105", None),
            ("Your code 482913 has expired", None),
            ("Wi-Fi password: 48291304", None),
        ] {
            assert_eq!(sure_code_in(text).as_deref(), code, "{text}");
        }
    }
}
