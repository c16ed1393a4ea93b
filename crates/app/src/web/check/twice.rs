//! Refuses JSON in which an object has a key twice: readers differ in which of the two they take (RFC 8259 §4), so what
//! one program checked another might not see.

use std::{collections::HashSet, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The first key that stands twice in its object, as `items[0].type`; an error where the text is no JSON.
pub(in crate::web) fn repeated_key(json: &[u8]) -> serde_json::Result<Option<String>> {
    let mut found = None;
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = Look { at: String::new(), found: &mut found }.deserialize(&mut reader).and_then(|()| reader.end());
    match (found, read) {
        (Some(key), _) => Ok(Some(key)),
        (None, read) => read.map(|()| None),
    }
}

/// A value at a place.
struct Look<'a> {
    at: String,
    found: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let at = if self.at.is_empty() { key.clone() } else { format!("{}.{key}", self.at) };
            if !seen.insert(key) {
                *self.found = Some(at);
                return Err(A::Error::custom("a key stands twice"));
            }
            map.next_value_seed(Look { at, found: &mut *self.found })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        while list.next_element_seed(Look { at: format!("{}[{index}]", self.at), found: &mut *self.found })?.is_some() {
            index += 1;
        }
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::repeated_key;

    #[test]
    fn the_first_repeated_key_is_named_with_its_place() {
        for (json, key) in [
            (r#"{"amount":1,"amount":2}"#, "amount"),
            (r#"{"a":{"b":1,"b":1}}"#, "a.b"),
            (r#"{"items":[{"x":1},{"type":"A","type":"B"}]}"#, "items[1].type"),
            (r#"[{"\u0061":1,"a":2}]"#, "[0].a"),
        ] {
            assert_eq!(repeated_key(json.as_bytes()).expect("is JSON").as_deref(), Some(key), "{json}");
        }
    }

    #[test]
    fn other_json_passes_and_no_json_does_not() {
        for json in ["null", "1.50", r#""a""#, r#"{"a":{"a":[1,-2.5e3,true,null,"a"]},"b":{"a":1}}"#] {
            assert_eq!(repeated_key(json.as_bytes()).expect("is JSON"), None, "{json}");
        }
        for bad in ["", "{", r#"{"a":1} x"#, r#"{"a" 1}"#] {
            assert!(repeated_key(bad.as_bytes()).is_err(), "{bad}");
        }
        // Bounded depth, as for every body.
        assert!(repeated_key("[".repeat(200_000).as_bytes()).is_err());
    }
}
