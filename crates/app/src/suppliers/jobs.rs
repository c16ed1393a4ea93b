//! What suppliers leave to the job engine: the work by the clock.

use std::{sync::Arc, time::Duration};

use super::{Suppliers, credentials::SYNC};
use crate::jobs::{Background, Every, Schedule, StepHandler};

/// How often the suppliers' catalogues are read.
const SYNC_EVERY: Duration = Duration::from_secs(5 * 60);
/// How often suppliers that do not work are asked whether they do again.
const PROBE_EVERY: Duration = Duration::from_secs(15);

impl Background for Suppliers {
    fn steps(&self) -> Vec<Arc<dyn StepHandler>> {
        Vec::new()
    }

    fn schedules(&self) -> Vec<Schedule> {
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
