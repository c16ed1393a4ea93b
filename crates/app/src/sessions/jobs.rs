//! What number sessions do by the clock.

use std::time::Duration;

use super::Sessions;
use crate::jobs::{Every, Schedule};

/// How often the ends of expired sessions are told. Their numbers do not wait for it.
const TELL_EVERY: Duration = Duration::from_secs(2);

impl Sessions {
    /// What this slice does by the clock.
    pub fn schedules(&self) -> Vec<Schedule> {
        let sessions = self.clone();
        vec![Schedule::new("number-sessions", Every::Interval(TELL_EVERY), move || {
            let sessions = sessions.clone();
            async move { sessions.tell_expired().await.map(drop) }
        })]
    }
}
