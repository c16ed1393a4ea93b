//! The Twilio twin: an account with a token, an inventory of numbers in more than seventy countries, and a telephone
//! that can ring. What it does and where it differs from the real Twilio is in the README beside this file.

mod api;
mod calls;
mod control;
mod error;
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

use secrecy::SecretString;
use vocab::Ambient;

use self::{error::TwilioFace, state::Holdings};
use crate::kernel::{Courier, Faults, Journal, Listeners, Running, loopback, outbox::Loopback};

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
    /// Calls the product, on loopback only.
    client: reqwest::Client,
    /// So many of the next purchases deliver another number than the one asked for.
    swaps: AtomicU64,
}

impl TwilioTwin {
    /// Opens the journal, binds both addresses and answers.
    pub async fn start(self) -> io::Result<Running> {
        let journal = Journal::at(self.journal.as_deref())?;
        let listeners = Listeners::bind(self.listen, self.control_listen).await?;
        let twin = Arc::new(Twin {
            account_sid: self.account_sid,
            auth_token: self.auth_token,
            faults: Faults::new(TwilioFace::shared(), self.ambient.clone()),
            ambient: self.ambient,
            journal,
            url: listeners.url.clone(),
            in_flight: AtomicU64::new(0),
            client: loopback::client(WEBHOOK_TIMEOUT)?,
            swaps: AtomicU64::new(0),
        });
        calls::end_interrupted(&twin)?;
        let reporter = Arc::new(calls::Reporter(Arc::clone(&twin)));
        let road = Arc::new(Loopback::new(WEBHOOK_TIMEOUT)?);
        let courier = Courier::new(twin.journal.clone(), twin.ambient.clone(), reporter, road)?;
        let (vendor, control) = (api::router(Arc::clone(&twin)), control::router(twin));
        Ok(listeners.serve(vendor, control, courier.run()))
    }
}

impl Twin {
    fn swap_next(&self, times: u64) {
        self.swaps.store(times, Ordering::Relaxed);
    }
}
