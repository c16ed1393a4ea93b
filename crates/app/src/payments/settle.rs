//! Takes in how a charge stands: the one way in which a payment moves and a wallet is credited.
//!
//! The answer to our own request, the signed webhook and the poll all end here.

use ports::processor::{ChargeState, ChargeStatus};
use store::Tx;
use tracing::{error, info, warn};
use vocab::id::{PaymentId, PaymentMethodId};

use super::{
    Payment, PaymentStatus, Payments, SettleError, jobs, model,
    model::{Verdict, judge},
    record, sql,
};
use crate::jobs as engine;

impl Payments {
    /// Applies the processor's word to the payment, in the caller's transaction. Repeats and old news
    /// change nothing.
    pub(super) async fn settle(
        &self,
        tx: &Tx,
        id: PaymentId,
        charge: &ChargeState,
    ) -> Result<Option<Payment>, SettleError> {
        let Some(payment) = sql::lock(tx, id).await? else { return Ok(None) };
        if is_another_charge(&payment, charge) || is_wrong_sum(&payment, charge) {
            return Ok(Some(payment));
        }
        let payment = match judge(payment.status, payment.is_paid_in_browser(), &charge.status) {
            Verdict::Enter(status) => self.enter(tx, payment, status, charge).await?,
            Verdict::Stay => self.note(tx, payment, charge).await?,
            Verdict::Late => self.credit_late(tx, payment, charge).await?,
            Verdict::Ignore => payment,
        };
        Ok(Some(payment))
    }

    async fn enter(
        &self,
        tx: &Tx,
        mut payment: Payment,
        status: PaymentStatus,
        charge: &ChargeState,
    ) -> Result<Payment, SettleError> {
        self.learn(tx, &mut payment, charge).await?;
        if status.came_in() {
            payment.failure_code = None;
        }
        self.close(tx, payment, status).await
    }

    /// Moves the payment, and with a final status ends its work: credit, event and step in one transaction.
    pub(super) async fn close(
        &self,
        tx: &Tx,
        mut payment: Payment,
        status: PaymentStatus,
    ) -> Result<Payment, SettleError> {
        if !payment.status.may_become(status) {
            warn!(payment = %payment.id, from = %payment.status, to = %status, "a move that is not allowed");
            return Ok(payment);
        }
        let now = self.ambient.business();
        payment.status = status;
        if !status.is_open() {
            payment.processed_at = Some(now);
            payment.in_doubt = false;
        }
        sql::update(tx, &payment, now, Some(now)).await?;
        if status == PaymentStatus::Succeeded {
            record::credit(tx, &self.ambient, &payment).await?;
        } else if !status.is_open() {
            record::failure(tx, &self.ambient, &payment).await?;
        }
        if !status.is_open() {
            engine::finish(tx, jobs::step(payment.id)).await?;
            info!(payment = %payment.id, %status, code = payment.failure_code, "a payment is final");
        }
        Ok(payment)
    }

    /// Keeps what was told besides the status.
    async fn note(&self, tx: &Tx, mut payment: Payment, charge: &ChargeState) -> Result<Payment, SettleError> {
        let before = payment.clone();
        self.learn(tx, &mut payment, charge).await?;
        if payment != before {
            sql::update(tx, &payment, self.ambient.business(), None).await?;
        }
        Ok(payment)
    }

    async fn learn(&self, tx: &Tx, payment: &mut Payment, charge: &ChargeState) -> Result<(), SettleError> {
        payment.reference = Some(charge.reference.clone());
        payment.in_doubt = false;
        if let ChargeStatus::Failed { code } = &charge.status {
            payment.failure_code = Some(code.clone().unwrap_or_else(|| "declined".into()));
        }
        if let Some(received) = charge.received.filter(|_| charge.status == ChargeStatus::Succeeded) {
            warn!(payment = %payment.id, asked = %payment.money, %received, "less came in than was asked for");
            payment.money = received;
        }
        let Some(method) = &charge.method else { return Ok(()) };
        // In the browser the payer may have taken another card than the one that we know.
        let same = payment.method_label.take().filter(|_| !payment.is_paid_in_browser());
        payment.method_label = model::label(method).or(same);
        if payment.keep_method && charge.status == ChargeStatus::Succeeded {
            let (new_id, now) = (PaymentMethodId::new(&self.ambient), self.ambient.business());
            let id = sql::save_method(tx, new_id, payment.account, payment.processor, method, now).await?;
            payment.method_id = Some(id);
        }
        Ok(())
    }

    /// Money for a payment that is closed: it becomes a payment of its own, which takes the charge over.
    /// The unique reference makes it happen once.
    async fn credit_late(&self, tx: &Tx, closed: Payment, charge: &ChargeState) -> Result<Payment, SettleError> {
        if sql::by_reference(tx, closed.processor, &charge.reference).await?.is_some_and(|id| id != closed.id) {
            return Ok(closed); // another delivery of the same news was faster
        }
        warn!(payment = %closed.id, status = %closed.status, reference = charge.reference, "money came in late");
        let now = self.ambient.business();
        if closed.reference.as_ref() == Some(&charge.reference) {
            let without = Payment { reference: None, ..closed.clone() };
            sql::update(tx, &without, now, None).await?;
        }
        let mut late = Payment {
            id: PaymentId::new(&self.ambient),
            status: PaymentStatus::Succeeded,
            created_at: now,
            processed_at: Some(now),
            failure_code: None,
            ..closed
        };
        self.learn(tx, &mut late, charge).await?;
        sql::insert(tx, &late).await?;
        record::credit(tx, &self.ambient, &late).await?;
        Ok(late)
    }
}

/// One payment, one charge. A second one that brought money is for the operator to send back, unless the
/// first came to nothing.
fn is_another_charge(payment: &Payment, charge: &ChargeState) -> bool {
    let Some(own) = payment.reference.as_ref().filter(|own| **own != charge.reference) else { return false };
    let succeeded = charge.status == ChargeStatus::Succeeded;
    if succeeded && !payment.status.is_open() && !payment.status.came_in() {
        return false;
    }
    if succeeded {
        error!(payment = %payment.id, own, other = charge.reference, "a second charge was paid for one payment");
    }
    true
}

/// Only a charge over the very sum that was asked for is credited, with what came in of it; any other needs an operator.
fn is_wrong_sum(payment: &Payment, charge: &ChargeState) -> bool {
    // It may say what came in by now.
    if payment.status.came_in() {
        return false;
    }
    let Some(told) = charge.money.filter(|told| *told != payment.money) else { return false };
    error!(payment = %payment.id, asked = %payment.money, %told, reference = charge.reference, "a charge over another sum");
    true
}
