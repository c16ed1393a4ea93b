//! One round of one variant: how much was done, how long it took, and whose CPU it cost.

use std::time::{Duration, Instant};

use crate::{cpu::Whose, stats::Rounds};

/// Whose work it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// `numberline serve`, without its twins; or the bare server in its place.
    Server,
    /// The twins, which run in a process of their own here.
    Twins,
    /// PostgreSQL.
    Database,
    /// Whatever asks: the load generator, or pgbench.
    Client,
}

impl Part {
    pub(crate) const ALL: [Self; 4] = [Self::Server, Self::Twins, Self::Database, Self::Client];

    /// As a column's head.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Twins => "twins",
            Self::Database => "PostgreSQL",
            Self::Client => "client",
        }
    }
}

/// Whose CPU is watched, and what that is of.
pub(crate) type Watched = (Part, Whose);

/// What was done in one round.
#[derive(Debug, Clone)]
struct Round {
    done: u64,
    elapsed: Duration,
    cpu: Vec<(Part, Duration)>,
}

/// A stopwatch that also reads CPU times.
pub(crate) struct Meter {
    watched: Vec<(Watched, Option<Duration>)>,
    began: Instant,
}

impl Meter {
    /// Starts.
    pub(crate) fn start(watched: &[Watched]) -> Self {
        let watched = watched.iter().map(|(part, whose)| ((*part, *whose), whose.used())).collect();
        Self { watched, began: Instant::now() }
    }

    fn stop(self, done: u64, elapsed: Option<Duration>) -> Round {
        let elapsed = elapsed.unwrap_or_else(|| self.began.elapsed());
        let cpu = self.watched.into_iter().filter_map(|((part, whose), before)| {
            let used = whose.used()?.saturating_sub(before?);
            Some((part, used))
        });
        Round { done, elapsed, cpu: cpu.collect() }
    }
}

/// One way of doing something, round by round.
#[derive(Debug, Clone)]
pub(crate) struct Variant {
    /// What it is called in the report.
    pub(crate) name: String,
    rounds: Vec<Round>,
}

impl Variant {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), rounds: Vec::new() }
    }

    /// Ends a round in which so much was done. `elapsed` is given by who measures it better than the meter,
    /// as pgbench does, which connects first.
    pub(crate) fn end(&mut self, meter: Meter, done: u64, elapsed: Option<Duration>) {
        self.rounds.push(meter.stop(done, elapsed));
    }

    /// Forgets the rounds so far: they were for warming up.
    pub(crate) fn forget(&mut self) {
        self.rounds.clear();
    }

    /// How much was done a second.
    pub(crate) fn rate(&self) -> Rounds {
        self.rounds.iter().map(|round| round.done as f64 / round.elapsed.as_secs_f64()).collect()
    }

    /// Microseconds of a part's CPU for one.
    pub(crate) fn cpu(&self, part: Part) -> Option<Rounds> {
        let of_round = |round: &Round| {
            let used = round.cpu.iter().find(|(of, _)| *of == part)?.1;
            Some(used.as_secs_f64() * 1e6 / round.done as f64)
        };
        self.rounds.iter().map(of_round).collect()
    }
}
