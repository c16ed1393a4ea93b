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

/// The code in a text: the first 4 to 8 digits, with at most a hyphen or a space between groups of them.
pub(crate) fn code_in(text: &str) -> Option<String> {
    let (mut code, mut joint) = (String::new(), false);
    for character in text.chars().chain(['.']) {
        if character.is_ascii_digit() {
            code.push(character);
            joint = false;
        } else if matches!(character, '-' | ' ') && code.len() == 3 && !joint {
            joint = true;
        } else {
            if (4..=8).contains(&code.len()) {
                return Some(code);
            }
            (code, joint) = (String::new(), false);
        }
    }
    None
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
}
