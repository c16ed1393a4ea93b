//! The body of `POST /calls`: who calls whom, and how the people on the other ends behave.

use std::collections::{BTreeMap, VecDeque};

use serde::Deserialize;
use serde_json::Value;

/// How long a call lasts at least once it is answered, and a leg that was dialled, unless it is said.
pub(crate) const CALL_SECONDS: u32 = 17;
const LEG_SECONDS: u32 = 12;

/// A call to simulate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// A number, `anonymous`, or a `sip:` address.
    pub(crate) from: String,
    pub(crate) to: String,
    /// What becomes of the legs that are dialled: a list in the order of dialling, or an object by what is dialled.
    #[serde(default)]
    outcomes: Value,
    /// Seconds of the whole call; without it 17, or as much as its legs and pauses take.
    pub(crate) duration: Option<u32>,
    /// What the caller types: one text for each `Gather`.
    #[serde(default)]
    pub(crate) digits: VecDeque<String>,
}

/// How a leg ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// `completed`, `busy`, `no-answer`, `failed` or `canceled`.
    pub(crate) status: &'static str,
    /// Seconds it is talked; 0 unless completed.
    pub(crate) seconds: u32,
}

impl Outcome {
    pub(crate) const FAILED: Self = Self { status: "failed", seconds: 0 };
    const ANSWERED: Self = Self { status: "completed", seconds: LEG_SECONDS };

    pub(crate) fn is_answered(self) -> bool {
        self.status == "completed"
    }

    /// `"busy"`, or `{"status":"completed","duration":42}`.
    fn read(value: &Value) -> Result<Self, String> {
        let name = value.as_str().or_else(|| value.get("status")?.as_str()).unwrap_or_default();
        let status = match name {
            "completed" | "answered" => "completed",
            "busy" => "busy",
            "no-answer" => "no-answer",
            "failed" => "failed",
            "canceled" => "canceled",
            _ => {
                let known = "completed, busy, no-answer, failed or canceled";
                return Err(format!("an outcome must be {known}, or an object with such a status, not {value}"));
            }
        };
        let seconds = match value.get("duration") {
            None => LEG_SECONDS,
            Some(given) => given
                .as_u64()
                .and_then(|seconds| u32::try_from(seconds).ok())
                .ok_or_else(|| format!("the duration of an outcome must be whole seconds, not {given}"))?,
        };
        Ok(Self { status, seconds: if status == "completed" { seconds } else { 0 } })
    }
}

/// What becomes of each leg. Where nothing is said, it is answered and completes.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    in_order: VecDeque<Outcome>,
    by_target: BTreeMap<String, Outcome>,
}

impl Outcomes {
    pub(crate) fn read(order: &Order) -> Result<Self, String> {
        let mut outcomes = Self::default();
        match &order.outcomes {
            Value::Null => {}
            Value::Array(list) => {
                outcomes.in_order = list.iter().map(Outcome::read).collect::<Result<_, _>>()?;
            }
            Value::Object(map) => {
                let read = |(target, value): (&String, &Value)| Ok((target.clone(), Outcome::read(value)?));
                outcomes.by_target = map.iter().map(read).collect::<Result<_, String>>()?;
            }
            other => return Err(format!("outcomes must be a list or an object, not {other}")),
        }
        Ok(outcomes)
    }

    pub(crate) fn next(&mut self, target: &str) -> Outcome {
        let named = self.by_target.get(target).copied();
        named.or_else(|| self.in_order.pop_front()).unwrap_or(Outcome::ANSWERED)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcomes(value: Value) -> Result<Outcomes, String> {
        let order = json!({ "from": "+1", "to": "+1", "outcomes": value });
        Outcomes::read(&serde_json::from_value(order).expect("an order"))
    }

    #[test]
    fn lists_maps_and_the_default() {
        let mut list = outcomes(json!(["busy", { "status": "answered", "duration": 42 }])).expect("outcomes");
        assert_eq!(list.next("a"), Outcome { status: "busy", seconds: 0 });
        assert_eq!(list.next("b"), Outcome { status: "completed", seconds: 42 });
        assert_eq!(list.next("c"), Outcome::ANSWERED);
        let mut map = outcomes(json!({ "+1415": "no-answer" })).expect("outcomes");
        assert_eq!(map.next("+1416"), Outcome::ANSWERED);
        assert_eq!(map.next("+1415").status, "no-answer");
        for bad in [json!("busy"), json!(["asleep"]), json!([{ "status": "completed", "duration": -1 }])] {
            assert!(outcomes(bad).is_err());
        }
    }
}
