//! The TextVerified twin: an account that rents US numbers by the text over TextVerified's API v2, with its bearer
//! tokens, links to follow, signed webhooks and documented `test_…` services. What it does and where the real
//! TextVerified is not known is in the README beside this file.

mod api;
mod auth;
mod control;
mod error;
mod lists;
mod market;
mod mock;
mod next;
mod paging;
mod routes;
mod show;
mod state;
#[cfg(test)]
mod tests;
mod verification;
mod verifications;
mod webhooks;

use std::{
    collections::BTreeSet,
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::Router;
use chrono::TimeDelta;
use secrecy::SecretString;
use vocab::{Ambient, Amount};

use self::{
    error::TextVerifiedFace,
    state::{Account, Change},
};
use crate::{
    kernel::{Courier, Faults, Journal, JournalError, Listeners, Running, Transport, loopback, outbox::Loopback},
    rental::{Postbox, Texting},
};

/// How long an attempt to deliver a webhook may take.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(20);

/// What a TextVerified twin needs to know.
#[derive(Debug, Clone)]
pub struct TextVerifiedTwin {
    /// Where the vendor's API listens; loopback only, port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the control API listens; loopback only, port 0 takes a free one.
    pub control_listen: SocketAddr,
    /// The file that its state is kept in; none forgets everything with the process.
    pub journal: Option<PathBuf>,
    /// The only API key it accepts.
    pub api_key: SecretString,
    /// The account's name, an e-mail address.
    pub username: String,
    /// Signs its webhooks, `whsec_…`.
    pub webhook_secret: SecretString,
    /// Where its webhooks go; loopback only. Without one there are none.
    pub webhook_url: Option<String>,
    /// What is in the account when its journal is new.
    pub balance: Amount,
    /// How long after the purchase a text arrives unasked, by the wall clock; without it none does.
    /// [`TextVerifiedTwin::TEXT_DELAY`] lets a demo work by looking.
    pub text_delay: Option<Duration>,
    /// How long a number waits for texts, by the business clock; [`TextVerifiedTwin::WINDOW`].
    pub window: Duration,
    /// For how long after the purchase it cannot be cancelled, by the wall clock; zero is the rule.
    pub cancel_lock: Duration,
    /// Time and randomness.
    pub ambient: Ambient,
}

/// What the handlers of a running twin share.
struct Twin {
    api_key: SecretString,
    username: String,
    setting: Arc<Setting>,
    journal: Journal<Account>,
    faults: Faults,
    /// Root of the API, for callers that do not say how they call it.
    url: String,
    /// Idempotency keys whose first request is still being answered.
    in_flight: Mutex<BTreeSet<String>>,
}

/// What requests and arriving texts share.
struct Setting {
    ambient: Ambient,
    texting: Texting,
    window: TimeDelta,
    cancel_lock: TimeDelta,
    /// Whether webhooks go anywhere.
    has_webhook: bool,
}

/// A TextVerified twin without sockets, for a simulation in one process.
pub struct InProcess {
    /// The vendor's API. A response that [`crate::kernel::Cut::marks`] stands for a closed connection.
    pub vendor: Router,
    /// The control API.
    pub control: Router,
    postbox: Postbox<Account>,
    courier: Courier<Account>,
}

impl InProcess {
    /// Delivers the texts and sends the webhooks that are due; answers in how long the next one is.
    pub async fn deliver(&self) -> Result<Option<Duration>, JournalError> {
        let text = self.postbox.step()?;
        let webhook = self.courier.step().await;
        Ok(text.into_iter().chain(webhook).min())
    }
}

impl TextVerifiedTwin {
    /// 5 s.
    pub const TEXT_DELAY: Duration = Duration::from_secs(5);
    /// 15 min.
    pub const WINDOW: Duration = Duration::from_secs(15 * 60);

    /// Opens the journal, binds both ports and serves until [`Running::stop`].
    pub async fn start(self) -> io::Result<Running> {
        if let Some(url) = &self.webhook_url {
            loopback::url(url).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        }
        let listeners = Listeners::bind(self.listen, self.control_listen).await?;
        let transport = Arc::new(Loopback::new(WEBHOOK_TIMEOUT)?);
        let InProcess { vendor, control, postbox, courier } = self.in_process(&listeners.url, transport)?;
        Ok(listeners.serve(vendor, control, async move {
            tokio::join!(postbox.run(), courier.run());
        }))
    }

    /// The same without sockets: webhooks leave through `transport`, and `url` is what its links begin with for
    /// callers that send no `Host`.
    pub fn in_process(self, url: &str, transport: Arc<dyn Transport>) -> io::Result<InProcess> {
        let journal: Journal<Account> = Journal::at(self.journal.as_deref())?;
        let balance = self.balance;
        journal.commit(|account| {
            let change = account.is_new().then_some(Change::Balance(balance));
            Ok::<_, JournalError>((change.into_iter().collect(), ()))
        })?;
        let setting = Arc::new(Setting {
            ambient: self.ambient.clone(),
            texting: Texting { delay: self.text_delay },
            window: TimeDelta::from_std(self.window).unwrap_or(TimeDelta::MAX),
            cancel_lock: TimeDelta::from_std(self.cancel_lock).unwrap_or(TimeDelta::MAX),
            has_webhook: self.webhook_url.is_some(),
        });
        let endpoint = Arc::new(webhooks::Endpoint { url: self.webhook_url, secret: self.webhook_secret });
        let courier = Courier::new(journal.clone(), self.ambient.clone(), endpoint, transport)?;
        let arriving = Arc::clone(&setting);
        let deliver = Arc::new(move |account: &Account, text: &_| account.arrival(text, &arriving));
        let postbox = Postbox::new(journal.clone(), self.ambient.clone(), deliver);
        let twin = Arc::new(Twin {
            api_key: self.api_key,
            username: self.username,
            setting,
            journal,
            faults: Faults::new(Arc::new(TextVerifiedFace), self.ambient),
            url: url.to_owned(),
            in_flight: Mutex::default(),
        });
        Ok(InProcess { vendor: api::router(Arc::clone(&twin)), control: control::router(twin), postbox, courier })
    }
}
