//! What offers leave to the clock: the comparison of the carrier's inventory with ours.

use std::time::Duration;

use super::Offers;
use crate::jobs::{Every, Schedule};

/// How often the carrier's inventory is compared with ours.
const COMPARE_EVERY: Duration = Duration::from_secs(5 * 60);

impl Offers {
    /// What this slice does by the clock.
    pub fn schedules(&self) -> Vec<Schedule> {
        let offers = self.clone();
        vec![Schedule::new("carrier-inventory", Every::Interval(COMPARE_EVERY), move || {
            let offers = offers.clone();
            async move { offers.compare_inventory().await.map(drop) }
        })]
    }
}
