//! The Twilio twin: an account with a token, an inventory of numbers in more than seventy countries, and a telephone
//! that can ring. What it does and where it differs from the real Twilio is in the README beside this file.

mod api;
mod calls;
mod control;
mod error;
mod exchange;
mod inventory;
mod params;
mod settings;
mod sid;
mod signature;
mod state;

#[cfg(test)]
mod tests;

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::Router;
use secrecy::SecretString;
use vocab::Ambient;

use self::{error::TwilioFace, exchange::ForCallbacks, state::Holdings};
use crate::kernel::{Courier, Faults, Journal, Listeners, Running};

pub use self::exchange::{Exchange, Heard};

/// Twilio waits no longer for a webhook.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(15);

/// How to start a Twilio twin.
#[derive(Debug, Clone)]
pub struct TwilioTwin {
    /// Where Twilio's API is served, all products at one root. Loopback only; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the control API is served. Loopback only; port 0 takes a free one.
    pub control_listen: SocketAddr,
    /// The file that holds what Twilio holds; `None` forgets it with the process.
    pub journal: Option<PathBuf>,
    /// The account: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// Its token: the password of the API and the key of webhook signatures.
    pub auth_token: SecretString,
    /// Time and randomness. What Twilio dates, it dates by the business clock.
    pub ambient: Ambient,
}

/// What the handlers of a running twin share.
pub(crate) struct Twin {
    account_sid: String,
    auth_token: SecretString,
    ambient: Ambient,
    journal: Journal<Holdings>,
    faults: Faults,
    /// Root of the API, for absolute links.
    url: String,
    in_flight: AtomicU64,
    /// The way to the product.
    product: Arc<dyn Exchange>,
    /// So many of the next purchases deliver another number than the one asked for.
    swaps: AtomicU64,
}

/// A Twilio twin without sockets, for a simulation in one process.
pub struct InProcess {
    /// Twilio's API. A response that [`crate::kernel::Cut::marks`] stands for a closed connection.
    pub vendor: Router,
    /// The control API.
    pub control: Router,
    courier: Courier<Holdings>,
}

impl InProcess {
    /// Sends the callbacks that are due; answers in how long the next one is.
    pub async fn deliver(&self) -> Option<Duration> {
        self.courier.step().await
    }
}

impl TwilioTwin {
    /// Opens the journal, binds both addresses and serves until [`Running::stop`].
    pub async fn start(self) -> io::Result<Running> {
        let listeners = Listeners::bind(self.listen, self.control_listen).await?;
        let product = Arc::new(exchange::Loopback::new(WEBHOOK_TIMEOUT)?);
        let InProcess { vendor, control, courier } = self.in_process(&listeners.url, product)?;
        Ok(listeners.serve(vendor, control, courier.run()))
    }

    /// The same without sockets: it asks and tells the product through `product`, and `url` is what its answers say
    /// that its root is.
    pub fn in_process(self, url: &str, product: Arc<dyn Exchange>) -> io::Result<InProcess> {
        let twin = Arc::new(Twin {
            account_sid: self.account_sid,
            auth_token: self.auth_token,
            faults: Faults::new(TwilioFace::shared(), self.ambient.clone()),
            ambient: self.ambient,
            journal: Journal::at(self.journal.as_deref())?,
            url: url.to_owned(),
            in_flight: AtomicU64::new(0),
            product: Arc::clone(&product),
            swaps: AtomicU64::new(0),
        });
        calls::end_interrupted(&twin)?;
        let reporter = Arc::new(calls::Reporter(Arc::clone(&twin)));
        let road = Arc::new(ForCallbacks(product));
        let courier = Courier::new(twin.journal.clone(), twin.ambient.clone(), reporter, road)?;
        Ok(InProcess { vendor: api::router(Arc::clone(&twin)), control: control::router(twin), courier })
    }
}

impl Twin {
    fn swap_next(&self, times: u64) {
        self.swaps.store(times, Ordering::Relaxed);
    }
}
