//! What numbers leave to the job engine: the steps of a release and of pointing a number at us, and the comparison of
//! the carrier's inventory with ours.

use std::{sync::Arc, time::Duration};

use ports::{PortError, RefusalReason};
use uuid::Uuid;
use vocab::id::NumberId;

use super::{Number, NumberError, NumberStatus, Numbers, sql};
use crate::jobs::{Every, Outcome, Schedule, StepHandler, StepKind};

/// Gives a number back to the carrier.
pub(super) const RELEASE_STEP: StepKind = "number_release";
/// Points a number's hooks at us.
pub(super) const POINT_STEP: StepKind = "number_point";
/// How often the carrier's inventory is compared with ours.
const COMPARE_EVERY: Duration = Duration::from_secs(5 * 60);

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

impl Numbers {
    /// The steps of this slice.
    pub fn step_handlers(&self) -> Vec<Arc<dyn StepHandler>> {
        [RELEASE_STEP, POINT_STEP]
            .into_iter()
            .map(|kind| Arc::new(Steps { kind, numbers: self.clone() }) as Arc<dyn StepHandler>)
            .collect()
    }

    /// What this slice does by the clock.
    pub fn schedules(&self) -> Vec<Schedule> {
        let numbers = self.clone();
        vec![Schedule::new("carrier-inventory", Every::Interval(COMPARE_EVERY), move || {
            let numbers = numbers.clone();
            async move { numbers.compare_inventory().await.map(drop) }
        })]
    }

    /// Points the number's hooks at us. One that is on its way back, or gone at the carrier, is left alone.
    async fn point(&self, id: NumberId) -> Result<Outcome, NumberError> {
        let Some(number) = sql::numbers::any(self.store.fresh(), id).await? else { return Ok(Outcome::Done) };
        if !matches!(number.status, NumberStatus::Active | NumberStatus::Suspended) {
            return Ok(Outcome::Done);
        }
        let hooks = self.hooks(&number.carrier);
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
        let carrier = self.carrier()?;
        if carrier.card().name == number.carrier {
            return Ok(carrier);
        }
        Err(PortError::Misconfigured(format!("{} delivered {} and is not connected", number.carrier, number.number)))
    }
}
