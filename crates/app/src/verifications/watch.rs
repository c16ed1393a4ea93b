//! Looks after a rental until it is over. Input-free: it looks where the rental is and does what is next, so whoever
//! runs it, and however often, the rental ends the same.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ports::{
    PortError, Supplier,
    supplier::{GivenBack, MoreTexts, RentalState, RentalStatus},
};
use tracing::warn;
use vocab::id::VerificationId;

use super::{
    VerificationError, Verifications,
    end::End,
    model::{self, Rental, Verification, VerificationStatus},
    sql,
};
use crate::{
    jobs::Outcome,
    orphans::{self, Orphan},
    suppliers::Untold,
};

/// How soon a supplier that failed is asked again.
const SOON: Duration = Duration::from_secs(2);
/// How often a supplier is asked for money that it owes us, and for how long.
const RECLAIM_EVERY: Duration = Duration::from_secs(30);
const RECLAIM_FOR: TimeDelta = TimeDelta::hours(24);
/// For how long after its end a rental waits for a question that its supplier has no turn for.
const TURN_WITHIN: TimeDelta = TimeDelta::seconds(60);
/// A cancellation that is too early is tried again after so long where the supplier does not say.
const TOO_EARLY: Duration = Duration::from_secs(20);

impl Verifications {
    /// Takes a rental one step further.
    pub(super) async fn watch(&self, id: VerificationId) -> Result<Outcome, VerificationError> {
        let Some(rental) = sql::rentals::any(self.store.fresh(), id).await? else { return Ok(Outcome::Done) };
        let Some(at) = rental.rental.clone() else { return Ok(Outcome::Done) };
        let over = at.expires_at <= self.ambient.business();
        match rental.status {
            VerificationStatus::WaitingForSms | VerificationStatus::Cancelling if over => {
                self.expire(&rental, &at).await
            }
            VerificationStatus::WaitingForSms => self.look(&rental, &at).await,
            VerificationStatus::Cancelling => self.pursue_cancel(&rental, &at).await,
            VerificationStatus::Completed if over => self.finish(&at).await,
            VerificationStatus::Completed => self.look_for_more(&rental, &at).await,
            _ if rental.owed_back => self.reclaim(&rental, &at).await,
            _ => Ok(Outcome::Done),
        }
    }

    /// The pace at which this rental is looked at.
    async fn pace(&self, rental: &Verification) -> Duration {
        let longest = self.settings.look_every;
        let Some(at) = &rental.rental else { return longest };
        let Some(supplier) = self.suppliers.supplier(&at.supplier) else { return longest };
        let (now, card) = (self.ambient.business(), supplier.card());
        let crowd = self.crowds.at(card.name, now).await;
        model::pace(card, crowd, at.bought_at + model::YOUNG > now, longest)
    }

    /// Looks again at its pace.
    async fn again(&self, rental: &Verification, until: DateTime<Utc>) -> Outcome {
        let left = self.left(until);
        Outcome::Again(model::pause(self.pace(rental).await, self.ambient.below(1000), left))
    }

    /// Looks again at any moment of its pace: many that were due at one moment spread.
    async fn at_some_moment(&self, rental: &Verification, until: DateTime<Utc>) -> Outcome {
        let left = self.left(until);
        Outcome::Again(model::some_moment(self.pace(rental).await, self.ambient.below(1000), left))
    }

    fn left(&self, until: DateTime<Utc>) -> Duration {
        (until - self.ambient.business()).to_std().unwrap_or_default()
    }

    /// Takes in what the supplier says. Says whether a text has come, now or before.
    pub(super) async fn take_in(
        &self,
        rental: &Verification,
        status: &RentalStatus,
    ) -> Result<bool, VerificationError> {
        self.receive(rental, &status.texts).await?;
        if status.texts.iter().any(|text| text.text.is_some() || text.code.is_some()) {
            return Ok(true);
        }
        if rental.status.waits() && status.state.is_over() {
            let back = matches!(status.state, RentalState::Cancelled | RentalState::Refunded | RentalState::Reported);
            let over = rental.rental.as_ref().is_some_and(|at| at.expires_at <= self.ambient.business());
            let (end, why) = match status.state {
                // A supplier whose clock is a little ahead ends it before ours does, and may not say why.
                RentalState::TimedOut | RentalState::Closed => (VerificationStatus::Expired, "no text came in time"),
                _ if over => (VerificationStatus::Expired, "no text came in time"),
                _ => (VerificationStatus::Failed, "the supplier ended it"),
            };
            self.end(rental.id, End { status: end, why, owed_back: !back }).await?;
        }
        Ok(false)
    }

