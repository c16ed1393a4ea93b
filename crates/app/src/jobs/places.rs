//! The places where steps are worked on: so many in all, and fewer for any one kind.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::model::StepKind;

/// How many steps one process works on at a time.
const AT_ONCE: usize = 64;
/// How many of them may be of one kind, so that one whose vendor hangs leaves places to the others.
const OF_A_KIND: usize = 48;

/// How many steps of each kind are worked on. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(Arc<Mutex<HashMap<StepKind, usize>>>);

/// A place that is taken until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    kind: StepKind,
}

impl Places {
    /// Which of these kinds have places left, and how many steps may be taken of them, whichever they are.
    pub(super) fn free(&self, kinds: &[StepKind]) -> (Vec<StepKind>, usize) {
        let taken = self.taken();
        let left = |kind: &StepKind| OF_A_KIND.saturating_sub(taken.get(kind).copied().unwrap_or(0));
        let open: Vec<StepKind> = kinds.iter().copied().filter(|kind| left(kind) > 0).collect();
        let of_any = open.iter().map(left).min().unwrap_or(0);
        let in_all = AT_ONCE.saturating_sub(taken.values().sum());
        (open, of_any.min(in_all))
    }

    /// Takes a place for a step of this kind.
    pub(super) fn take(&self, kind: StepKind) -> Place {
        *self.taken().entry(kind).or_default() += 1;
        Place { places: self.clone(), kind }
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<StepKind, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(taken) = self.places.taken().get_mut(self.kind) {
            *taken -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_hangs_leaves_places_to_the_others() {
        let places = Places::default();
        assert_eq!(places.free(&["a", "b"]), (vec!["a", "b"], OF_A_KIND));
        let mut hanging: Vec<Place> = (1..OF_A_KIND).map(|_| places.take("a")).collect();
        assert_eq!(places.free(&["a", "b"]), (vec!["a", "b"], 1));
        hanging.push(places.take("a"));
        assert_eq!(places.free(&["a", "b"]), (vec!["b"], AT_ONCE - OF_A_KIND));
        let others: Vec<Place> = (OF_A_KIND..AT_ONCE).map(|_| places.take("b")).collect();
        assert_eq!(places.free(&["a", "b"]).1, 0);
        drop((hanging, others));
        assert_eq!(places.free(&["a", "b"]), (vec!["a", "b"], OF_A_KIND));
    }
}
