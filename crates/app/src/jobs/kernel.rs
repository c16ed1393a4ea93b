//! What every slice is given first.

use store::Store;
use vocab::Ambient;

use super::Engine;

/// The database, the clocks and chance, and the engine that runs steps. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// The database.
    pub store: Store,
    /// The two clocks, and randomness.
    pub ambient: Ambient,
    /// Runs steps and schedules.
    pub engine: Engine,
}

impl Kernel {
    /// Over this database, with an engine of its own that has no handlers yet.
    pub fn new(store: Store, ambient: Ambient) -> Self {
        Self { engine: Engine::new(store.clone(), ambient.clone()), store, ambient }
    }
}
