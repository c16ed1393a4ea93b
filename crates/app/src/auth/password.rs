//! Which passwords are good enough: length, and not a common one. No rule of composition, which only makes
//! people append `1!` (NIST SP 800-63B §3.1.1.2).

/// The least number of characters.
pub(super) const MIN: usize = 8;
/// The most, so that a huge one costs us nothing.
pub(super) const MAX: usize = 256;

/// A password that is found within so many guesses, as zxcvbn estimates them, is common. `Test123!` takes
/// 34,000; `password`, `12345678` and `qwertyuiop` take fewer than thirty.
const COMMON: u64 = 10_000;

/// How many characters are judged. The estimate's cost grows with the square of the length, and whatever is
/// not common by then will not be.
const JUDGED: usize = 40;

/// What is wrong with a password; `about` is what an attacker knows of its owner.
pub fn weakness(password: &str, about: &[&str]) -> Option<&'static str> {
    let length = password.chars().count();
    if length < MIN {
        return Some("must have at least 8 characters");
    }
    if length > MAX {
        return Some("must have at most 256 characters");
    }
    let judged: String = password.chars().take(JUDGED).collect();
    let guesses = zxcvbn::zxcvbn(&judged, about).guesses();
    (guesses < COMMON).then_some("is too common: it would be guessed at once; use a longer or less usual one")
}

#[cfg(test)]
mod tests {
    use super::weakness;

    const ABOUT: [&str; 3] = ["ada.lovelace@example.com", "Ada", "Lovelace"];

    #[test]
    fn common_and_short_ones_are_refused() {
        for bad in ["password", "12345678", "qwertyuiop", "Password1", "aaaaaaaa", "P@ssw0rd", "Ab1!xyz", ""] {
            assert!(weakness(bad, &[]).is_some(), "{bad}");
        }
        assert!(weakness(&"x7Q-".repeat(65), &[]).is_some(), "260 characters");
    }

    #[test]
    fn composition_does_not_matter() {
        for good in ["Test123!", "correct horse battery staple", "пароль-из-слов", &"x7Q-".repeat(64)] {
            assert_eq!(weakness(good, &ABOUT), None, "{good}");
        }
    }

    #[test]
    fn ones_own_name_is_no_password() {
        assert!(weakness("ada.lovelace@example.com", &ABOUT).is_some());
        assert!(weakness("Lovelace", &ABOUT).is_some());
    }
}
