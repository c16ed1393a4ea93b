//! The tables `numbers`, and for a ringing number its configuration.

pub(super) mod list;
pub(super) mod live;
pub(super) mod numbers;

use store::DbErr;

/// A word or a JSON text as it stands in a row.
fn stored<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("a number's row holds {text:?}")))
}

/// A JSON column.
fn stored_json<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, DbErr> {
    serde_json::from_value(value).map_err(|error| DbErr::Json(error.to_string()))
}
