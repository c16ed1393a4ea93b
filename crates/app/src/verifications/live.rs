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

use super::{model::Standing, sql};

/// How often each rental is looked at while anybody listens to it.
const LOOK: Duration = Duration::from_millis(500);
/// How many one statement looks at. Where there are more, the statements are spread over the time between two looks.
const AT_ONCE: usize = 256;

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
    tell: watch::Sender<Told>,
}

/// What is told of a rental.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    /// How it stood at the last look.
    standing: Standing,
    /// How many changes were made here.
    changes: u64,
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
            heard.tell.send_modify(|told| told.changes += 1);
        }
    }

    /// Listens to one rental from now on.
    pub(super) fn listen(&self, id: VerificationId) -> Listener {
        let mut listened = self.listened();
        let new = || Heard { listeners: 0, tell: watch::Sender::default() };
        let heard = listened.rentals.entry(id).or_insert_with(new);
        heard.listeners += 1;
        let told = heard.tell.subscribe();
        let changes = told.borrow().changes;
        if !std::mem::replace(&mut listened.is_looked_after, true) {
            tokio::spawn(self.clone().look_on());
        }
        Listener { id, told, changes, live: self.clone() }
    }

    /// Looks until nobody listens any more.
    async fn look_on(self) {
        while let Some(rentals) = self.awaited() {
            let batches = rentals.chunks(AT_ONCE);
            let pause = LOOK.div_f64(batches.len() as f64);
            for batch in batches {
                tokio::select! {
                    () = self.0.over.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                match sql::lists::standings(self.0.store.fresh(), batch, self.0.ambient.business()).await {
                    Ok(standings) => self.tell_of(standings),
                    Err(error) => debug!(%error, "cannot look at the rentals that are listened to"),
                }
            }
        }
    }

    /// The rentals that anybody listens to. Where there are none, nobody looks any more.
    fn awaited(&self) -> Option<Vec<VerificationId>> {
        let mut listened = self.listened();
        listened.is_looked_after = !listened.rentals.is_empty();
        listened.is_looked_after.then(|| listened.rentals.keys().copied().collect())
    }

    fn tell_of(&self, standings: Vec<(VerificationId, Standing)>) {
        let listened = self.listened();
        for (id, standing) in standings {
            if let Some(heard) = listened.rentals.get(&id) {
                heard.tell.send_if_modified(|told| {
                    let is_news = standing > told.standing;
                    told.standing = told.standing.max(standing);
                    is_news
                });
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
    told: watch::Receiver<Told>,
    /// How many changes made here were heard of.
    changes: u64,
    live: Live,
}

impl Listener {
    /// Resolves when the rental may stand otherwise than it was `read`.
    pub(super) async fn changed(&mut self, read: Standing) {
        let heard = self.changes;
        let news = self.told.wait_for(|told| told.changes != heard || told.standing > read).await;
        match news.map(|told| told.changes) {
            Ok(changes) => self.changes = changes,
            // Whoever tells is there while anybody listens.
            Err(_) => std::future::pending().await,
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
