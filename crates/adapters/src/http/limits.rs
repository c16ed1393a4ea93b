//! How long, how many, how often. Each limit says why it is what it is.

use std::time::Duration;

/// What one vendor's client may use up.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For connecting, TLS included. What takes longer was not sent.
    pub connect: Duration,
    /// For one request, from connecting to the last byte of the answer.
    pub request: Duration,
    /// For one call with all its attempts. Below the carrier's in-flight bound of 30 s, so that whoever asks
    /// after that bound cannot be overtaken by an attempt still to come.
    pub budget: Duration,
    /// How often one call is attempted at most.
    pub attempts: u32,
    /// The pause before the second attempt is random up to this; it doubles with each further one, up to 3 s.
    pub backoff: Duration,
    /// How many requests are on their way at once. Twilio counts concurrent requests an account and does not say
    /// how many it takes.
    pub concurrency: usize,
    /// For how long a call waits for its turn before it is told to come back.
    pub queue: Duration,
    /// After this many faults in a row, within [`Limits::breaker_window`], nothing is sent for a while.
    pub breaker_failures: u32,
    /// Faults further apart than this are not in a row.
    pub breaker_window: Duration,
    /// The pause between attempts to find out whether the vendor is back. Short, because doubtful purchases must be
    /// final within 60 s of the vendor answering again.
    pub breaker_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            request: Duration::from_secs(10),
            budget: Duration::from_secs(15),
            attempts: 3,
            backoff: Duration::from_millis(200),
            concurrency: 64,
            queue: Duration::from_secs(2),
            breaker_failures: 20,
            breaker_window: Duration::from_secs(30),
            breaker_pause: Duration::from_secs(2),
        }
    }
}
