//! Tells listeners of this process that a rental changed: at once what is changed here; what another process changes, and
//! that a rental's time is over, within half a second. One look at the database serves all who listen: thousands may.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use store::Store;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tracing::debug;
use vocab::{Ambient, id::VerificationId};

use super::sql::{self, lists::Standing};

/// How often is looked while anybody listens.
const LOOK: Duration = Duration::from_millis(500);

/// Changes as they happen. Cheap to clone.
#[derive(Clone)]
pub(super) struct Live(Arc<Inner>);

struct Inner {
    store: Store,
    ambient: Ambient,
    listened: Mutex<Listened>,
    over: CancellationToken,
}

/// What is listened to.
#[derive(Default)]
struct Listened {
    rentals: HashMap<VerificationId, Heard>,
    /// Whether a task looks for all of them.
    is_looked_after: bool,
}

struct Heard {
    listeners: usize,
    tell: watch::Sender<()>,
    /// How it stood at the last look.
    stood: Option<Standing>,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Live({} rentals)", self.listened().rentals.len())
    }
}

impl Live {
    pub(super) fn new(store: Store, ambient: Ambient) -> Self {
        Self(Arc::new(Inner { store, ambient, listened: Mutex::default(), over: CancellationToken::new() }))
    }

    fn listened(&self) -> MutexGuard<'_, Listened> {
        self.0.listened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A committed change.
    pub(super) fn announce(&self, id: VerificationId) {
        if let Some(heard) = self.listened().rentals.get(&id) {
            heard.tell.send_replace(());
        }
    }

    /// Listens to one rental from now on.
    pub(super) fn listen(&self, id: VerificationId) -> Listener {
        let mut listened = self.listened();
        let new = || Heard { listeners: 0, tell: watch::Sender::new(()), stood: None };
        let heard = listened.rentals.entry(id).or_insert_with(new);
        heard.listeners += 1;
        // What this one has read may be older than the last look.
        heard.stood = None;
        let changes = heard.tell.subscribe();
        if !std::mem::replace(&mut listened.is_looked_after, true) {
            tokio::spawn(self.clone().look_on());
        }
        Listener { id, changes, live: self.clone() }
    }

    /// Looks until nobody listens any more.
    async fn look_on(self) {
        loop {
            tokio::select! {
                () = self.0.over.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            let rentals: Vec<VerificationId> = {
                let mut listened = self.listened();
                if listened.rentals.is_empty() {
                    listened.is_looked_after = false;
                    return;
                }
                listened.rentals.keys().copied().collect()
            };
            match sql::lists::standings(self.0.store.fresh(), &rentals, self.0.ambient.business()).await {
                Ok(standings) => self.tell_of(standings),
                Err(error) => debug!(%error, "cannot look at the rentals that are listened to"),
            }
        }
    }

    /// Tells of those that do not stand as they stood. Of one that is looked at for the first time nobody knows whether it
    /// changed since its listener read it.
    fn tell_of(&self, standings: Vec<(VerificationId, Standing)>) {
        let mut listened = self.listened();
        for (id, stands) in standings {
            if let Some(heard) = listened.rentals.get_mut(&id)
                && heard.stood.replace(stands) != Some(stands)
            {
                heard.tell.send_replace(());
            }
        }
    }

    /// Nobody is told anything any more.
    pub(super) fn end(&self) {
        self.0.over.cancel();
    }

    /// Resolves when nobody is told anything any more.
    pub(super) fn ended(&self) -> WaitForCancellationFutureOwned {
        self.0.over.clone().cancelled_owned()
    }
}

/// Listens to one rental.
#[derive(Debug)]
pub(super) struct Listener {
    id: VerificationId,
    changes: watch::Receiver<()>,
    live: Live,
}

impl Listener {
    /// Resolves when the rental may have changed since this was last asked, or its time is over.
    pub(super) async fn changed(&mut self) {
        // Whoever tells is there while anybody listens.
        if self.changes.changed().await.is_err() {
            std::future::pending().await
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut listened = self.live.listened();
        if let Some(heard) = listened.rentals.get_mut(&self.id) {
            heard.listeners -= 1;
            if heard.listeners == 0 {
                listened.rentals.remove(&self.id);
            }
        }
    }
}
