//! Reading a word from a text where it lies: `Cow` and `String` copy it first.

use std::{fmt, marker::PhantomData};

use serde::{Deserializer, de};

/// Deserializes a text and reads it with `read`.
pub(crate) fn read<'de, T, E: fmt::Display, D: Deserializer<'de>>(
    deserializer: D,
    read: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(Reader { read, as_what: PhantomData })
}

struct Reader<F, T, E> {
    read: F,
    as_what: PhantomData<fn() -> Result<T, E>>,
}

impl<T, E: fmt::Display, F: FnOnce(&str) -> Result<T, E>> de::Visitor<'_> for Reader<F, T, E> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<R: de::Error>(self, text: &str) -> Result<T, R> {
        (self.read)(text).map_err(R::custom)
    }
}
