//! Work by the clock.

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;

/// When a job runs.
#[derive(Debug, Clone)]
pub enum Every {
    /// This long after it began.
    Interval(Duration),
    /// By a cron expression, in UTC.
    Cron(Box<croner::Cron>),
}

impl Every {
    /// Reads a cron expression that is written in the code.
    pub fn cron(expression: &'static str) -> Self {
        Self::Cron(Box::new(croner::Cron::from_str(expression).expect("the expression is written in the code")))
    }

    /// The first run after `now`.
    pub fn next_after(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Interval(pause) => now + TimeDelta::from_std(*pause).unwrap_or(TimeDelta::MAX),
            Self::Cron(cron) => cron.find_next_occurrence(&now, false).unwrap_or(now + TimeDelta::days(1)),
        }
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interval(pause) => write!(f, "every {} ms", pause.as_millis()),
            Self::Cron(cron) => write!(f, "{}", cron.pattern),
        }
    }
}

type Work = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// A job that runs by the clock, in one process at a time.
#[derive(Clone)]
pub struct Schedule {
    /// Its name, unique.
    pub name: &'static str,
    /// When it runs.
    pub every: Every,
    /// What it does. Must be harmless when repeated.
    pub work: Work,
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.every)
    }
}

impl Schedule {
    /// A job from an async closure.
    pub fn new<F, Fut, E>(name: &'static str, every: Every, work: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display,
    {
        let work: Work = Arc::new(move || {
            let run = work();
            Box::pin(async move { run.await.map_err(|error| error.to_string()) })
        });
        Self { name, every, work }
    }
}
