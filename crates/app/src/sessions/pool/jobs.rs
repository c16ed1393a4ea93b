//! What the pool leaves to the job engine: pointing a number at us, and giving one back to the carrier.

use std::sync::Arc;

use ports::{PortError, RefusalReason};
use uuid::Uuid;
use vocab::id::PoolNumberId;

use super::{Pool, PoolError, PoolNumber, PoolState};
use crate::{
    jobs::{Background, Outcome, Schedule, StepHandler, StepKind, StepRef},
    offers::claims,
    sessions::sql,
};

const POINT: StepKind = "pool_point";
const RELEASE: StepKind = "pool_release";

/// Points the number's hooks at us.
pub(super) const fn point_step(number: PoolNumberId) -> StepRef {
    StepRef { kind: POINT, subject: number.uuid() }
}

/// Gives the number back to the carrier.
pub(super) const fn release_step(number: PoolNumberId) -> StepRef {
    StepRef { kind: RELEASE, subject: number.uuid() }
}

struct Steps {
    kind: StepKind,
    pool: Pool,
}

#[async_trait::async_trait]
impl StepHandler for Steps {
    fn kind(&self) -> StepKind {
        self.kind
    }

    async fn run(&self, subject: Uuid) -> Result<Outcome, String> {
        let id = PoolNumberId::from_uuid(subject);
        let outcome = match self.kind {
            POINT => self.pool.point(id).await,
            _ => self.pool.finish_release(id).await,
        };
        outcome.map_err(|error| error.to_string())
    }
}

impl Background for Pool {
    fn steps(&self) -> Vec<Arc<dyn StepHandler>> {
        [POINT, RELEASE]
            .into_iter()
            .map(|kind| Arc::new(Steps { kind, pool: self.clone() }) as Arc<dyn StepHandler>)
            .collect()
    }

    fn schedules(&self) -> Vec<Schedule> {
        Vec::new()
    }
}

impl Pool {
    /// ADDING → ACTIVE once the carrier announces the number's calls to us.
    async fn point(&self, id: PoolNumberId) -> Result<Outcome, PoolError> {
        let Some(number) = self.in_state(id, PoolState::Adding).await? else { return Ok(Outcome::Done) };
        let hooks = self.offers.hooks(&number.carrier);
        match self.carrier_of(&number)?.point(&number.carrier_sid, &hooks).await {
            Ok(_) => self.moved(&number, PoolState::Active).await,
            Err(PortError::Busy { retry_after }) => Ok(Outcome::Again(retry_after)),
            Err(PortError::Refused(refusal)) if refusal.reason == RefusalReason::NotFound => {
                tracing::error!(number = %number.number, "the carrier does not know a number of the pool");
                self.moved(&number, PoolState::Removed).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// RELEASING → REMOVED once the carrier has it back. A number that is gone there is released.
    async fn finish_release(&self, id: PoolNumberId) -> Result<Outcome, PoolError> {
        let Some(number) = self.in_state(id, PoolState::Releasing).await? else { return Ok(Outcome::Done) };
        match self.carrier_of(&number)?.release(&number.carrier_sid).await {
            Ok(()) => self.moved(&number, PoolState::Removed).await,
            Err(PortError::Busy { retry_after }) => Ok(Outcome::Again(retry_after)),
            Err(error) => Err(error.into()),
        }
    }

    async fn in_state(&self, id: PoolNumberId, state: PoolState) -> Result<Option<PoolNumber>, PoolError> {
        let number = sql::pool::find(self.store.fresh(), id, self.ambient.business()).await?;
        Ok(number.filter(|number| number.state == state))
    }

    /// Moves the number on. One that is gone at the carrier is nobody's from the cool-down on.
    async fn moved(&self, number: &PoolNumber, to: PoolState) -> Result<Outcome, PoolError> {
        self.store
            .write(|tx| async move {
                let now = self.ambient.business();
                if sql::pool::move_to(&tx, number.id, number.state, to, now).await? && to == PoolState::Removed {
                    claims::leave(&tx, &number.number, number.id.uuid(), now + self.cool_down).await?;
                }
                Ok(Outcome::Done)
            })
            .await
    }

    /// The carrier that delivered the number, if it is the one that is connected.
    fn carrier_of(&self, number: &PoolNumber) -> Result<&dyn ports::Carrier, PortError> {
        let carrier = self.offers.carrier()?;
        if carrier.card().name == number.carrier {
            return Ok(carrier);
        }
        Err(PortError::Misconfigured(format!("{} delivered {} and is not connected", number.carrier, number.number)))
    }
}
