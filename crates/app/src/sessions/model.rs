//! What a number session is, and the rules of its time. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use vocab::{
    CountryCode, Money,
    id::{AccountId, NumberSessionId, PoolNumberId},
};

use crate::{flows::destination, web::error::FieldError};

/// How long a session lasts unless said, in minutes.
pub(super) const DEFAULT_MINUTES: u32 = 30;
/// The longest that a session may have before it, in minutes: a day.
pub(super) const MOST_MINUTES: u32 = 1440;

vocab::wire_enum! {
    /// Where a session is (product.md, "State machines").
    pub enum SessionStatus {
        /// It has its number.
        Active = "ACTIVE",
        /// Its time is over, or it was ended by hand.
        Ended = "ENDED",
    }
}

vocab::wire_enum! {
    /// Why a session is over.
    pub enum EndReason {
        /// Its time ran out.
        Expired = "EXPIRED",
        /// Its owner ended it.
        ByHand = "BY_HAND",
    }
}

/// What callers hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Greeting {
    /// A recording at this URL.
    Play(String),
    /// This text, spoken.
    Say(String),
}

impl Greeting {
    /// The one greeting that a request names, or every fault in what it names. `development` allows http.
    pub(super) fn read(url: Option<String>, text: Option<String>, development: bool) -> Result<Self, Vec<FieldError>> {
        let fault = |field: &str, message: &str| Err(vec![FieldError::new(field, message)]);
        match (url, text) {
            (None, None) => fault("greetingUrl", "is required, or greetingText"),
            (Some(_), Some(_)) => fault("greetingText", "cannot go together with greetingUrl"),
            (Some(url), None) => match destination::public_recording(&url, development) {
                Ok(()) => Ok(Self::Play(url)),
                Err(message) => fault("greetingUrl", message),
            },
            (None, Some(text)) => match destination::spoken(Some(&text)) {
                Ok(()) => Ok(Self::Say(text)),
                Err(message) => fault("greetingText", message),
            },
        }
    }
}

/// A number lent to an account for some minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberSession {
    /// Its id.
    pub id: NumberSessionId,
    /// Who borrows.
    pub account: AccountId,
    /// The borrower's own name for whom it is for.
    pub label: String,
    /// Which number of the pool.
    pub pool_number: PoolNumberId,
    /// That number.
    pub phone_number: String,
    /// Its country.
    pub country: CountryCode,
    /// What callers hear.
    pub greeting: Greeting,
    /// What was paid, once.
    pub price: Money,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When its time is over.
    pub expires_at: DateTime<Utc>,
    /// When it was over and why, once its end has been told.
    pub told_end: Option<(DateTime<Utc>, EndReason)>,
}

impl NumberSession {
    /// When and why it was over, as seen at `now`. Time alone decides; nobody has to have written it down.
    pub fn end(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, EndReason)> {
        self.told_end.or_else(|| (self.expires_at <= now).then_some((self.expires_at, EndReason::Expired)))
    }

    /// Where it is at `now`.
    pub fn status(&self, now: DateTime<Utc>) -> SessionStatus {
        if self.end(now).is_some() { SessionStatus::Ended } else { SessionStatus::Active }
    }

    /// When it is over after `minutes` more; `None` if that is further away than a session may last.
    pub(super) fn extended(&self, minutes: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let expires_at = self.expires_at + TimeDelta::minutes(minutes.into());
        (expires_at <= now + TimeDelta::minutes(MOST_MINUTES.into())).then_some(expires_at)
    }
}

#[cfg(test)]
mod tests {
    use vocab::{Ambient, Amount, Currency};

    use super::*;

    fn session(ambient: &Ambient) -> NumberSession {
        let now = ambient.business();
        NumberSession {
            id: NumberSessionId::new(ambient),
            account: AccountId::new(ambient),
            label: "u".into(),
            pool_number: PoolNumberId::new(ambient),
            phone_number: "+14155552671".into(),
            country: "US".parse().expect("a country"),
            greeting: Greeting::Say("hello".into()),
            price: Money::new(Amount::ZERO, Currency::USD),
            started_at: now,
            expires_at: now + TimeDelta::minutes(30),
            told_end: None,
        }
    }

    #[test]
    fn time_alone_ends_a_session() {
        let ambient = Ambient::fixed(1);
        let session = session(&ambient);
        let last = session.expires_at - TimeDelta::microseconds(1);
        assert_eq!(session.status(last), SessionStatus::Active);
        assert_eq!(session.end(session.expires_at), Some((session.expires_at, EndReason::Expired)));
    }

    #[test]
    fn an_end_by_hand_is_not_changed_by_time() {
        let ambient = Ambient::fixed(1);
        let mut session = session(&ambient);
        let ended = session.started_at + TimeDelta::minutes(1);
        session.told_end = Some((ended, EndReason::ByHand));
        assert_eq!(session.end(session.expires_at), Some((ended, EndReason::ByHand)));
    }

    #[test]
    fn a_session_has_a_day_before_it_at_most() {
        let ambient = Ambient::fixed(1);
        let session = session(&ambient);
        let now = session.started_at;
        assert_eq!(session.extended(MOST_MINUTES - 30, now), Some(now + TimeDelta::days(1)));
        assert_eq!(session.extended(MOST_MINUTES - 29, now), None);
    }

    #[test]
    fn one_greeting_that_carriers_may_fetch() {
        let read = |url: Option<&str>, text: Option<&str>, development| {
            Greeting::read(url.map(str::to_owned), text.map(str::to_owned), development)
        };
        assert_eq!(
            read(Some("https://example.com/a.mp3"), None, false),
            Ok(Greeting::Play("https://example.com/a.mp3".into()))
        );
        assert_eq!(read(None, Some("Hello"), false), Ok(Greeting::Say("Hello".into())));
        assert!(read(Some("http://example.com/a.mp3"), None, false).is_err());
        assert!(read(Some("http://example.com/a.mp3"), None, true).is_ok());
        assert!(read(None, None, true).is_err());
        assert!(read(Some("https://example.com/a.mp3"), Some("Hello"), true).is_err());
        let long = format!("https://example.com/{}", "a".repeat(2048));
        for private in [
            "https://127.0.0.1/a",
            "https://2130706433/a",
            "https://0x7f000001/a",
            "https://0177.0.0.1/a",
            "https://10.0.0.1/a",
            "https://192.168.1.1/a",
            "https://169.254.169.254/a",
            "https://[::1]/a",
            "https://[::ffff:127.0.0.1]/a",
            "https://[fd00::1]/a",
            "https://localhost/a",
            "https://metadata.google.internal/a",
            "https://u:p@example.com/a",
            "file:///etc/passwd",
            &long,
        ] {
            assert!(read(Some(private), None, true).is_err(), "{private}");
        }
    }
}
