//! Asks for one more text to a number that got one.

use ports::supplier::{Another, MoreTexts};
use vocab::id::{AccountId, VerificationId};

use super::{
    VerificationError, Verifications,
    jobs::WATCH_STEP,
    model::{Rental, Verification, VerificationStatus},
    sql,
};
use crate::jobs::{self, StepRef};

const NOT_YET: &str = "No text has come yet: the number still waits for the first.";
const OVER: &str = "The number's time is over, or its supplier gives no more texts.";

impl Verifications {
    /// COMPLETED stays, and one more text is awaited. Costs the customer nothing.
    pub async fn resend(&self, account: AccountId, id: VerificationId) -> Result<Verification, VerificationError> {
        let rental = self.of(account, id).await?;
        let at = match (rental.status, &rental.rental) {
            (VerificationStatus::Completed, Some(at)) => at,
            (status, _) if status.waits() => return Err(VerificationError::Conflict(NOT_YET)),
            _ => return Err(VerificationError::Conflict(OVER)),
        };
        let is_over = at.expires_at <= self.ambient.business();
        if rental.awaits_more && !is_over {
            return Ok(rental);
        }
        let supplier = self.suppliers.supplier(&at.supplier).ok_or(ports::PortError::NotSent)?;
        if is_over || supplier.card().more_texts == MoreTexts::Never {
            return Err(VerificationError::Conflict(OVER));
        }
        let asked = supplier.another(&at.reference).await;
        self.suppliers.observe(supplier.as_ref(), asked.as_ref().err()).await;
        let next = match asked? {
            Another::Waiting => at.clone(),
            Another::Afresh => Rental { rounds: at.rounds + 1, ..at.clone() },
            Another::TooLate => return Err(VerificationError::Conflict(OVER)),
            Another::Moved(allocation) => {
                let moved = Rental {
                    reference: allocation.reference,
                    number: allocation.number,
                    expires_at: allocation.ends_at.unwrap_or(at.expires_at),
                    ..at.clone()
                };
                let known = sql::rentals::of_reference(self.store.fresh(), &at.supplier, &moved.reference).await?;
                if known.is_some_and(|known| known.id != id) {
                    return Err(VerificationError::Conflict(OVER));
                }
                moved
            }
        };
        self.await_more(&rental, &next).await?;
        self.live.announce(id);
        self.engine.signal();
        self.of(account, id).await
    }

    /// The customer is done with it: its time ends now, and the supplier is told.
    pub async fn close(&self, account: AccountId, id: VerificationId) -> Result<(), VerificationError> {
        self.of(account, id).await?;
        self.store
            .write(|tx| async move {
                let mut rental = sql::rentals::lock(&tx, id).await?.ok_or(VerificationError::NotFound)?;
                let now = self.ambient.business();
                let status = rental.status;
                let at = rental.rental.as_mut().filter(|_| status == VerificationStatus::Completed);
                let at = at.ok_or(VerificationError::Conflict(NOT_YET))?;
                if at.expires_at <= now {
                    return Ok(());
                }
                at.expires_at = now;
                rental.awaits_more = false;
                sql::rentals::update(&tx, status, &rental, now).await?;
                sql::texts::note(&tx, id, status, "its buyer is done with it", now).await?;
                let step = StepRef { kind: WATCH_STEP, subject: id.uuid() };
                jobs::enqueue_at(&tx, &self.ambient, step, self.ambient.wall()).await?;
                Ok::<_, VerificationError>(())
            })
            .await?;
        self.live.announce(id);
        self.engine.signal();
        Ok(())
    }

    /// Writes down that one more text is awaited of a rental as it was before its supplier was asked. Where it has
    /// changed since, what came first stands: the text is there already, or its buyer is done with it.
    pub(super) async fn await_more(&self, asked: &Verification, next: &Rental) -> Result<(), VerificationError> {
        let id = asked.id;
        self.store
            .write(|tx| async move {
                let mut rental = sql::rentals::lock(&tx, id).await?.ok_or(VerificationError::NotFound)?;
                let moved = rental.rental.as_ref().is_none_or(|at| at.reference != next.reference);
                // An allocation that took over is ours and paid for, whatever else happened.
                if rental.version != asked.version && !moved {
                    return Ok(());
                }
                let now = self.ambient.business();
                rental.awaits_more = true;
                rental.rental = Some(next.clone());
                sql::rentals::update(&tx, rental.status, &rental, now).await?;
                sql::texts::note(&tx, id, rental.status, "one more text is awaited", now).await?;
                let step = StepRef { kind: WATCH_STEP, subject: id.uuid() };
                jobs::enqueue_at(&tx, &self.ambient, step, self.ambient.wall()).await?;
                Ok(())
            })
            .await
    }
}
