//! One more text to the same number: TextVerified sells the number once more, for a short time after the first text.
//!
//! That request knows no idempotency key, so what became of a lost one is found out by looking for the verification that
//! took over.

use chrono::TimeDelta;
use ports::{
    PortError, RefusalReason,
    supplier::{Another, RentalState},
};

use super::{TextVerified, map, map::Ask, wire};
use crate::http::Effect;

/// How long after its purchase a number is sold once more, at most, where its end is not told.
const REUSABLE: TimeDelta = TimeDelta::minutes(30);

impl TextVerified {
    pub(super) async fn reused(&self, reference: &str) -> Result<Another, PortError> {
        let first = self.verification(reference).await?;
        match map::state(first.state.as_deref()) {
            // Its first text is still awaited.
            RentalState::Waiting => return Ok(Another::Waiting),
            RentalState::Received => {}
            _ => return Ok(Another::TooLate),
        }
        // A verification that was used again cannot be once more; whether the time has passed, the vendor judges.
        if first.reuse.as_ref().is_none_or(|reuse| reuse.reusable_until.is_none()) {
            return self.successor(&first).await;
        }
        let call = self.client.post("Verifications.reuse", &["verifications", reference, "reuse"], None, Effect::Once);
        match self.client.change(call, Ask::Settled).await {
            Ok(link) => self.client.follow(&link).await.map(Another::Moved),
            Err(PortError::Refused(refusal)) if refusal.reason != RefusalReason::NoFunds => {
                self.successor(&first).await
            }
            Err(PortError::Unknown) => match self.successor(&first).await? {
                Another::Moved(allocation) => Ok(Another::Moved(allocation)),
                // Not there yet, or not made: asking again finds out.
                _ => Err(PortError::Unknown),
            },
            Err(error) => Err(error),
        }
    }

    /// The earliest verification of the same number and service that was made while the first one lasted. Numbers come
    /// back into stock, so a later one may be somebody else's.
    async fn successor(&self, first: &wire::Verification) -> Result<Another, PortError> {
        let listed = self.list(|_| false).await?;
        let until = first.ends_at.or_else(|| first.created_at.map(|at| at + REUSABLE));
        let later = listed.into_values().filter(|other| {
            other.id != first.id
                && other.number == first.number
                && other.service_name == first.service_name
                && other.created_at > first.created_at
                && other.created_at <= until
        });
        match later.min_by_key(|other| other.created_at) {
            // The list tells less than the verification itself.
            Some(next) => Ok(Another::Moved(map::allocation(&self.verification(&next.id).await?)?)),
            None => Ok(Another::TooLate),
        }
    }
}
