//! What a slice does beside answering requests.

use std::sync::Arc;

use super::{Schedule, StepHandler};

/// The work of a slice that no request waits for. Each slice states its own; the process runs everybody's.
pub trait Background: Send + Sync {
    /// What its steps are done by.
    fn steps(&self) -> Vec<Arc<dyn StepHandler>>;

    /// What it does by the clock.
    fn schedules(&self) -> Vec<Schedule>;
}
