//! Asks a supplier how an allocation stands, no more often than it allows.

use std::time::Duration;

use ports::supplier::RentalStatus;
use tracing::{error, warn};

use super::{Suppliers, turns::Kind};

/// How long a question waits for its turn at a supplier.
const LATE: Duration = Duration::from_secs(5);

impl Suppliers {
    /// How the supplier says an allocation stands; `None` where it cannot be asked.
    pub async fn status(&self, name: &str, reference: &str) -> Option<RentalStatus> {
        let Some(supplier) = self.supplier(name) else {
            error!(supplier = name, "a number is rented at a supplier that is not connected");
            return None;
        };
        let card = supplier.card();
        // Many allocations in one question take no turn each.
        let is_due = card.batched || self.turns.wait(card.name, Kind::Question, card.questions_per_second, LATE).await;
        if !is_due {
            warn!(supplier = name, "more rentals wait than may be asked about; this one is asked about later");
            return None;
        }
        let told = self.polls.status(supplier.as_ref(), reference).await;
        self.observe(supplier.as_ref(), told.as_ref().err()).await;
        told.inspect_err(|error| warn!(supplier = name, %error, "a supplier cannot be asked")).ok()
    }
}
