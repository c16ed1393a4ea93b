//! Asks the processor to charge: the same request under the same key, until its answer is known.

use std::time::Duration;

use ports::{PortError, Processor, RefusalReason, processor::Charge};
use tracing::{error, warn};
use vocab::id::PaymentId;

use super::{
    Gateway, Payment, PaymentStatus, Payments, SettleError,
    model::{INVALID_REQUEST, MISCONFIGURED, UNKNOWN, UNREACHABLE, UNREACHABLE_AFTER, doubt_pause, poll_pause},
    sql,
};
use crate::jobs::Outcome;

impl Payments {
    /// The processor has no charge that we know of: make it, under the key that is the payment's id.
    pub(super) async fn charge(&self, gateway: &Gateway, payment: &Payment) -> Result<Outcome, SettleError> {
        let (processor, age) = (gateway.processor.as_ref(), payment.age(self.ambient.wall()));
        let window = processor.card().replay_window;
        if payment.in_doubt && age.to_std().is_ok_and(|age| age > window) {
            error!(payment = %payment.id, "nobody knows whether this was charged: look for it at the processor");
            return self.give_up(payment, PaymentStatus::Failed, UNKNOWN).await;
        }
        if !payment.in_doubt && age > UNREACHABLE_AFTER {
            return self.give_up(payment, PaymentStatus::Failed, UNREACHABLE).await;
        }
        let customer = match self.customer_for(processor, payment).await? {
            Ok(customer) => customer,
            // Asking for a customer moves no money: whatever became of it, the charge was not sent.
            Err(PortError::Unknown) => return Ok(Outcome::Again(doubt_pause(age))),
            Err(error) => return self.not_charged(payment, error).await,
        };
        if !self.note_doubt(payment.id, true, &customer).await? {
            return Ok(Outcome::Again(Duration::ZERO)); // a webhook was faster: look again
        }
        match processor.charge(&charge_of(payment, customer)).await {
            Ok(charge) => match self.take_in(payment.id, &charge).await? {
                Some(now) if now.status.is_open() => Ok(Outcome::Again(poll_pause(age))),
                _ => Ok(Outcome::Done),
            },
            Err(PortError::Unknown) => Ok(Outcome::Again(doubt_pause(age))),
            Err(error) => self.not_charged(payment, error).await,
        }
    }

    /// The processor did nothing on this request. `payment` is as it was before it.
    async fn not_charged(&self, payment: &Payment, error: PortError) -> Result<Outcome, SettleError> {
        let pause = doubt_pause(payment.age(self.ambient.wall()));
        let code = match error {
            PortError::Refused(refusal) => {
                warn!(payment = %payment.id, code = refusal.code, message = refusal.message, "a charge was refused");
                let unnamed = if refusal.reason == RefusalReason::Invalid { INVALID_REQUEST } else { "refused" };
                refusal.code.unwrap_or_else(|| unnamed.into())
            }
            PortError::Misconfigured(message) => {
                error!(payment = %payment.id, message, "the processor does not accept our settings");
                // An earlier request may have arrived; once the settings are right, its key will tell.
                if payment.in_doubt {
                    return Ok(Outcome::Again(pause));
                }
                MISCONFIGURED.into()
            }
            PortError::Busy { retry_after } => return self.not_sent(payment, pause.max(retry_after)).await,
            PortError::NotSent | PortError::Unknown => return self.not_sent(payment, pause).await,
        };
        self.give_up(payment, PaymentStatus::Failed, &code).await
    }

    /// Later, then. An earlier request stays in doubt; this one is not.
    async fn not_sent(&self, payment: &Payment, pause: Duration) -> Result<Outcome, SettleError> {
        if !payment.in_doubt {
            self.note_doubt(payment.id, false, &payment.customer_reference).await?;
        }
        Ok(Outcome::Again(pause))
    }

    /// Notes whether a request may have arrived, and for which customer it was made: both before it is sent.
    /// Says no where the processor has had its say already.
    async fn note_doubt(&self, id: PaymentId, in_doubt: bool, customer: &Option<String>) -> Result<bool, SettleError> {
        let now = self.ambient.business();
        self.store
            .write(|tx| async move {
                let payment = sql::lock(&tx, id).await?;
                let Some(mut payment) = payment.filter(|it| it.status.is_open() && it.reference.is_none()) else {
                    return Ok(false);
                };
                payment.in_doubt = in_doubt;
                payment.customer_reference.clone_from(customer);
                sql::update(&tx, &payment, now, None).await?;
                Ok(true)
            })
            .await
    }

    /// The processor's customer, where the charge needs one: made once an account.
    async fn customer_for(
        &self,
        processor: &dyn Processor,
        payment: &Payment,
    ) -> Result<Result<Option<String>, PortError>, SettleError> {
        if payment.customer_reference.is_some() || !payment.keep_method {
            return Ok(Ok(payment.customer_reference.clone()));
        }
        let (account, name) = (payment.account, payment.processor);
        if let Some(known) = sql::customer(self.store.fresh(), account, name).await? {
            return Ok(Ok(Some(known)));
        }
        let email = sql::email(self.store.fresh(), account, payment.user).await?;
        let made = match processor.customer(&format!("customer-{account}"), &account.to_string(), &email).await {
            Ok(reference) => reference,
            Err(error) => return Ok(Err(error)),
        };
        let (made, now) = (&made, self.ambient.business());
        let kept = self.store.write(|tx| async move {
            sql::keep_customer(&tx, account, name, made, now).await?;
            sql::customer(&tx, account, name).await
        });
        Ok(Ok(kept.await?))
    }
}

/// The request: a function of the row alone, since under one key it must read the same each time.
fn charge_of(payment: &Payment, customer: Option<String>) -> Charge {
    Charge {
        key: payment.id.to_string(),
        payment: payment.id.to_string(),
        money: payment.money,
        method: payment.method_token.clone(),
        customer,
        keep_method: payment.keep_method,
        return_url: payment.return_url.clone(),
    }
}
