//! What a supplier tells us by itself: verified, harmless when repeated or out of order. What is lost on the way is
//! found by looking.

use ports::{InboundRequest, Rejected, inbound::SupplierNews};
use tracing::debug;

use super::{VerificationError, Verifications, model::Verification, sql};

/// Why a webhook was not taken in.
#[derive(Debug, thiserror::Error)]
pub(super) enum WebhookError {
    /// The supplier is not connected, or announces nothing.
    #[error("no such supplier is connected")]
    NotConnected,
    /// Its signature does not hold.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// It could not be taken in; the supplier sends it again.
    #[error(transparent)]
    Failed(#[from] VerificationError),
}

impl Verifications {
    /// Takes in a supplier's webhook. What is not about a rental of ours is fine.
    pub(super) async fn webhook(&self, supplier: &str, request: &InboundRequest<'_>) -> Result<(), WebhookError> {
        let inbound = self.suppliers.connected(supplier).and_then(|connected| connected.inbound);
        let event = inbound.ok_or(WebhookError::NotConnected)?.event(request)?;
        match event.news {
            SupplierNews::Text { reference: Some(reference), text, .. } => {
                if let Some(rental) = self.known(supplier, &reference).await? {
                    self.receive(&rental, &[text]).await?;
                }
            }
            SupplierNews::Text { reference: None, to: Some(number), .. } => {
                let db = self.store.fresh();
                let there = sql::rentals::at_number(db, supplier, number.as_str()).await;
                for rental in there.map_err(VerificationError::from)? {
                    self.look_now(&rental).await?;
                }
            }
            SupplierNews::Changed { reference } => {
                if let Some(rental) = self.known(supplier, &reference).await? {
                    self.look_now(&rental).await?;
                }
            }
            SupplierNews::Text { reference: None, to: None, .. } | SupplierNews::Other => {
                debug!(event = event.id, kind = event.kind, "an event that we do not act on");
            }
        }
        Ok(())
    }

    async fn known(&self, supplier: &str, reference: &str) -> Result<Option<Verification>, VerificationError> {
        Ok(sql::rentals::of_reference(self.store.fresh(), supplier, reference).await?)
    }

    /// Asks the supplier about a rental without waiting for its step.
    async fn look_now(&self, rental: &Verification) -> Result<(), VerificationError> {
        let Some(at) = &rental.rental else { return Ok(()) };
        if let Ok(status) = self.suppliers.status(&at.supplier, &at.reference).await {
            self.take_in(rental, &status).await?;
        }
        Ok(())
    }
}
