//! The SMS-Man twin: an account with a token and a balance that rents numbers by the text, over SMS-Man's own
//! `/control` API. What it does and where the real SMS-Man is not known is in the README beside this file.

mod api;
mod control;
mod error;
mod market;
mod rent;
mod state;
#[cfg(test)]
mod tests;

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use chrono::TimeDelta;
use secrecy::SecretString;
use vocab::{Ambient, Amount, Currency};

use self::{
    error::SmsManFace,
    state::{Account, Change},
};
use crate::{
    kernel::{Faults, Journal, JournalError, Listeners, Running},
    rental::{Postbox, Texting},
};

/// What an SMS-Man twin needs to know.
#[derive(Debug, Clone)]
pub struct SmsManTwin {
    /// Where the vendor's API listens; loopback only, port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the control API listens; loopback only, port 0 takes a free one.
    pub control_listen: SocketAddr,
    /// The file that its state is kept in; none forgets everything with the process.
    pub journal: Option<PathBuf>,
    /// The only token it accepts.
    pub token: SecretString,
    /// What is in the account when its journal is new.
    pub balance: Amount,
    /// The account's currency: that of its balance and of every price. The tables hold hundredths of it.
    pub currency: Currency,
    /// How long after the purchase a text arrives unasked, by the wall clock; without it none does.
    /// [`SmsManTwin::TEXT_DELAY`] lets a demo work by looking.
    pub text_delay: Option<Duration>,
    /// How long a number waits for texts, by the business clock; [`SmsManTwin::WINDOW`] as two clients assume.
    pub window: Duration,
    /// For how long after the purchase a number cannot be given back, by the wall clock. SMS-Man documents no such
    /// lock, so zero is the rule.
    pub cancel_lock: Duration,
    /// Time and randomness.
    pub ambient: Ambient,
}

/// What the handlers of a running twin share.
struct Twin {
    token: SecretString,
    currency: Currency,
    texting: Texting,
    window: TimeDelta,
    cancel_lock: TimeDelta,
    ambient: Ambient,
    journal: Journal<Account>,
    faults: Faults,
}

/// An SMS-Man twin without sockets, for a simulation in one process.
pub struct InProcess {
    /// The vendor's API. A response that [`crate::kernel::Cut::marks`] stands for a closed connection.
    pub vendor: Router,
    /// The control API.
    pub control: Router,
    postbox: Postbox<Account>,
}

impl InProcess {
    /// Delivers the texts that are due; answers in how long the next one is.
    pub fn deliver(&self) -> Result<Option<Duration>, JournalError> {
        self.postbox.step()
    }
}

impl SmsManTwin {
    /// 5 s.
    pub const TEXT_DELAY: Duration = Duration::from_secs(5);
    /// 20 min.
    pub const WINDOW: Duration = Duration::from_secs(20 * 60);

    /// Opens the journal, binds both ports and serves until [`Running::stop`].
    pub async fn start(self) -> io::Result<Running> {
        let listeners = Listeners::bind(self.listen, self.control_listen).await?;
        let InProcess { vendor, control, postbox } = self.in_process()?;
        Ok(listeners.serve(vendor, control, postbox.run()))
    }

    /// The same without sockets.
    pub fn in_process(self) -> io::Result<InProcess> {
        let journal: Journal<Account> = Journal::at(self.journal.as_deref())?;
        let balance = self.balance;
        journal.commit(|account| {
            let change = account.is_new().then_some(Change::Balance(balance));
            Ok::<_, JournalError>((change.into_iter().collect(), ()))
        })?;
        let twin = Arc::new(Twin {
            token: self.token,
            currency: self.currency,
            texting: Texting { delay: self.text_delay },
            window: TimeDelta::from_std(self.window).unwrap_or(TimeDelta::MAX),
            cancel_lock: TimeDelta::from_std(self.cancel_lock).unwrap_or(TimeDelta::MAX),
            faults: Faults::new(Arc::new(SmsManFace), self.ambient.clone()),
            ambient: self.ambient.clone(),
            journal: journal.clone(),
        });
        let clock = self.ambient.clone();
        let deliver = Arc::new(move |account: &Account, text: &_| account.arrival(text, &clock));
        let postbox = Postbox::new(journal, self.ambient, deliver);
        Ok(InProcess { vendor: api::router(Arc::clone(&twin)), control: control::router(twin), postbox })
    }
}
