//! Objects by id, in the order in which they were made.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What has an id of its own.
pub(super) trait Named {
    /// The id.
    fn id(&self) -> &str;
}

/// All objects of a kind.
#[derive(Debug, Clone)]
pub(super) struct Shelf<T> {
    objects: BTreeMap<u64, T>,
    places: HashMap<String, u64>,
    next: u64,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { objects: BTreeMap::new(), places: HashMap::new(), next: 0 }
    }
}

impl<T: Named> Shelf<T> {
    /// Puts the object in the place of the one with its id, or at the end.
    pub(super) fn put(&mut self, object: T) {
        let place = *self.places.entry(object.id().to_owned()).or_insert(self.next);
        self.next = self.next.max(place + 1);
        self.objects.insert(place, object);
    }

    /// The object with this id.
    pub(super) fn get(&self, id: &str) -> Option<&T> {
        self.objects.get(self.places.get(id)?)
    }

    /// Everything, the newest first.
    pub(super) fn newest_first(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.objects.values().rev()
    }

    /// What was made before that one, the newest first; `None` if there is no such one.
    pub(super) fn before(&self, id: &str) -> Option<impl Iterator<Item = &T>> {
        let place = *self.places.get(id)?;
        Some(self.objects.range(..place).rev().map(|(_, object)| object))
    }

    /// What was made after that one, the oldest first; `None` if there is no such one.
    pub(super) fn after(&self, id: &str) -> Option<impl Iterator<Item = &T>> {
        let place = *self.places.get(id)?;
        Some(self.objects.range(place + 1..).map(|(_, object)| object))
    }
}

impl<T: Serialize> Serialize for Shelf<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.objects.values())
    }
}

impl<'de, T: Deserialize<'de> + Named> Deserialize<'de> for Shelf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut shelf = Self::default();
        Vec::<T>::deserialize(deserializer)?.into_iter().for_each(|object| shelf.put(object));
        Ok(shelf)
    }
}
