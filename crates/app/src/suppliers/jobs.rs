//! What suppliers leave to the job engine: the work by the clock.

use std::time::Duration;

use super::{Suppliers, credentials::SYNC};
use crate::jobs::{Every, Schedule};

/// How often the suppliers' catalogues are read.
const SYNC_EVERY: Duration = Duration::from_secs(5 * 60);
/// How often suppliers that do not work are asked whether they do again.
const PROBE_EVERY: Duration = Duration::from_secs(15);

impl Suppliers {
    /// What this slice does by the clock.
    pub fn schedules(&self) -> Vec<Schedule> {
        let (sync, probe) = (self.clone(), self.clone());
        vec![
            Schedule::new(SYNC, Every::Interval(SYNC_EVERY), move || {
                let suppliers = sync.clone();
                async move { suppliers.sync().await }
            }),
            Schedule::new("provider-health", Every::Interval(PROBE_EVERY), move || {
                let suppliers = probe.clone();
                async move { suppliers.probe().await }
            }),
        ]
    }
}
