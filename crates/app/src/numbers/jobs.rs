//! What numbers leave to the job engine: the steps of a release and of pointing a number at us.

use std::sync::Arc;

use ports::{PortError, RefusalReason};
use uuid::Uuid;
use vocab::id::NumberId;

use super::{Number, NumberError, NumberStatus, Numbers, sql};
use crate::jobs::{Background, Outcome, Schedule, StepHandler, StepKind};

/// Gives a number back to the carrier.
pub(super) const RELEASE_STEP: StepKind = "number_release";
/// Points a number's hooks at us.
pub(super) const POINT_STEP: StepKind = "number_point";

struct Steps {
    kind: StepKind,
    numbers: Numbers,
}

#[async_trait::async_trait]
impl StepHandler for Steps {
    fn kind(&self) -> StepKind {
        self.kind
    }

    async fn run(&self, subject: Uuid) -> Result<Outcome, String> {
        let id = NumberId::from_uuid(subject);
        let outcome = match self.kind {
            RELEASE_STEP => self.numbers.finish_release(id).await,
            _ => self.numbers.point(id).await,
        };
        outcome.map_err(|error| error.to_string())
    }
}

impl Background for Numbers {
    fn steps(&self) -> Vec<Arc<dyn StepHandler>> {
        [RELEASE_STEP, POINT_STEP]
            .into_iter()
            .map(|kind| Arc::new(Steps { kind, numbers: self.clone() }) as Arc<dyn StepHandler>)
            .collect()
    }

    fn schedules(&self) -> Vec<Schedule> {
        Vec::new()
    }
}

impl Numbers {
    /// Points the number's hooks at us. One that is on its way back, or gone at the carrier, is left alone.
    async fn point(&self, id: NumberId) -> Result<Outcome, NumberError> {
        let Some(number) = sql::numbers::any(self.store.fresh(), id).await? else { return Ok(Outcome::Done) };
        if !matches!(number.status, NumberStatus::Active | NumberStatus::Suspended) {
            return Ok(Outcome::Done);
        }
        let hooks = self.offers.hooks(&number.carrier);
        match self.carrier_of(&number)?.point(&number.carrier_sid, &hooks).await {
            Ok(_) => Ok(Outcome::Done),
            Err(PortError::Busy { retry_after }) => Ok(Outcome::Again(retry_after)),
            Err(PortError::Refused(refusal)) if refusal.reason == RefusalReason::NotFound => {
                tracing::error!(number = %number.number, "the carrier does not know a number that we sold");
                Ok(Outcome::Done)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The carrier that delivered the number, if it is the one that is connected.
    pub(super) fn carrier_of(&self, number: &Number) -> Result<&dyn ports::Carrier, PortError> {
        let carrier = self.offers.carrier()?;
        if carrier.card().name == number.carrier {
            return Ok(carrier);
        }
        Err(PortError::Misconfigured(format!("{} delivered {} and is not connected", number.carrier, number.number)))
    }
}