    async fn look(&self, rental: &Verification, at: &Rental) -> Result<Outcome, VerificationError> {
        match self.suppliers.status(&at.supplier, &at.reference).await {
            Ok(status) => drop(self.take_in(rental, &status).await?),
            Err(Untold::NoTurn) => return Ok(self.at_some_moment(rental, at.expires_at).await),
            Err(Untold::Unanswered) => {}
        }
        Ok(self.again(rental, at.expires_at).await)
    }

    async fn look_for_more(&self, rental: &Verification, at: &Rental) -> Result<Outcome, VerificationError> {
        let more =
            self.suppliers.supplier(&at.supplier).map_or(MoreTexts::Never, |supplier| supplier.card().more_texts);
        match more {
            MoreTexts::Never => self.finish(at).await,
            // The allocation that got its text gets no other; asking for one makes the next.
            MoreTexts::NewAllocation if !rental.awaits_more => Ok(Outcome::Done),
            MoreTexts::NewAllocation | MoreTexts::SameAllocation => self.look(rental, at).await,
        }
    }

    /// Tells the supplier that we are done, where it wants to know.
    async fn finish(&self, at: &Rental) -> Result<Outcome, VerificationError> {
        let Some(supplier) = self.suppliers.supplier(&at.supplier).filter(|supplier| supplier.card().finishes) else {
            return Ok(Outcome::Done);
        };
        match supplier.finish(&at.reference).await {
            Ok(()) | Err(PortError::Refused(_) | PortError::Misconfigured(_)) => Ok(Outcome::Done),
            Err(PortError::Busy { retry_after }) => Ok(Outcome::Again(retry_after)),
            Err(error) => Err(error.into()),
        }
    }

    /// Its time is over. The supplier is asked once more and given the number back; its answer decides nothing about
    /// the customer's money, except that a text which came first counts.
    async fn expire(&self, rental: &Verification, at: &Rental) -> Result<Outcome, VerificationError> {
        match self.suppliers.status(&at.supplier, &at.reference).await {
            Ok(status) if self.take_in(rental, &status).await? => {
                return Ok(self.again(rental, at.expires_at).await);
            }
            Err(Untold::NoTurn) if self.may_wait_for_a_turn(at) => return Ok(Outcome::Again(SOON)),
            _ => {}
        }
        let given = match self.suppliers.supplier(&at.supplier) {
            Some(supplier) => supplier.cancel(&at.reference).await,
            None => Err(PortError::NotSent),
        };
        if matches!(given, Ok(GivenBack::AlreadyReceived)) {
            match self.suppliers.status(&at.supplier, &at.reference).await {
                Ok(status) if self.take_in(rental, &status).await? => {
                    return Ok(self.again(rental, at.expires_at).await);
                }
                Err(Untold::NoTurn) if self.may_wait_for_a_turn(at) => return Ok(Outcome::Again(SOON)),
                _ => {}
            }
        }
        let owed_back = !matches!(given, Ok(GivenBack::Done | GivenBack::Gone));
        let end = End { status: VerificationStatus::Expired, why: "no text came in time", owed_back };
        self.end(rental.id, end).await?;
        Ok(if owed_back { Outcome::Again(RECLAIM_EVERY) } else { Outcome::Done })
    }

    /// Whether a rental that is over may still wait until its supplier may be asked: a text that came in time counts.
    fn may_wait_for_a_turn(&self, at: &Rental) -> bool {
        self.ambient.business() < at.expires_at + TURN_WITHIN
    }

