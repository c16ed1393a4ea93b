//! Stripe's twin: customers, payment methods, payment intents, charges, events and signed webhooks, as of API version
//! 2026-10-28.endive. `README.md` beside this file lists its quirks and limits.

mod api;
mod attempt;
mod authorize;
mod cards;
mod charge;
mod control;
mod currency;
mod customer;
mod dispute;
mod event;
mod expand;
mod face;
mod failure;
mod form;
mod intent;
mod intent_params;
mod intents;
mod list;
mod method;
mod methods;
mod routes;
mod search;
mod shelf;
mod state;
#[cfg(test)]
mod tests;
mod webhooks;
mod work;

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use chrono::TimeDelta;
use secrecy::SecretString;
use vocab::Ambient;

use crate::kernel::{Courier, Faults, Journal, Listeners, Running, Transport, loopback, outbox::Loopback};
use api::Api;
use state::Account;

/// The one version of Stripe's API that the twin speaks, whatever `Stripe-Version` asks for.
pub const VERSION: &str = "2026-10-28.endive";

/// How long an attempt to deliver an event may take.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(20);

/// What a Stripe twin needs to know.
#[derive(Debug, Clone)]
pub struct StripeTwin {
    /// Where the vendor's API listens; loopback only, port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the control API listens; loopback only, port 0 takes a free one.
    pub control_listen: SocketAddr,
    /// The file that its state is kept in; none forgets everything with the process.
    pub journal: Option<PathBuf>,
    /// The only API key it accepts, `sk_test_…`.
    pub secret_key: SecretString,
    /// Signs its events, `whsec_…`.
    pub webhook_secret: SecretString,
    /// Where its events go; loopback only. Without one they only stand in `/v1/events`.
    pub webhook_url: Option<String>,
    /// How long after its cause an event is sent; [`StripeTwin::WEBHOOK_DELAY`] lets the API's own answer be first.
    pub webhook_delay: Duration,
    /// Business time for its stamps, wall time for signatures and retries, chance for its ids.
    pub ambient: Ambient,
}

/// A Stripe twin without sockets, for a simulation in one process.
pub struct InProcess {
    /// The vendor's API. A response that [`crate::kernel::Cut::marks`] stands for a closed connection.
    pub vendor: Router,
    /// The control API.
    pub control: Router,
    courier: Courier<Account>,
}

impl InProcess {
    /// Sends the events that are due; answers in how long the next one is.
    pub async fn deliver(&self) -> Option<Duration> {
        self.courier.step().await
    }
}

impl StripeTwin {
    /// 200 ms.
    pub const WEBHOOK_DELAY: Duration = Duration::from_millis(200);

    /// Opens the journal, binds both ports and serves until [`Running::stop`].
    pub async fn start(self) -> io::Result<Running> {
        if let Some(url) = &self.webhook_url {
            loopback::url(url).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        }
        let listeners = Listeners::bind(self.listen, self.control_listen).await?;
        let transport = Arc::new(Loopback::new(WEBHOOK_TIMEOUT)?);
        let InProcess { vendor, control, courier } = self.in_process(&listeners.url, transport)?;
        Ok(listeners.serve(vendor, control, courier.run()))
    }

    /// The same without sockets: events leave through `transport`, and `url` is what its pages say that it is.
    pub fn in_process(self, url: &str, transport: Arc<dyn Transport>) -> io::Result<InProcess> {
        let journal: Journal<Account> = Journal::at(self.journal.as_deref())?;
        let endpoint = webhooks::Endpoint { url: self.webhook_url.clone(), secret: self.webhook_secret };
        let courier = Courier::new(journal.clone(), self.ambient.clone(), Arc::new(endpoint), transport)?;
        let api = Arc::new(Api {
            journal,
            faults: Faults::new(Arc::new(face::StripeFace), self.ambient.clone()),
            setting: work::Setting {
                ambient: self.ambient,
                url: url.to_owned(),
                webhook_url: self.webhook_url,
                webhook_delay: TimeDelta::from_std(self.webhook_delay).unwrap_or_default(),
            },
            secret_key: self.secret_key,
            in_flight: std::sync::Mutex::default(),
        });
        Ok(InProcess { vendor: api::router(Arc::clone(&api)), control: control::router(api), courier })
    }
}
