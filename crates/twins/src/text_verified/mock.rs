//! TextVerified's own documented mocks: services `test_…` and fixed resources `mock_…`. They cost nothing, remember
//! nothing, are in no list, and their answers carry `X-Phoneblur-Mock: true`.

use chrono::{DateTime, TimeDelta, Utc};
use vocab::Amount;

use super::{
    api::{Answer, Call},
    error::Failure,
    verification::{Message, Phase, Verification},
    verifications::{insufficient, too_many},
};

/// Below this `maxPrice` a purchase fails.
pub(super) const PRICE: Amount = Amount::from_micros(750_000);
pub(super) const SUCCESS: &str = "mock_ver_success";
/// What a reuse of [`SUCCESS`] gets.
pub(super) const REUSED: &str = "mock_ver_reused";

const DELAYED: &str = "mock_ver_delay_";
/// How long a delayed one waits, and how long a completed one can be reused.
const HALF_A_MINUTE: TimeDelta = TimeDelta::seconds(30);
const WINDOW: TimeDelta = TimeDelta::minutes(15);
const CODE: &str = "123456";

/// Mocks that are always the same: their id, the last digit of their number, and where they are.
const FIXED: [(&str, u8, Phase); 7] = [
    (SUCCESS, 1, Phase::Completed),
    ("mock_ver_pending", 2, Phase::Pending),
    ("mock_ver_reactivatable", 3, Phase::Completed),
    ("mock_ver_timeout", 4, Phase::TimedOut),
    ("mock_ver_cancelled", 5, Phase::Canceled),
    ("mock_ver_reported", 6, Phase::Reported),
    (REUSED, 7, Phase::Reused),
];

/// Whether this is a service of a documented verification mock.
pub(super) fn is_service(name: &str) -> bool {
    outcome(name).is_some()
}

/// How many numbers there are of a mock's service.
pub(super) fn inventory(name: &str) -> u32 {
    if name == "test_no_numbers" { 0 } else { 100 }
}

/// What a purchase of a mock's service comes to.
enum Outcome {
    Fixed(&'static str),
    Delayed,
    Refused(Failure),
}

fn outcome(name: &str) -> Option<Outcome> {
    Some(match name {
        "test_success" => Outcome::Fixed(SUCCESS),
        "test_delayed_success" => Outcome::Delayed,
        "test_pending" => Outcome::Fixed("mock_ver_pending"),
        "test_reactivatable" => Outcome::Fixed("mock_ver_reactivatable"),
        "test_timeout" => Outcome::Fixed("mock_ver_timeout"),
        "test_insufficient_balance" => Outcome::Refused(insufficient()),
        "test_no_numbers" => Outcome::Refused(Failure::bad("Unavailable", "No numbers are available.")),
        "test_too_many_unfinished_verifications" => Outcome::Refused(too_many()),
        _ => return None,
    })
}

/// Buys nothing and answers with a link to a mock.
pub(super) fn create(call: &Call<'_>, service: &str, most: Option<Amount>) -> Result<Answer, Failure> {
    let outcome = outcome(service).ok_or_else(|| Failure::invalid("There is no such mock."))?;
    let id = match outcome {
        Outcome::Refused(failure) => return Err(failure),
        _ if most.is_some_and(|most| most < PRICE) => {
            return Err(Failure::bad("PricingFailure", format!("The price is {PRICE}, more than maxPrice.")));
        }
        Outcome::Fixed(id) => id.to_owned(),
        Outcome::Delayed => format!("{DELAYED}{}", call.setting.ambient.business().timestamp()),
    };
    Ok(Answer::created(call.links.verification(&id)).mocked())
}

/// The mock with this id, as it is at this time.
pub(super) fn verification(id: &str, now: DateTime<Utc>) -> Option<Verification> {
    if let Some(started) = id.strip_prefix(DELAYED) {
        return delayed(DateTime::from_timestamp(started.parse().ok()?, 0)?, now);
    }
    let (id, digit, state) = FIXED.into_iter().find(|(known, ..)| *known == id)?;
    let created = if state == Phase::TimedOut { now - WINDOW } else { now };
    let reusable_until = match id {
        SUCCESS => Some(now + HALF_A_MINUTE),
        "mock_ver_reactivatable" => Some(now - HALF_A_MINUTE),
        _ => None,
    };
    Some(Verification { reusable_until, ..base(id.to_owned(), format!("202555010{digit}"), state, created) })
}

/// Its number tells when it began, so that its texts are found by number as well.
fn delayed(started: DateTime<Utc>, now: DateTime<Utc>) -> Option<Verification> {
    let seconds = started.timestamp();
    let number = format!("555{:07}", seconds.rem_euclid(10_000_000));
    let done = started + HALF_A_MINUTE;
    let state = if now < done { Phase::Pending } else { Phase::Completed };
    let verification = base(format!("{DELAYED}{seconds}"), number, state, started);
    Some(Verification { reusable_until: (now >= done).then_some(done + HALF_A_MINUTE), ..verification })
}

fn base(id: String, number: String, state: Phase, created: DateTime<Utc>) -> Verification {
    let service = id.replace("mock_ver_", "test_");
    Verification {
        seq: 0,
        service: if id.starts_with(DELAYED) { "test_delayed_success".to_owned() } else { service },
        id,
        number,
        cost: PRICE,
        state,
        open: state == Phase::Pending,
        bought: created,
        created,
        ends: created + WINDOW,
        reusable_until: None,
    }
}

/// The texts of the mock that is meant by a reservation or by its number; `None` if none is meant.
pub(super) fn messages(reservation: Option<&str>, to: Option<&str>, now: DateTime<Utc>) -> Option<Vec<Message>> {
    let id = match (reservation, to) {
        (Some(id), _) => id.starts_with("mock_").then(|| id.to_owned())?,
        (None, Some(number)) => id_of(number, now)?,
        (None, None) => return None,
    };
    let got_text = verification(&id, now).filter(|found| matches!(found.state, Phase::Completed | Phase::Reused));
    let text = got_text.map(|verification| Message {
        seq: 0,
        id: id.replace("mock_ver_", "mock_sms_"),
        reservation: id.clone(),
        to: verification.number.clone(),
        from: "22000".to_owned(),
        text: format!("Your verification code is {CODE}"),
        code: Some(CODE.to_owned()),
        at: if id.starts_with(DELAYED) { verification.created + HALF_A_MINUTE } else { verification.created },
        occurred: verification.created,
    });
    Some(text.into_iter().collect())
}

fn id_of(number: &str, now: DateTime<Utc>) -> Option<String> {
    let fixed = FIXED.into_iter().find(|(_, digit, _)| number == format!("202555010{digit}"));
    if let Some((id, ..)) = fixed {
        return Some(id.to_owned());
    }
    let started: i64 = number.strip_prefix("555")?.parse().ok()?;
    let ago = (now.timestamp() - started).rem_euclid(10_000_000);
    Some(format!("{DELAYED}{}", now.timestamp() - ago))
}
