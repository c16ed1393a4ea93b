//! Refresh tokens, and what to do with one that comes back.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use vocab::{Ambient, SecretString};

/// How long after its rotation a token may come back, if its successor has not been used (docs/api-design.md).
pub(super) const GRACE: TimeDelta = TimeDelta::seconds(10);

/// How long a refresh token holds (docs/api-design.md).
pub(super) const fn lifetime(remember: bool) -> TimeDelta {
    if remember { TimeDelta::days(30) } else { TimeDelta::days(7) }
}

/// 32 bytes that nobody can guess. Only its digest is stored.
pub(super) struct RefreshToken([u8; 32]);

/// Random bytes that are stored when a token is rotated.
pub(super) type Salt = [u8; 32];

impl RefreshToken {
    /// A new one.
    pub(super) fn new(ambient: &Ambient) -> Self {
        Self(ambient.bytes())
    }

    /// The one that a client sent.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// As it is given to the client.
    pub(super) fn text(&self) -> SecretString {
        BASE64_URL_SAFE_NO_PAD.encode(self.0).into()
    }

    /// As it is stored.
    pub(super) fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }

    /// The token that replaces this one. It follows from this token, which only the client has, and the salt,
    /// which only the database has: whoever repeats a refresh whose answer was lost, or does two at once, is
    /// given the same successor again, and no token is ever stored.
    pub(super) fn successor(&self, salt: &Salt) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"numberline refresh token successor v1\0");
        hash.update(self.0);
        hash.update(salt);
        Self(hash.finalize().into())
    }
}

/// What to do with a refresh token that belongs to a session that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is the newest of its session: replace it.
    Rotate,
    /// It was replaced a moment ago and its successor is unused: the answer was lost, or two tabs asked at
    /// once. Give the same successor again.
    Repeat,
    /// Two parties have it: end the session.
    Reused,
}

/// Decides by when the token was replaced, if it was, and whether its successor has been used.
pub(super) fn judge(now: DateTime<Utc>, rotated_at: Option<DateTime<Utc>>, successor_used: bool) -> Verdict {
    match rotated_at {
        None => Verdict::Rotate,
        Some(at) if !successor_used && now - at <= GRACE => Verdict::Repeat,
        Some(_) => Verdict::Reused,
    }
}

#[cfg(test)]
mod tests {
    use vocab::ExposeSecret;

    use super::*;

    #[test]
    fn text_and_back() {
        let token = RefreshToken::new(&Ambient::fixed(1));
        let text = token.text();
        assert_eq!(text.expose_secret().len(), 43);
        assert_eq!(RefreshToken::parse(text.expose_secret()).map(|token| token.digest()), Some(token.digest()));
        for bad in ["", "abc", &format!("{}=", text.expose_secret()), &"?".repeat(43)] {
            assert!(RefreshToken::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_successor_needs_both_halves() {
        let ambient = Ambient::fixed(1);
        let (token, other, salt, another) =
            (RefreshToken::new(&ambient), RefreshToken::new(&ambient), ambient.bytes(), ambient.bytes());
        assert_eq!(token.successor(&salt).0, token.successor(&salt).0);
        assert_ne!(token.successor(&salt).0, token.successor(&another).0);
        assert_ne!(token.successor(&salt).0, other.successor(&salt).0);
    }

    #[test]
    fn reuse_is_forgiven_for_ten_seconds_and_once() {
        let now = DateTime::UNIX_EPOCH;
        let ago = |seconds| Some(now - TimeDelta::seconds(seconds));
        assert_eq!(judge(now, None, false), Verdict::Rotate);
        assert_eq!(judge(now, ago(10), false), Verdict::Repeat);
        assert_eq!(judge(now, ago(11), false), Verdict::Reused);
        assert_eq!(judge(now, ago(1), true), Verdict::Reused);
    }
}
