//! The step that works on a payment until it is final.
//!
//! It looks at the row and does what is next: charge, charge again under the same key, or ask how the charge
//! stands. Nothing is told to it, so it takes over wherever a dead process stopped.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use ports::processor::ChargeState;
use tracing::{error, warn};
use uuid::Uuid;
use vocab::id::PaymentId;

use super::{
    Gateway, Payment, PaymentStatus, Payments, SettleError,
    model::{ABANDONED, ABANDONED_AFTER, poll_pause},
    sql,
};
use crate::jobs::{Background, Every, Outcome, Schedule, StepHandler, StepKind, StepRef};

/// For how long a repeated message is known again. Stripe repeats one for three days.
const KEEP_MESSAGES: TimeDelta = TimeDelta::days(30);
const KIND: StepKind = "payment";
/// How long a payment waits for a processor that is not connected any more.
const DISCONNECTED: Duration = Duration::from_secs(60);

/// The work on one payment.
pub(super) const fn step(payment: PaymentId) -> StepRef {
    StepRef { kind: KIND, subject: payment.uuid() }
}

struct PaymentStep(Payments);

#[async_trait::async_trait]
impl StepHandler for PaymentStep {
    fn kind(&self) -> StepKind {
        KIND
    }

    async fn run(&self, subject: Uuid) -> Result<Outcome, String> {
        self.0.advance(PaymentId::from_uuid(subject)).await.map_err(|error| error.to_string())
    }
}

impl Background for Payments {
    fn steps(&self) -> Vec<Arc<dyn StepHandler>> {
        vec![Arc::new(PaymentStep(self.clone()))]
    }

    fn schedules(&self) -> Vec<Schedule> {
        let payments = self.clone();
        vec![Schedule::new("inbound-messages", Every::cron("41 3 * * *"), move || {
            let payments = payments.clone();
            async move { payments.forget_old_messages().await.map(drop) }
        })]
    }
}

impl Payments {
    /// Forgets which messages came from vendors, once none of them is repeated any more.
    pub(super) async fn forget_old_messages(&self) -> Result<u64, store::DbErr> {
        let before = self.ambient.wall() - KEEP_MESSAGES;
        sql::forget_messages(&self.store, before).await
    }

    pub(super) async fn advance(&self, id: PaymentId) -> Result<Outcome, SettleError> {
        let payment = sql::any(self.store.fresh(), id).await?;
        let Some(payment) = payment.filter(|payment| payment.status.is_open()) else { return Ok(Outcome::Done) };
        let Some(gateway) = self.gateway.as_ref().filter(|gateway| gateway.name == payment.processor) else {
            error!(payment = %id, processor = %payment.processor, "its processor is not connected: connect it again");
            return Ok(Outcome::Again(DISCONNECTED));
        };
        match &payment.reference {
            Some(reference) => self.ask(gateway, &payment, reference).await,
            None => self.charge(gateway, &payment).await,
        }
    }

    /// The processor has the charge: how does it stand?
    async fn ask(&self, gateway: &Gateway, payment: &Payment, reference: &str) -> Result<Outcome, SettleError> {
        match gateway.processor.look_up(reference).await {
            Ok(charge) => {
                let now = self.take_in(payment.id, &charge).await?;
                if now.is_none_or(|now| !now.status.is_open()) {
                    return Ok(Outcome::Done);
                }
            }
            Err(error) => warn!(payment = %payment.id, %error, "cannot ask how a charge stands"),
        }
        let age = payment.age(self.ambient.wall());
        if payment.status == PaymentStatus::Pending && age > ABANDONED_AFTER {
            return self.give_up(payment, PaymentStatus::Cancelled, ABANDONED).await;
        }
        Ok(Outcome::Again(poll_pause(age)))
    }

    /// Settles in a transaction of its own.
    pub(super) async fn take_in(&self, id: PaymentId, charge: &ChargeState) -> Result<Option<Payment>, SettleError> {
        self.store.write(|tx| async move { self.settle(&tx, id, charge).await }).await
    }

    /// Closes a payment on our own account, unless it has moved since it was `seen`.
    pub(super) async fn give_up(
        &self,
        seen: &Payment,
        status: PaymentStatus,
        code: &str,
    ) -> Result<Outcome, SettleError> {
        self.store
            .write(|tx| async move {
                let Some(mut payment) = sql::lock(&tx, seen.id).await? else { return Ok(Outcome::Done) };
                if payment.status != seen.status || payment.reference != seen.reference {
                    return Ok(Outcome::Again(Duration::ZERO)); // the processor has had its say: look again
                }
                payment.failure_code = Some(code.to_owned());
                self.close(&tx, payment, status).await?;
                Ok(Outcome::Done)
            })
            .await
    }
}
