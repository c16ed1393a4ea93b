//! Asks a supplier about many rentals at once, where it can be asked so: questions of a tenth of a second travel
//! together.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ports::{PortError, Supplier, supplier::RentalStatus};
use tokio::sync::oneshot;

/// For how long questions are gathered.
const GATHER: Duration = Duration::from_millis(100);

type Answer = Result<RentalStatus, PortError>;
type Asked = Vec<(String, oneshot::Sender<Answer>)>;

/// Questions on their way. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Polls(Arc<Mutex<HashMap<&'static str, Asked>>>);

impl Polls {
    /// How an allocation stands.
    pub(super) async fn status(&self, supplier: &dyn Supplier, reference: &str) -> Answer {
        if !supplier.card().batched {
            return supplier.status(reference).await;
        }
        let (answer, mine) = oneshot::channel();
        let first = self.add(supplier.card().name, reference, answer);
        if first {
            tokio::time::sleep(GATHER).await;
            self.ask(supplier).await;
        }
        // Whoever gathered may have been stopped: then this one asks for itself.
        match mine.await {
            Ok(answer) => answer,
            Err(_) => supplier.status(reference).await,
        }
    }

    /// Says whether this question opened a batch.
    fn add(&self, name: &'static str, reference: &str, answer: oneshot::Sender<Answer>) -> bool {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = open.entry(name).or_default();
        // The one who gathered before was stopped, and nobody waits for its answers any more.
        batch.retain(|(_, waiting)| !waiting.is_closed());
        batch.push((reference.to_owned(), answer));
        batch.len() == 1
    }

    async fn ask(&self, supplier: &dyn Supplier) {
        let batch = {
            let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            open.remove(supplier.card().name).unwrap_or_default()
        };
        let references: Vec<String> = batch.iter().map(|(reference, _)| reference.clone()).collect();
        let answers = supplier.statuses(&references).await;
        for ((_, waiting), answer) in batch.into_iter().zip(answers) {
            let _ = waiting.send(answer);
        }
    }
}
