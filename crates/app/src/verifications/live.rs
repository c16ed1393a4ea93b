//! Tells listeners of this process that a rental changed. Listeners elsewhere look by themselves twice a second.

use std::time::Duration;

use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use vocab::id::VerificationId;

/// How many changes a slow listener may miss one by one; after that it is told to look anyway.
const KEPT: usize = 1024;
/// How often a listener looks without being told: a change may have been made by another process.
const LOOK: Duration = Duration::from_millis(500);

/// Changes as they happen. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Live {
    changes: broadcast::Sender<VerificationId>,
    over: CancellationToken,
}

impl Default for Live {
    fn default() -> Self {
        Self { changes: broadcast::Sender::new(KEPT), over: CancellationToken::new() }
    }
}

impl Live {
    /// A committed change.
    pub(super) fn announce(&self, id: VerificationId) {
        // Nobody listening is fine.
        let _ = self.changes.send(id);
    }

    /// Listens to one rental from now on.
    pub(super) fn listen(&self, id: VerificationId) -> Listener {
        Listener { id, changes: self.changes.subscribe() }
    }

    /// Nobody is told anything any more.
    pub(super) fn end(&self) {
        self.over.cancel();
    }

    /// Resolves when nobody is told anything any more.
    pub(super) fn ended(&self) -> WaitForCancellationFutureOwned {
        self.over.clone().cancelled_owned()
    }
}

/// Listens to one rental.
#[derive(Debug)]
pub(super) struct Listener {
    id: VerificationId,
    changes: broadcast::Receiver<VerificationId>,
}

impl Listener {
    /// Resolves when the rental may have changed.
    pub(super) async fn changed(&mut self) {
        let told = async {
            loop {
                match self.changes.recv().await {
                    Ok(id) if id == self.id => return,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => return std::future::pending().await,
                }
            }
        };
        let _ = tokio::time::timeout(LOOK, told).await;
    }
}
