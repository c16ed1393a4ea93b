//! Faults on demand: which request goes wrong, and how.
//!
//! Faults are not journalled: a twin that is started again behaves.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use rand::{Rng as _, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Serialize};
use vocab::Ambient;

use super::{Cut, Fault};

/// How long `hang` lasts at most.
const HANG: Duration = Duration::from_secs(120);

/// How a vendor looks when something is wrong.
pub trait Face: Send + Sync + 'static {
    /// Every operation that a fault may name, as `Resource.verb`.
    fn operations(&self) -> &'static [&'static str];

    /// The vendor's answer with this HTTP status.
    fn status(&self, status: StatusCode) -> Response;

    /// The vendor's error of this code, with its proper HTTP status; `None` where the vendor has no such code.
    fn code(&self, code: &str) -> Option<Response>;
}

/// A rule as `POST /faults` gives it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// `Resource.verb`, `Resource.*` or `*`.
    pub operation: String,
    /// A [`Fault`] as text.
    pub fault: String,
    /// How many requests go wrong. Without it: one, or any number where a probability is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Chance of each matching request to go wrong, 0 to 1. Without it: certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Makes the draws repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// What is wrong with an [`Order`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct BadOrder {
    /// Which field.
    pub field: &'static str,
    /// What it must be.
    pub message: String,
}

struct Rule {
    order: Order,
    fault: Fault,
    left: Option<u64>,
    chance: StdRng,
}

/// The faults of one twin. Cheap to clone; clones share them.
#[derive(Clone)]
pub struct Faults {
    face: Arc<dyn Face>,
    ambient: Ambient,
    rules: Arc<Mutex<Vec<Rule>>>,
}

impl Faults {
    /// None yet.
    pub fn new(face: Arc<dyn Face>, ambient: Ambient) -> Self {
        Self { face, ambient, rules: Arc::default() }
    }

    /// Adds a rule after those that are there; the first that fires wins.
    pub fn add(&self, order: Order) -> Result<(), BadOrder> {
        let wrong = |field, message: String| BadOrder { field, message };
        if !self.knows(&order.operation) {
            let known = self.face.operations().join(", ");
            return Err(wrong("operation", format!("must be *, Resource.* or one of {known}")));
        }
        let fault: Fault =
            order.fault.parse().map_err(|error: super::fault::UnknownFault| wrong("fault", error.to_string()))?;
        if let Fault::Code(code) = &fault
            && self.face.code(code).is_none()
        {
            return Err(wrong("fault", format!("the vendor has no error code {code}")));
        }
        if order.times == Some(0) {
            return Err(wrong("times", "must be at least 1".to_owned()));
        }
        if order.probability.is_some_and(|chance| !(0.0..=1.0).contains(&chance)) {
            return Err(wrong("probability", "must be from 0 to 1".to_owned()));
        }
        let left = order.times.or(if order.probability.is_some() { None } else { Some(1) });
        let seed = order.seed.unwrap_or_else(|| u64::from_le_bytes(self.ambient.bytes()));
        self.rules().push(Rule { order, fault, left, chance: StdRng::seed_from_u64(seed) });
        Ok(())
    }

    /// Forgets every rule.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// The rules that may still fire, with the times they have left.
    pub fn list(&self) -> Vec<Order> {
        self.rules().iter().map(|rule| Order { times: rule.left, ..rule.order.clone() }).collect()
    }

    /// The fault that befalls the next request for this operation, if any. Counts it.
    pub fn draw(&self, operation: &str) -> Option<Fault> {
        let mut rules = self.rules();
        let hit = rules.iter_mut().position(|rule| rule.fires(operation))?;
        let fault = rules[hit].fault.clone();
        if let Some(left) = &mut rules[hit].left {
            *left -= 1;
            if *left == 0 {
                rules.remove(hit);
            }
        }
        Some(fault)
    }

    /// Answers a request for the operation by `effect`, or wrongly. A connection that shall close without an answer
    /// is a [`Cut`].
    pub async fn around(&self, operation: &str, effect: impl Future<Output = Response>) -> Response {
        match self.draw(operation) {
            None => effect.await,
            Some(Fault::FailBefore) => Cut.into_response(),
            Some(Fault::FailAfter) => {
                effect.await;
                Cut.into_response()
            }
            Some(Fault::Hang) => {
                tokio::time::sleep(HANG).await;
                Cut.into_response()
            }
            Some(Fault::Latency(time)) => {
                let answer = effect.await;
                tokio::time::sleep(time).await;
                answer
            }
            Some(Fault::Status(status)) => self.face.status(status),
            // Orders with an unknown code were refused.
            Some(Fault::Code(code)) => self.face.code(&code).unwrap_or_else(|| Cut.into_response()),
        }
    }

    fn knows(&self, pattern: &str) -> bool {
        pattern == "*" || self.face.operations().iter().any(|operation| matches(pattern, operation))
    }

    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    fn fires(&mut self, operation: &str) -> bool {
        if !matches(&self.order.operation, operation) {
            return false;
        }
        let Some(probability) = self.order.probability else { return true };
        // 53 random bits are a number from 0 up to, not including, 1.
        let drawn = (self.chance.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        drawn < probability
    }
}

fn matches(pattern: &str, operation: &str) -> bool {
    pattern == "*"
        || pattern == operation
        || pattern
            .strip_suffix(".*")
            .is_some_and(|resource| operation.strip_prefix(resource).is_some_and(|rest| rest.starts_with('.')))
}