    /// The customer gave it up: the supplier is asked to take the number back.
    pub(super) async fn pursue_cancel(&self, rental: &Verification, at: &Rental) -> Result<Outcome, VerificationError> {
        if let Some(until) = at.locked_until.filter(|until| *until > self.ambient.business()) {
            // A text may come while the supplier's lock lasts.
            if let Ok(status) = self.suppliers.status(&at.supplier, &at.reference).await {
                self.take_in(rental, &status).await?;
            }
            return Ok(self.again(rental, until).await);
        }
        let Some(supplier) = self.suppliers.supplier(&at.supplier) else {
            return Ok(self.again(rental, at.expires_at).await);
        };
        let given = supplier.cancel(&at.reference).await;
        self.suppliers.observe(supplier.as_ref(), given.as_ref().err()).await;
        let end = End { status: VerificationStatus::Cancelled, why: "given up", owed_back: false };
        match given {
            Ok(GivenBack::Done) => {
                self.end(rental.id, end).await?;
                Ok(Outcome::Done)
            }
            Ok(GivenBack::TooEarly { after }) => {
                self.lock_until(rental.id, after.unwrap_or(TOO_EARLY)).await?;
                Ok(Outcome::Again(after.unwrap_or(TOO_EARLY).min(self.settings.look_every)))
            }
            Ok(GivenBack::AlreadyReceived) => {
                self.look(rental, at).await?;
                Ok(Outcome::Again(SOON))
            }
            Ok(GivenBack::Gone) => self.gone(rental, at, supplier.as_ref(), end).await,
            Err(error) => {
                warn!(id = %rental.id, %error, "a rental cannot be given back yet");
                Ok(Outcome::Again(SOON))
            }
        }
    }

    /// It was over at the supplier before we gave it back: by a text, or without.
    async fn gone(
        &self,
        rental: &Verification,
        at: &Rental,
        supplier: &dyn Supplier,
        end: End,
    ) -> Result<Outcome, VerificationError> {
        match supplier.status(&at.reference).await {
            Ok(status) if self.take_in(rental, &status).await? => Ok(Outcome::Again(SOON)),
            Ok(_) | Err(PortError::Refused(_)) => {
                self.end(rental.id, end).await?;
                Ok(Outcome::Done)
            }
            Err(_) => Ok(Outcome::Again(SOON)),
        }
    }

    async fn lock_until(&self, id: VerificationId, after: Duration) -> Result<(), VerificationError> {
        self.store
            .write(|tx| async move {
                let Some(mut rental) = sql::rentals::lock(&tx, id).await? else { return Ok(()) };
                let now = self.ambient.business();
                let was = rental.status;
                if let Some(at) = rental.rental.as_mut().filter(|_| was == VerificationStatus::Cancelling) {
                    at.locked_until = Some(now + TimeDelta::from_std(after).unwrap_or(TimeDelta::MAX));
                    sql::rentals::update(&tx, was, &rental, now).await?;
                    sql::texts::note(&tx, id, was, "the supplier does not take it back yet", now).await?;
                }
                Ok(())
            })
            .await
    }

    /// The customer has the money back and we do not: the supplier is asked for it until it says something final.
    async fn reclaim(&self, rental: &Verification, at: &Rental) -> Result<Outcome, VerificationError> {
        let given = match self.suppliers.supplier(&at.supplier) {
            Some(supplier) => supplier.cancel(&at.reference).await,
            None => Err(PortError::NotSent),
        };
        let lost = match given {
            Ok(GivenBack::Done | GivenBack::Gone) => None,
            Ok(GivenBack::AlreadyReceived) => Some("a text came when the customer's money was back already"),
            Ok(GivenBack::TooEarly { .. }) | Err(_) if self.ambient.business() - rental.updated_at < RECLAIM_FOR => {
                return Ok(Outcome::Again(RECLAIM_EVERY));
            }
            Ok(GivenBack::TooEarly { .. }) | Err(_) => Some("the supplier does not take the number back"),
        };
        self.store
            .write(|tx| async move {
                let Some(mut rental) = sql::rentals::lock(&tx, rental.id).await? else { return Ok(()) };
                let now = self.ambient.business();
                rental.owed_back = false;
                sql::rentals::update(&tx, rental.status, &rental, now).await?;
                if let Some(reason) = lost {
                    let orphan = Orphan {
                        vendor: &at.supplier,
                        reference: &at.reference,
                        subject: at.number.as_str(),
                        item: Some(rental.item),
                        reason,
                    };
                    orphans::report(&tx, &self.ambient, &orphan).await?;
                }
                Ok::<_, VerificationError>(())
            })
            .await?;
        Ok(Outcome::Done)
    }
}
