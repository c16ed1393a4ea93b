//! Times as the API shows them (RFC 3339, UTC, milliseconds), and the bounds of a stretch of time as it reads them.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, SecondsFormat, Timelike, Utc};
use serde::{Deserialize, Deserializer, de::Error as _};
use utoipa::openapi::{
    KnownFormat, ObjectBuilder, RefOr, SchemaFormat,
    extensions::ExtensionsBuilder,
    schema::{AnyOfBuilder, Schema, Type},
};

/// A moment, `2026-01-01T00:00:00.000Z` in JSON. Any RFC 3339 offset is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub DateTime<Utc>);

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match written(self.0) {
            Some(text) => s.serialize_str(std::str::from_utf8(&text).expect("digits and punctuation")),
            None => s.collect_str(self),
        }
    }
}

/// The moment as [`Timestamp`] is shown, without an allocation: a list's page has dozens. None for the years that have
/// a sign, and in a leap second.
fn written(at: DateTime<Utc>) -> Option<[u8; 24]> {
    let at = at.naive_utc();
    let year = u32::try_from(at.year()).ok().filter(|year| *year <= 9999)?;
    let millis = Some(at.nanosecond() / 1_000_000).filter(|millis| *millis < 1000)?;
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut set = |end: usize, mut value: u32| {
        for digit in text[..end].iter_mut().rev().take_while(|byte| byte.is_ascii_digit()) {
            *digit = b"0123456789"[value as usize % 10];
            value /= 10;
        }
    };
    set(4, year);
    set(7, at.month());
    set(10, at.day());
    set(13, at.hour());
    set(16, at.minute());
    set(19, at.second());
    set(23, millis);
    Some(text)
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .examples(["2026-01-01T00:00:00.000Z"])
            .into()
    }
}

impl utoipa::ToSchema for Timestamp {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Timestamp")
    }
}

/// Where a stretch of time begins: a moment, or a day in UTC from its first moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since(pub DateTime<Utc>);

/// Where a stretch of time ends: before a moment, or with a day in UTC, which belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until(pub DateTime<Utc>);

/// A moment, or the first of a day and of the next one.
enum Bound {
    Moment(DateTime<Utc>),
    Day(DateTime<Utc>, DateTime<Utc>),
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        // SQLite compares texts, in which the year 10000 comes before any other.
        let last = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day").and_time(NaiveTime::MIN).and_utc();
        let day = || {
            let first = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().min(last);
            let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?;
            Some(Self::Day(first(day), first(day.checked_add_days(Days::new(1))?)))
        };
        let moment = DateTime::parse_from_rfc3339(&text).ok().map(|at| Self::Moment(at.to_utc().min(last)));
        moment.or_else(day).ok_or_else(|| D::Error::custom(BOUND))
    }
}

impl<'de> Deserialize<'de> for Since {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(match Bound::deserialize(d)? {
            Bound::Moment(at) | Bound::Day(at, _) => Self(at),
        })
    }
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(match Bound::deserialize(d)? {
            Bound::Moment(at) | Bound::Day(_, at) => Self(at),
        })
    }
}

const BOUND: &str = "must be a day or a moment, such as 2026-01-31 or 2026-01-31T12:00:00Z";

fn bound() -> RefOr<Schema> {
    let format = |format, example| {
        let message = ExtensionsBuilder::new().add("x-message", BOUND).build();
        let text = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)));
        text.examples([example]).extensions(Some(message))
    };
    let moment = format(KnownFormat::DateTime, "2026-01-31T12:00:00Z");
    AnyOfBuilder::new().item(format(KnownFormat::Date, "2026-01-31")).item(moment).into()
}

impl utoipa::PartialSchema for Since {
    fn schema() -> RefOr<Schema> {
        bound()
    }
}

impl utoipa::ToSchema for Since {}

impl utoipa::PartialSchema for Until {
    fn schema() -> RefOr<Schema> {
        bound()
    }
}

impl utoipa::ToSchema for Until {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_and_z() {
        let read: Timestamp = serde_json::from_str(r#""2026-01-01T02:00:00.123456+02:00""#).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), r#""2026-01-01T00:00:00.123Z""#);
    }

    #[test]
    fn every_moment_is_written_as_chrono_writes_it() {
        for text in
            ["0000-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "2026-02-28T01:02:03.045678Z", "9999-12-31T23:59:59Z"]
        {
            let at = Timestamp(text.parse().unwrap());
            assert_eq!(serde_json::to_string(&at).unwrap(), format!("\"{at}\""));
        }
        for odd in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC, "2016-12-31T23:59:60.5Z".parse().unwrap()] {
            assert_eq!(serde_json::to_string(&Timestamp(odd)).unwrap(), format!("\"{}\"", Timestamp(odd)));
        }
    }

    #[test]
    fn a_day_begins_and_ends_in_utc() {
        let from =
            |text: &str| serde_json::from_value::<Since>(text.into()).map(|since| Timestamp(since.0).to_string());
        let until =
            |text: &str| serde_json::from_value::<Until>(text.into()).map(|until| Timestamp(until.0).to_string());
        assert_eq!(from("2026-01-31").unwrap(), "2026-01-31T00:00:00.000Z");
        assert_eq!(until("2026-01-31").unwrap(), "2026-02-01T00:00:00.000Z");
        assert_eq!(until("9999-12-31").unwrap(), "9999-12-31T00:00:00.000Z", "as late as a list can tell");
        for read in [&from as &dyn Fn(&str) -> Result<String, _>, &until] {
            assert_eq!(read("2026-01-31T12:00:00+02:00").unwrap(), "2026-01-31T10:00:00.000Z");
            assert!(read("2026-02-30").is_err() && read("yesterday").is_err());
        }
    }
}
