//! What the processor tells us by itself: verified, taken in once, harmless in any order.

use chrono::{DateTime, Utc};
use ports::{
    InboundRequest, Rejected,
    inbound::{ProcessorEvent, ProcessorNews},
    processor::ChargeState,
};
use store::Tx;
use tracing::{debug, warn};
use vocab::id::PaymentId;

use super::{PaymentProcessor, Payments, SettleError, sql};
use crate::web::ApiError;

/// Why a webhook was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The operator has connected no processor.
    #[error("no payment processor is connected")]
    NoProcessor,
    /// Its signature does not hold.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// It could not be taken in; the processor sends it again.
    #[error(transparent)]
    Settle(#[from] SettleError),
}

impl From<WebhookError> for ApiError {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::NoProcessor => Self::not_found(),
            WebhookError::Rejected(rejected) => {
                warn!(diagnosis = rejected.diagnosis, "a webhook's signature does not hold");
                Self::bad_field("signature", "does not hold for this body")
            }
            WebhookError::Settle(error) => Self::internal(error),
        }
    }
}

impl Payments {
    /// The wall clock, against which signatures are judged.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.ambient.wall()
    }

    /// Takes in a processor's webhook. Ids that we do not know and news that we do not act on are fine.
    pub async fn webhook(&self, request: &InboundRequest<'_>) -> Result<(), WebhookError> {
        let gateway = self.gateway.as_ref().ok_or(WebhookError::NoProcessor)?;
        let event = gateway.inbound.event(request)?;
        let ProcessorNews::Charge(charge) = &event.news else {
            debug!(event = event.id, kind = event.kind, "an event that we do not act on");
            return Ok(());
        };
        let (event, processor) = (&event, gateway.name);
        let taken: Result<(), SettleError> =
            self.store.write(|tx| async move { self.hear(&tx, processor, event, charge).await }).await;
        Ok(taken?)
    }

    /// The message's id commits with its effect, so a repeat finds it done.
    async fn hear(
        &self,
        tx: &Tx,
        processor: PaymentProcessor,
        event: &ProcessorEvent,
        charge: &ChargeState,
    ) -> Result<(), SettleError> {
        if !sql::is_news(tx, processor.as_str(), &event.id, self.ambient.wall()).await? {
            debug!(event = event.id, "a repeat");
            return Ok(());
        }
        let known = sql::by_reference(tx, processor, &charge.reference).await?;
        // Our answer to the request that made the charge may still be under way: then its metadata names us.
        let named = || charge.payment.as_deref().and_then(|text| text.parse::<PaymentId>().ok());
        let found = match known.or_else(named) {
            Some(id) => self.settle(tx, id, charge).await?,
            None => None,
        };
        if found.is_none() {
            warn!(event = event.id, kind = event.kind, reference = charge.reference, "not a charge of ours");
        }
        Ok(())
    }
}
