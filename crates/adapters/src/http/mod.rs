//! Calls to the outside: bounded in time and number, repeated only where that is safe, measured.
//!
//! The rule on repeats is product.md's law 5. What a lost answer means depends on the call's [`Effect`];
//! what an answer means is the vendor's own table, handed in with each call.
//!
//! Durations are measured with tokio's monotonic clock, which a simulation can pause; jitter comes from
//! [`Ambient`].

mod answer;
mod breaker;
mod call;
mod limits;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::time::Duration;

use ports::PortError;
use reqwest::{
    Client,
    header::{HeaderMap, HeaderValue},
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep, timeout},
};
use url::Url;
use vocab::Ambient;

pub use self::limits::Limits;
pub(crate) use self::{
    answer::Answer,
    call::{Call, Effect, under},
};

/// A client that cannot be set up: no certificate store, or a secret that no header can carry.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A credential holds characters that a header may not.
    #[error("the credential for {0} holds characters that an HTTP header cannot carry")]
    Credential(&'static str),
    /// The base URL is not one to which paths can be added.
    #[error("the base URL for {0} must be http:// or https://")]
    BaseUrl(&'static str),
    /// TLS could not be set up, most often because the machine has no certificate store.
    #[error("TLS cannot be set up (is the ca-certificates package installed?): {0}")]
    Tls(#[from] reqwest::Error),
}

/// A vendor, as its client needs to know it.
pub(crate) struct Vendor {
    /// Its name in metrics and logs.
    pub(crate) name: &'static str,
    /// The header, in lower case, by which its support finds a request.
    pub(crate) request_id: &'static str,
    /// Sent with every request; credentials are marked sensitive.
    pub(crate) headers: HeaderMap,
    /// The roots under which it is called.
    pub(crate) roots: Vec<Url>,
}

/// One vendor's connection pool with everything that keeps a bad day there from becoming one here.
pub(crate) struct Http {
    client: Client,
    vendor: &'static str,
    request_id: &'static str,
    gate: Semaphore,
    breaker: breaker::Breaker,
    limits: Limits,
    ambient: Ambient,
}

impl Http {
    /// Opens no connection yet. Proxies of the environment are ignored and redirects not followed: credentials go
    /// to the configured root and nowhere else.
    pub(crate) fn new(vendor: Vendor, limits: Limits, ambient: Ambient) -> Result<Self, SetupError> {
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(limits.connect)
            // Shorter than vendors keep an idle connection, so that we seldom write into one they just closed.
            .pool_idle_timeout(Duration::from_secs(15))
            .default_headers(vendor.headers);
        match vendor.roots.iter().find(|root| !matches!(root.scheme(), "http" | "https") || root.cannot_be_a_base()) {
            Some(_) => return Err(SetupError::BaseUrl(vendor.name)),
            // Loopback twins need no certificate store, and a bare container has none.
            None if vendor.roots.iter().all(|root| root.scheme() == "http") => builder = builder.tls_certs_only([]),
            None => {}
        }
        Ok(Self {
            client: builder.build()?,
            vendor: vendor.name,
            request_id: vendor.request_id,
            gate: Semaphore::new(limits.concurrency),
            breaker: breaker::Breaker::new(limits.breaker_failures, limits.breaker_window, limits.breaker_pause),
            limits,
            ambient,
        })
    }

    /// Sends the call, again where that is safe, until `read` makes something of the answer or the budget is spent.
    ///
    /// `read` turns every answer into a value or a fate; it must call a body that it cannot read
    /// [`PortError::Unknown`].
    pub(crate) async fn send<T>(
        &self,
        call: &Call,
        read: impl Fn(&Answer) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        let deadline = Instant::now() + self.limits.budget;
        let mut maybe_received = false;
        let mut attempt = 0;
        loop {
            let (error, pause) = match self.admit().await {
                Ok(permit) => match self.attempt(permit, call, deadline, &read).await {
                    Ok(value) => return Ok(value),
                    Err(error) => (error.clone(), self.pause(call, attempt, &error)),
                },
                Err(busy) => {
                    self.count(call, "held_back");
                    (busy, None)
                }
            };
            maybe_received |= error == PortError::Unknown && call.effect != Effect::None;
            match pause.filter(|pause| Instant::now() + *pause < deadline) {
                Some(pause) => sleep(pause).await,
                // An earlier attempt may have been received, and this one does not tell: a no from the vendor does.
                None if maybe_received && !matches!(error, PortError::Refused(_)) => return Err(PortError::Unknown),
                None => return Err(error),
            }
            attempt += 1;
        }
    }

    /// One attempt, measured and logged; its turn ends with it.
    async fn attempt<T>(
        &self,
        _turn: SemaphorePermit<'_>,
        call: &Call,
        deadline: Instant,
        read: &impl Fn(&Answer) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        let started = Instant::now();
        let within = self.limits.request.min(deadline.saturating_duration_since(started));
        let answer = answer::exchange(&self.client, call, within, self.request_id).await;
        self.breaker.report(Instant::now(), answer.as_ref().is_ok_and(|answer| answer.status < 500));
        let result = answer.as_ref().map_err(Clone::clone).and_then(read);
        self.record(call, started.elapsed(), answer.as_ref().ok(), result.as_ref().err());
        result
    }

    /// Waits for a turn, not for long; while the breaker is open, not at all.
    async fn admit(&self) -> Result<SemaphorePermit<'_>, PortError> {
        self.breaker.admit(Instant::now()).map_err(|retry_after| PortError::Busy { retry_after })?;
        match timeout(self.limits.queue, self.gate.acquire()).await {
            Ok(permit) => Ok(permit.expect("the gate is never closed")),
            Err(_) => Err(PortError::Busy { retry_after: Duration::from_secs(1) }),
        }
    }

    /// How long to wait before the next attempt; `None` where there must be none.
    fn pause(&self, call: &Call, attempt: u32, error: &PortError) -> Option<Duration> {
        if attempt + 1 >= self.limits.attempts {
            return None;
        }
        let floor = match error {
            PortError::NotSent => Duration::ZERO,
            PortError::Busy { retry_after } => *retry_after,
            PortError::Unknown if call.effect != Effect::Once => Duration::ZERO,
            PortError::Unknown | PortError::Refused(_) | PortError::Misconfigured(_) => return None,
        };
        let ceiling = self.limits.backoff.saturating_mul(1 << attempt.min(6)).min(Duration::from_secs(3));
        let jitter = self.ambient.below(u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX).saturating_add(1));
        Some(floor + Duration::from_millis(jitter))
    }

    fn record(&self, call: &Call, took: Duration, answer: Option<&Answer>, error: Option<&PortError>) {
        let outcome = error.map_or("ok", outcome);
        self.count(call, outcome);
        metrics::histogram!("outside_request_seconds", "vendor" => self.vendor, "operation" => call.operation)
            .record(took.as_secs_f64());
        let (status, request_id) = answer.map_or((0, ""), |a| (a.status, a.request_id.as_deref().unwrap_or_default()));
        let (vendor, operation, ms) = (self.vendor, call.operation, took.as_millis());
        if matches!(error, None | Some(PortError::Refused(_))) {
            tracing::debug!(vendor, operation, outcome, status, request_id, ms, "outside call");
        } else {
            tracing::warn!(vendor, operation, outcome, status, request_id, ms, "outside call");
        }
    }

    fn count(&self, call: &Call, outcome: &'static str) {
        metrics::counter!(
            "outside_requests_total", "vendor" => self.vendor, "operation" => call.operation, "outcome" => outcome
        )
        .increment(1);
    }
}

/// A fate's label in metrics and logs.
const fn outcome(error: &PortError) -> &'static str {
    match error {
        PortError::Refused(_) => "refused",
        PortError::Busy { .. } => "busy",
        PortError::NotSent => "not_sent",
        PortError::Unknown => "unknown",
        PortError::Misconfigured(_) => "misconfigured",
    }
}

/// HTTP Basic credentials, marked sensitive so that they never print.
pub(crate) fn basic(vendor: &'static str, user: &str, password: &str) -> Result<HeaderValue, SetupError> {
    use base64::Engine as _;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    credential(vendor, &format!("Basic {pair}"))
}

/// An `Authorization` value, marked sensitive so that it never prints.
pub(crate) fn credential(vendor: &'static str, value: &str) -> Result<HeaderValue, SetupError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| SetupError::Credential(vendor))?;
    value.set_sensitive(true);
    Ok(value)
}
