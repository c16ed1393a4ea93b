//! What orders leave to the job engine: each item's step, and the archive by the clock.

use std::sync::Arc;

use uuid::Uuid;
use vocab::id::ItemId;

use super::{Orders, model::ITEM_STEP};
use crate::jobs::{Background, Every, Outcome, Schedule, StepHandler, StepKind};

struct ItemSteps(Orders);

#[async_trait::async_trait]
impl StepHandler for ItemSteps {
    fn kind(&self) -> StepKind {
        ITEM_STEP
    }

    async fn run(&self, subject: Uuid) -> Result<Outcome, String> {
        self.0.advance(ItemId::from_uuid(subject)).await.map_err(|error| error.to_string())
    }
}

impl Background for Orders {
    fn steps(&self) -> Vec<Arc<dyn StepHandler>> {
        vec![Arc::new(ItemSteps(self.clone()))]
    }

    fn schedules(&self) -> Vec<Schedule> {
        let orders = self.clone();
        vec![Schedule::new("order-archival", Every::cron("31 4 * * 0"), move || {
            let orders = orders.clone();
            async move { orders.archive().await.map(drop) }
        })]
    }
}
