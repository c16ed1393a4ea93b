//! Asks a supplier how an allocation stands, no more often than it allows.

use std::time::Duration;

use ports::supplier::RentalStatus;
use tracing::{debug, error, warn};

use super::{Suppliers, turns::Kind};

/// How long a question waits for its turn at a supplier. Whoever waits holds one of the places where work is done.
const LATE: Duration = Duration::from_secs(1);

/// Why it is not known how an allocation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untold {
    /// More is to be asked than the supplier allows: at another moment there may be a turn.
    NoTurn,
    /// The supplier is not connected or did not answer.
    Unanswered,
}

impl Suppliers {
    /// How the supplier says an allocation stands.
    pub async fn status(&self, name: &str, reference: &str) -> Result<RentalStatus, Untold> {
        let Some(supplier) = self.supplier(name) else {
            error!(supplier = name, "a number is rented at a supplier that is not connected");
            return Err(Untold::Unanswered);
        };
        let card = supplier.card();
        // Many allocations in one question take no turn each.
        let is_due = card.batched || self.turns.wait(card.name, Kind::Question, card.questions_per_second, LATE).await;
        if !is_due {
            debug!(supplier = name, "more rentals wait than may be asked about; this one is asked about later");
            metrics::counter!("supplier_questions_put_off_total", "supplier" => card.name).increment(1);
            return Err(Untold::NoTurn);
        }
        let told = self.polls.status(supplier.as_ref(), reference).await;
        self.observe(supplier.as_ref(), told.as_ref().err()).await;
        told.map_err(|error| {
            warn!(supplier = name, %error, "a supplier cannot be asked");
            Untold::Unanswered
        })
    }
}
