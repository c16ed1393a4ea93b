//! Gives a number back: ACTIVE | SUSPENDED → RELEASING, and RELEASED once the carrier agrees.

use ports::PortError;
use serde_json::json;
use vocab::id::{AccountId, NumberId};

use super::{Number, NumberError, NumberStatus, Numbers, jobs::RELEASE_STEP, sql};
use crate::{
    events::{self, EventKind, Fact},
    jobs::{self, Outcome, StepRef},
    offers::claims,
};

/// The note of a number's release when its owner gives no reason.
const NO_REASON: &str = "released by its owner";

impl Numbers {
    /// Begins a release, or finds it begun, and waits for the carrier within the settings' bound. Says how the number
    /// stands then.
    pub async fn release(&self, account: AccountId, id: NumberId, reason: Option<&str>) -> Result<Number, NumberError> {
        let step = StepRef { kind: RELEASE_STEP, subject: id.uuid() };
        let begun = self
            .store
            .write(|tx| async move {
                let number = sql::numbers::lock(&tx, account, id).await?.ok_or(NumberError::NotFound)?;
                if !number.status.may_become(NumberStatus::Releasing) {
                    return Ok(false);
                }
                let (from, now) = (number.status, self.ambient.business());
                let reason = Some(reason.unwrap_or(NO_REASON));
                sql::numbers::move_to(&tx, id, from, NumberStatus::Releasing, reason, now).await?;
                jobs::enqueue(&tx, &self.ambient, step, self.engine.owner()).await?;
                Ok::<_, NumberError>(true)
            })
            .await?;
        if begun {
            let _late = tokio::time::timeout(self.settings.release_wait, self.engine.run_now(step)).await;
        }
        self.find(account, id).await
    }

    /// An account's number, as committed by now.
    pub async fn find(&self, account: AccountId, id: NumberId) -> Result<Number, NumberError> {
        sql::numbers::find(self.store.fresh(), account, id).await?.ok_or(NumberError::NotFound)
    }

    /// The step of a release: tells the carrier, until it agrees. A number that is gone there is released.
    pub(super) async fn finish_release(&self, id: NumberId) -> Result<Outcome, NumberError> {
        let Some(number) = sql::numbers::any(self.store.fresh(), id).await? else { return Ok(Outcome::Done) };
        if number.status != NumberStatus::Releasing {
            return Ok(Outcome::Done);
        }
        match self.carrier_of(&number)?.release(&number.carrier_sid).await {
            Ok(()) => {}
            Err(PortError::Busy { retry_after }) => return Ok(Outcome::Again(retry_after)),
            Err(error) => return Err(error.into()),
        }
        let number = &number;
        self.store
            .write(|tx| async move {
                let now = self.ambient.business();
                let (from, to) = (NumberStatus::Releasing, NumberStatus::Released);
                if sql::numbers::move_to(&tx, id, from, to, None, now).await? {
                    claims::cool(&tx, &number.number, id, now + self.settings.cool_down).await?;
                    events::append(&tx, &self.ambient, released(number)).await?;
                }
                Ok(Outcome::Done)
            })
            .await
    }
}

fn released(number: &Number) -> Fact {
    Fact {
        kind: EventKind::NumberReleased,
        account: number.account,
        subject: number.id.to_string(),
        data: json!({ "numberId": number.id, "phoneNumber": number.number }),
    }
}
