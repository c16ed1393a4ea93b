//! What number sessions do by the clock.

use std::{sync::Arc, time::Duration};

use super::Sessions;
use crate::jobs::{Background, Every, Schedule, StepHandler};

/// How often the ends of expired sessions are told. Their numbers do not wait for it.
const TELL_EVERY: Duration = Duration::from_secs(2);

impl Background for Sessions {
    fn steps(&self) -> Vec<Arc<dyn StepHandler>> {
        Vec::new()
    }

    fn schedules(&self) -> Vec<Schedule> {
        let sessions = self.clone();
        vec![Schedule::new("number-sessions", Every::Interval(TELL_EVERY), move || {
            let sessions = sessions.clone();
            async move { sessions.tell_expired().await.map(drop) }
        })]
    }
}
