//! The pure words of Numberline: ids, money, phone numbers, time and chance, secrets, pages.
//!
//! Nothing here is async, touches a database or speaks HTTP. Everything else may depend on it.

pub mod ambient;
pub mod id;
pub mod money;
pub mod page;
pub mod phone;
pub mod telephony;

mod text;
mod wire_enum;

pub use ambient::{Ambient, Clock, Rng};
pub use id::Id;
pub use money::{Amount, Currency, Money};
pub use page::{Cursor, PageRequest};
pub use phone::{CountryCode, E164};
pub use secrecy::{ExposeSecret, SecretString};
pub use wire_enum::UnknownName;

#[doc(hidden)]
pub fn __fold(name: &str) -> String {
    wire_enum::fold(name)
}

#[doc(hidden)]
pub fn __read<'de, T: std::str::FromStr<Err: std::fmt::Display>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    text::read(deserializer, str::parse)
}
