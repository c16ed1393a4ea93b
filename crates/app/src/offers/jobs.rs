//! What offers leave to the clock: the comparison of the carrier's inventory with ours.

use std::{sync::Arc, time::Duration};

use super::Offers;
use crate::jobs::{Background, Every, Schedule, StepHandler};

/// How often the carrier's inventory is compared with ours.
const COMPARE_EVERY: Duration = Duration::from_secs(5 * 60);

impl Background for Offers {
    fn steps(&self) -> Vec<Arc<dyn StepHandler>> {
        Vec::new()
    }

    fn schedules(&self) -> Vec<Schedule> {
        let offers = self.clone();
        vec![Schedule::new("carrier-inventory", Every::Interval(COMPARE_EVERY), move || {
            let offers = offers.clone();
            async move { offers.compare_inventory().await.map(drop) }
        })]
    }
}
