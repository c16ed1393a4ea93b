//! The customer gives a rental up, or says that its number is no good.

use chrono::TimeDelta;
use ports::supplier::GivenBack;
use store::Tx;
use vocab::id::{AccountId, VerificationId};

use super::{
    VerificationError, Verifications,
    end::End,
    jobs::WATCH_STEP,
    model::{Verification, VerificationStatus},
    sql,
};
use crate::jobs::{self, StepRef};

const PAID: &str = "A text came, so it is paid for and final.";
const PLACING: &str = "A supplier is being asked for the number; try again in a moment.";

impl Verifications {
    /// WAITING_FOR_SMS → CANCELLING, and at once further unless the supplier's lock lasts. One that is over already
    /// with its money back stays as it is. Returns it as it then stands.
    pub async fn cancel(&self, account: AccountId, id: VerificationId) -> Result<Verification, VerificationError> {
        let begun = self
            .store
            .write(|tx| async move { self.give_up_in(&tx, account, id, "its buyer gives it up").await })
            .await?;
        if begun {
            self.pursue(id).await;
        }
        self.of(account, id).await
    }

    /// WAITING_FOR_SMS → CANCELLING, as part of the caller's transaction. Says whether there is something to
    /// [`pursue`](Self::pursue) once it has committed; the step does that anyhow, a little later.
    pub async fn give_up_in(
        &self,
        tx: &Tx,
        account: AccountId,
        id: VerificationId,
        why: &str,
    ) -> Result<bool, VerificationError> {
        if sql::rentals::of_account(tx, account, id).await?.is_none() {
            return Err(VerificationError::NotFound);
        }
        let mut rental = sql::rentals::lock(tx, id).await?.ok_or(VerificationError::NotFound)?;
        let (was, now) = (rental.status, self.ambient.business());
        match was {
            VerificationStatus::Completed => return Err(VerificationError::Conflict(PAID)),
            VerificationStatus::Pending | VerificationStatus::Processing => {
                return Err(VerificationError::Conflict(PLACING));
            }
            VerificationStatus::WaitingForSms => {}
            _ => return Ok(was == VerificationStatus::Cancelling),
        }
        rental.status = VerificationStatus::Cancelling;
        sql::rentals::update(tx, was, &rental, now).await?;
        sql::texts::note(tx, id, rental.status, why, now).await?;
        let locked =
            rental.rental.as_ref().and_then(|at| at.locked_until).map_or(TimeDelta::zero(), |until| until - now);
        let at = self.ambient.wall() + locked.max(TimeDelta::seconds(2));
        jobs::enqueue_at(tx, &self.ambient, StepRef { kind: WATCH_STEP, subject: id.uuid() }, at).await?;
        Ok(true)
    }

    /// Tells the supplier at once that a rental is given up, and waits a little for what it says.
    pub async fn pursue(&self, id: VerificationId) {
        self.live.announce(id);
        // Beside the step, which may be asleep: every move is decided under the lock.
        let verifications = self.clone();
        let pursued = tokio::spawn(async move { verifications.watch(id).await });
        let _late = tokio::time::timeout(self.settings.cancel_wait, pursued).await;
    }

    /// The number is used for the service already, or dead: the supplier is told, and the money goes back.
    pub(super) async fn report(
        &self,
        account: AccountId,
        id: VerificationId,
    ) -> Result<Verification, VerificationError> {
        let rental = self.of(account, id).await?;
        let at = match (rental.status, &rental.rental) {
            (VerificationStatus::Completed, _) => return Err(VerificationError::Conflict(PAID)),
            (status, Some(at)) if status.waits() => at,
            (status, _) if status.is_given_back() => return Ok(rental),
            _ => return Err(VerificationError::Conflict(PLACING)),
        };
        let supplier = self.suppliers.supplier(&at.supplier).ok_or(ports::PortError::NotSent)?;
        let reports = supplier.card().reports;
        let told = if reports { supplier.report(&at.reference).await } else { supplier.cancel(&at.reference).await };
        self.suppliers.observe(supplier.as_ref(), told.as_ref().err()).await;
        match told? {
            GivenBack::Done | GivenBack::Gone => {
                // For its texts alone: why it is over we know better than its supplier.
                if let Ok(status) = self.suppliers.status(&at.supplier, &at.reference).await {
                    self.receive(&rental, &status.texts).await?;
                }
                let why = "its buyer reports that the number is no good";
                let end = End { status: VerificationStatus::Failed, why, owed_back: false };
                self.end(id, end).await?;
                let rental = self.of(account, id).await?;
                match rental.status {
                    VerificationStatus::Completed => Err(VerificationError::Conflict(PAID)),
                    _ => Ok(rental),
                }
            }
            GivenBack::TooEarly { .. } => self.cancel(account, id).await,
            GivenBack::AlreadyReceived => {
                if let Ok(status) = self.suppliers.status(&at.supplier, &at.reference).await {
                    self.take_in(&rental, &status).await?;
                }
                Err(VerificationError::Conflict(PAID))
            }
        }
    }
}
