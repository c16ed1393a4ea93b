//! The tables of this slice.

pub(super) mod catalogue;
pub(super) mod credentials;
pub(super) mod suppliers;

use store::DbErr;

/// Reads a word that only we have written.
fn stored<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("a row holds {text:?}")))
}
