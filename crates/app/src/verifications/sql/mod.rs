//! The tables of this slice. Whose rentals are read is a parameter, except where the machinery asks.

pub(super) mod attempts;
pub(super) mod lists;
pub(super) mod measured;
pub(super) mod rentals;
pub(super) mod texts;

use store::DbErr;

/// Reads a word that only we have written.
fn stored<T: std::str::FromStr>(text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|_| DbErr::Type(format!("a row holds {text:?}")))
}
