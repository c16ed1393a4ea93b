//! Enums as the API spells them: upper snake case out, any case in.

/// A name that none of an enum's variants has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not one of {}", allowed.join(", "))]
pub struct UnknownName {
    /// What was given.
    pub given: String,
    /// What would have been accepted.
    pub allowed: &'static [&'static str],
}

/// Folds `tollFree`, `toll-free`, `toll free` and `TOLL_FREE` to the same key.
pub(crate) fn fold(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Declares an enum whose text form is upper snake case, in JSON, in the database and in queries.
///
/// Input is read in any case and with any separator. Variants are listed once, with their text.
#[macro_export]
macro_rules! wire_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every variant's text, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            /// The text in the API and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownName;
            fn from_str(given: &str) -> Result<Self, Self::Err> {
                // As we write it ourselves, in every row that is read.
                match given {
                    $($text => return Ok(Self::$variant),)+
                    _ => {}
                }
                let key = $crate::__fold(given);
                Self::ALL.iter().copied().find(|v| $crate::__fold(v.as_str()) == key)
                    .ok_or_else(|| $crate::UnknownName { given: given.to_owned(), allowed: Self::NAMES })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.as_str()) }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::__read(d)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(Self::NAMES.iter().copied()))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> { std::borrow::Cow::Borrowed(stringify!($name)) }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::telephony::NumberType;

    #[test]
    fn any_case_and_separator_in_upper_snake_out() {
        for given in ["tollFree", "toll-free", "TOLL_FREE", "toll free"] {
            assert_eq!(given.parse::<NumberType>().map(NumberType::as_str), Ok("TOLL_FREE"));
        }
        assert!("tol free?".parse::<NumberType>().is_err());
    }
}
