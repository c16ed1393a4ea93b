//! The text of an API key: `nl_live_`, 32 random characters, and a checksum, so that a typo is told from a
//! key that was revoked without asking the database, and secret scanners can tell ours.

use std::str::FromStr;

use sha2::{Digest, Sha256};
use vocab::{Ambient, SecretString};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62³² ≈ 2¹⁹⁰; the first eight are shown as part of the prefix, which leaves 2¹⁴³.
const RANDOM: usize = 32;
/// 62⁶ > 2³².
const CHECKSUM: usize = 6;
/// How much of a key is shown to tell it from others (docs/api-design.md).
const SHOWN: usize = 16;

/// Whether a key is for trying things out or for business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// `nl_test_…`
    Test,
    /// `nl_live_…`
    Live,
}

impl Environment {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Test => "nl_test_",
            Self::Live => "nl_live_",
        }
    }
}

/// A key as its owner holds it. Never logged: it does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct KeySecret(String);

/// Text that was never a key of ours, or has a typo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an API key: a character is wrong or missing")]
pub struct MalformedKey;

impl std::fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeySecret({}…)", self.shown())
    }
}

impl KeySecret {
    /// A new one.
    pub fn new(ambient: &Ambient, environment: Environment) -> Self {
        let mut text = environment.prefix().to_owned();
        for _ in 0..RANDOM {
            let index = usize::try_from(ambient.below(62)).expect("below 62");
            text.push(char::from(BASE62[index]));
        }
        Self::summed(text)
    }

    /// The one that these bytes make, always the same. They must be as hard to guess as the key shall be.
    pub fn derived(environment: Environment, bytes: &[u8; RANDOM]) -> Self {
        // A byte is a little more often one of the first eight characters; what is lost is less than two bits.
        let random = bytes.iter().map(|byte| char::from(BASE62[usize::from(byte % 62)]));
        Self::summed(environment.prefix().chars().chain(random).collect())
    }

    fn summed(text: String) -> Self {
        let checksum = checksum(&text);
        Self(text + &checksum)
    }

    /// The whole key, to be shown to its owner once.
    pub fn reveal(&self) -> SecretString {
        self.0.clone().into()
    }

    /// As it is stored. A key is random enough that a fast digest is safe.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// Its first 16 characters, by which people tell it from others.
    pub fn shown(&self) -> &str {
        &self.0[..SHOWN]
    }
}

impl FromStr for KeySecret {
    type Err = MalformedKey;

    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        let prefixes = [Environment::Test, Environment::Live].map(Environment::prefix);
        let rest = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)).ok_or(MalformedKey)?;
        let plain = rest.len() == RANDOM + CHECKSUM && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (body, given) = text.split_at_checked(text.len() - CHECKSUM).ok_or(MalformedKey)?;
        if plain && checksum(body) == given { Ok(Self(text.to_owned())) } else { Err(MalformedKey) }
    }
}

/// CRC-32 in six digits of base 62.
fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[usize::try_from(rest % 62).expect("below 62")];
        rest /= 62;
    }
    digits.map(char::from).iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vocab::ExposeSecret;

    use super::*;

    #[test]
    fn a_key_reads_back_and_shows_only_its_beginning() {
        let key = KeySecret::new(&Ambient::fixed(1), Environment::Live);
        let text = key.reveal();
        assert_eq!(text.expose_secret().len(), 46);
        assert_eq!(text.expose_secret().parse(), Ok(key.clone()));
        assert!(key.shown().starts_with("nl_live_") && key.shown().len() == 16);
        assert!(!format!("{key:?}").contains(&text.expose_secret()[16..]));
    }

    #[test]
    fn the_same_bytes_make_the_same_key() {
        let made = |byte: u8| KeySecret::derived(Environment::Test, &[byte; 32]);
        let text = made(7).reveal();
        assert_eq!(text.expose_secret().parse(), Ok(made(7)));
        assert!(made(7) != made(8) && text.expose_secret().starts_with("nl_test_7777"));
    }

    #[test]
    fn what_was_never_a_key() {
        for bad in ["", "nl_test_", "nl_", "eyJhbGciOiJIUzI1NiJ9.e30.x", "nl_test_é", &"é".repeat(23)] {
            assert_eq!(bad.parse::<KeySecret>(), Err(MalformedKey), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_seen(seed in any::<u64>(), at in 8_usize..46, other in 0_usize..62) {
            let key = KeySecret::new(&Ambient::fixed(seed), Environment::Test);
            let mut text = key.reveal().expose_secret().to_owned().into_bytes();
            prop_assume!(text[at] != BASE62[other]);
            text[at] = BASE62[other];
            prop_assert_eq!(String::from_utf8(text).unwrap().parse::<KeySecret>(), Err(MalformedKey));
        }
    }
}
